#include "assess/knowledge.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "assess/score.h"

namespace tocsin::assess {
namespace {

// Two actors, one campaign, a replaced technique, a revoked group; invented.
constexpr const char* kBundle = R"({"type":"bundle","objects":[
{"type":"relationship","id":"relationship--1","relationship_type":"uses","source_ref":"intrusion-set--a",
  "target_ref":"attack-pattern--1",
 "external_references":[{"source_name":"First","description":"Somebody. (2019, March 4). A title.",
  "url":"https://www.example.org/first/#top"},
                        {"source_name":"Second","description":"Somebody. (2020). A title.",
  "url":"http://example.org/second"}]},
{"type":"relationship","id":"relationship--2","relationship_type":"uses","source_ref":"intrusion-set--a",
  "target_ref":"malware--1",
 "external_references":[{"source_name":"First again","url":"http://example.org/First"}],
  "created":"2021-05-06T00:00:00Z"},
{"type":"relationship","id":"relationship--3","relationship_type":"uses","source_ref":"campaign--c",
  "target_ref":"attack-pattern--2",
 "created":"2022-01-02T00:00:00Z"},
{"type":"relationship","id":"relationship--4","relationship_type":"attributed-to","source_ref":"campaign--c",
  "target_ref":"intrusion-set--b"},
{"type":"relationship","id":"relationship--5","relationship_type":"revoked-by","source_ref":"attack-pattern--0",
  "target_ref":"attack-pattern--1"},
{"type":"relationship","id":"relationship--6","relationship_type":"indicates","source_ref":"indicator--i",
  "target_ref":"intrusion-set--a"},
{"type":"indicator","id":"indicator--i",
  "pattern":"[domain-name:value = 'Evil.Example' OR ipv4-addr:value = '192.0.2.7']"},
{"type":"intrusion-set","id":"intrusion-set--a","name":"Blue Heron","aliases":["Blue Heron","HERON-1"],
 "external_references":[{"source_name":"mitre-attack","external_id":"G9001"}]},
{"type":"intrusion-set","id":"intrusion-set--b","name":"Red Stork","aliases":["Heron 1"],
 "external_references":[{"source_name":"mitre-attack","external_id":"G9002"}]},
{"type":"intrusion-set","id":"intrusion-set--x","name":"Gone",
  "revoked":true,"external_references":[{"source_name":"mitre-attack","external_id":"G9003"}]},
{"type":"campaign","id":"campaign--c","name":"C"},
{"type":"attack-pattern","id":"attack-pattern--0","name":"Old",
  "revoked":true,"external_references":[{"source_name":"mitre-attack","external_id":"T9000"}]},
{"type":"attack-pattern","id":"attack-pattern--1","name":"One","external_references":[{"source_name":"mitre-attack",
  "external_id":"T9001"}]},
{"type":"attack-pattern","id":"attack-pattern--2","name":"Two","external_references":[{"source_name":"mitre-attack",
  "external_id":"T9002.001"}]},
{"type":"malware","id":"malware--1","name":"Beak","external_references":[{"source_name":"mitre-attack",
  "external_id":"S9001"}]}]})";

Knowledge parse(std::vector<Knowledge::File> files, Knowledge::Options options = {}) {
  auto out = Knowledge::parse(files, options);
  EXPECT_TRUE(out.has_value()) << (out ? "" : out.error().text());
  return out ? std::move(*out) : Knowledge();
}

TEST(Knowledge, ReadsActorsTraitsAndReportsFromABundle) {
  const Knowledge known = parse({{"bundle", kBundle}});
  ASSERT_EQ(known.actors().size(), 2u);
  const Actor& heron = known.actors()[0];
  EXPECT_EQ(heron.id, "G9001");
  ASSERT_EQ(heron.reports.size(), 2u) << "one address under two spellings is one report";
  EXPECT_EQ(heron.reports[0].key, "example.org/first");
  EXPECT_EQ(heron.reports[0].date, 20190304);
  EXPECT_EQ(heron.reports[0].traits.size(), 2u);
  EXPECT_EQ(heron.reports[1].date, 20200000);
  EXPECT_EQ(known.trait("t9000"), known.trait("T9001")) << "a replaced id finds its successor";
  EXPECT_FALSE(known.trait("T1").has_value());
}

TEST(Knowledge, CampaignsCountForTheActorUnlessAskedNotTo) {
  EXPECT_EQ(parse({{"bundle", kBundle}}).actors()[1].reports.size(), 1u);
  EXPECT_EQ(parse({{"bundle", kBundle}}, {.campaigns = false}).actors()[1].reports.size(), 0u);
}

TEST(Knowledge, NamesIgnoreCaseAndDashesAndMayBeShared) {
  const Knowledge known = parse({{"bundle", kBundle}});
  EXPECT_EQ(known.actors_named("blue-heron"), std::vector<std::uint32_t>{0});
  EXPECT_EQ(known.actors_named("heron1").size(), 2u);
  EXPECT_TRUE(known.actors_named("nobody").empty());
}

TEST(Knowledge, IndicatorsComeFromPlainPatternsOnly) {
  const Knowledge known = parse({{"bundle", kBundle}});
  ASSERT_EQ(known.indicators().size(), 2u);
  EXPECT_EQ(known.indicators()[0].value, "192.0.2.7");
  EXPECT_EQ(known.indicators()[1].value, "evil.example");
  EXPECT_EQ(known.indicators()[1].actor, "G9001");
}

TEST(Knowledge, AGalaxyAddsNamesAndBackingWhateverTheOrderOfFiles) {
  const std::string galaxy = R"({"type":"threat-actor","values":[
    {"value":"Sky Fisher","meta":{"synonyms":["G9001","Fisher"],"country":"XX"}},
    {"value":"Heron One","meta":{"synonyms":["HERON-1"]}},
    {"value":"Nobody's","meta":{"synonyms":["Unheard"]}}]})";
  for (const auto& files : {std::vector<Knowledge::File>{{"bundle", kBundle}, {"galaxy", galaxy}},
                            std::vector<Knowledge::File>{{"galaxy", galaxy}, {"bundle", kBundle}}}) {
    const Knowledge known = parse(files);
    EXPECT_EQ(known.actors_named("Fisher"), std::vector<std::uint32_t>{0});
    EXPECT_EQ(known.actors()[0].backed_by("state"), "XX");
    EXPECT_TRUE(known.actors_named("Heron One").empty()) << "a name that fits two actors is joined to neither";
    ASSERT_EQ(known.remarks().size(), 1u);
    EXPECT_NE(known.remarks()[0].find("G9001 G9002"), std::string::npos);
  }
}

TEST(Knowledge, AMispEventTiesIndicatorsToItsActors) {
  const std::string event = R"({"response":[{"Event":{"info":"an ally's event",
    "Tag":[{"name":"misp-galaxy:mitre-intrusion-set=\"Blue Heron - G9001\""},{"name":"tlp:amber"}],
    "Attribute":[{"type":"domain","value":"Nest.Example"},
                 {"type":"ip-dst","value":"192.0.2.9","Tag":[{"name":"misp-galaxy:threat-actor=\"Red Stork\""}]}],
    "Object":[{"Attribute":[{"type":"url","value":"https://nest.example/egg"}]}]}}]})";
  const Knowledge known = parse({{"bundle", kBundle}, {"event", event}});
  ASSERT_EQ(known.indicators().size(), 5u);
  EXPECT_EQ(known.indicators()[1].value, "192.0.2.9");
  EXPECT_EQ(known.indicators()[1].actor, "Red Stork") << "the attribute's own tag goes before the event's";
  EXPECT_EQ(known.indicators()[4].value, "nest.example");
  EXPECT_EQ(known.indicators()[4].actor, "G9001");
  EXPECT_EQ(known.indicators()[4].by, "an ally's event");
}

TEST(Knowledge, AGalaxyEntryWithSeveralIdsBelongsToTheOneOfItsName) {
  const Knowledge known = parse({{"bundle", kBundle}, {"galaxy", R"({"type":"threat-actor","values":[
    {"value":"Red Stork","meta":{"synonyms":["G9001","G9002","Long Leg"]}}]})"}});
  EXPECT_EQ(known.actors_named("Long Leg"), std::vector<std::uint32_t>{1});
}

TEST(Knowledge, WhatIsNoKnowledgeIsAnErrorWithItsFile) {
  for (const char* bad : {"", "[]", "{", "{}", "{\"objects\":", "nonsense"}) {
    const auto out = Knowledge::parse(std::vector<Knowledge::File>{{"here.json", bad}});
    ASSERT_FALSE(out.has_value()) << bad;
    EXPECT_EQ(out.error().where, "here.json");
  }
  EXPECT_FALSE(Knowledge::load(std::vector<std::string>{"no/such/file"}).has_value());
}

TEST(Knowledge, StrangeKindsInABundleAreSkipped) {
  const Knowledge known = parse({{"odd", R"({"objects":[1,null,"x",[],{},{"type":7},{"type":"relationship"},
    {"type":"relationship","relationship_type":"uses","source_ref":"intrusion-set--a","target_ref":"malware--none"},
    {"type":"relationship","relationship_type":"revoked-by","source_ref":"a","target_ref":"b"},
    {"type":"intrusion-set","id":"intrusion-set--a","name":"Alone","aliases":"no list"}]})"}});
  ASSERT_EQ(known.actors().size(), 1u);
  EXPECT_EQ(known.actors()[0].id, "intrusion-set--a") << "without an ATT&CK id the STIX id stands in";
}

TEST(Knowledge, ReplacementsInACircleEnd) {
  const Knowledge known =
      parse({{"circle",
              R"({"format":"tocsin-actors/1","traits":[["T3","c"]],"replaced":[["T1","T2"],["T2","T1"],["T4","T3"]],
  "actors":[]})"}});
  EXPECT_FALSE(known.trait("T1").has_value());
  EXPECT_TRUE(known.trait("T4").has_value());
}

// The shipped file is made by a script that reads the bundle on its own: both must see the same.
TEST(Knowledge, TheShippedActorsAreThoseOfTheBundle) {
  const std::string bundle = "../shared/corpus/cti/enterprise-attack.json";
  const Knowledge shipped = [] {
    auto out = Knowledge::load(
        std::vector<std::string>{"share/tocsin/actors/attack.json", "share/tocsin/actors/backing.json"});
    EXPECT_TRUE(out.has_value()) << (out ? "" : out.error().text());
    return std::move(*out);
  }();
  EXPECT_GT(shipped.actors().size(), 150u);
  EXPECT_EQ(shipped.actors()[shipped.actors_named("Fancy Bear").at(0)].backed_by("service"), "GRU");
  EXPECT_TRUE(shipped.remarks().empty());
  if (!std::filesystem::exists(bundle)) GTEST_SKIP() << bundle << " is not there";
  auto loaded = Knowledge::load(std::vector<std::string>{bundle});
  ASSERT_TRUE(loaded.has_value()) << loaded.error().text();
  ASSERT_EQ(shipped.actors().size(), loaded->actors().size());
  std::vector<std::uint32_t> seen;
  for (const char* id : {"T1110.003", "T1187", "T1114.002", "S0023", "S0192"})
    seen.push_back(shipped.trait(id).value());
  std::ranges::sort(seen);
  const auto ours = TraitModel(shipped).rank(seen), theirs = TraitModel(*loaded).rank(seen);
  for (std::size_t i = 0; i < ours.size(); ++i) {
    const Actor &a = shipped.actors()[ours[i].actor], &b = loaded->actors()[theirs[i].actor];
    ASSERT_EQ(a.id, b.id);
    ASSERT_EQ(a.reports.size(), b.reports.size()) << a.id;
    ASSERT_NEAR(ours[i].score, theirs[i].score, 1e-9) << a.id;
  }
}

}  // namespace
}  // namespace tocsin::assess
