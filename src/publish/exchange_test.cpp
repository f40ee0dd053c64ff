// What goes out to other programs, and what comes back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "publish/misp/misp.h"
#include "publish/navigator/navigator.h"
#include "publish/publish_test_support.h"
#include "publish/stix/ids.h"
#include "publish/stix/stix.h"

namespace tocsin::publish {
namespace {

using namespace testing;
using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<Step> steps_of(const Dossier& dossier) {
  return advised(dossier, *load_steps("share/tocsin/report/steps.yml"));
}

std::map<std::string, json> objects_of(const std::string& bundle) {
  std::map<std::string, json> out;
  const json parsed = json::parse(bundle);
  for (const json& object : parsed.at("objects")) {
    EXPECT_FALSE(out.contains(object.at("id"))) << object.at("id");
    out[object.at("id")] = object;
  }
  return out;
}

std::string everything(const Dossier& dossier) {
  return stix_bundle(dossier, steps_of(dossier)) + misp_event(dossier) + navigator_layer(dossier);
}

TEST(Stix, ObservablesBearTheIdsThatOthersGiveThem) {
  // uuid5 of Python over the same namespace and canonical JSON.
  EXPECT_EQ(observable_id("ipv4-addr", R"({"value":"198.51.100.3"})"),
            "ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4");
}

TEST(Stix, EveryReferenceLeadsSomewhereAndEveryObjectIsMarked) {
  const Dossier d = dossier();
  const auto objects = objects_of(stix_bundle(d, steps_of(d)));
  ASSERT_GT(objects.size(), 30u);
  for (const auto& [id, object] : objects) {
    for (const auto& [key, value] : object.items()) {
      if (key.ends_with("_ref")) {
        EXPECT_TRUE(objects.contains(value)) << id << " " << key;
      }
      if (!key.ends_with("_refs")) continue;
      for (const json& ref : value) {
        EXPECT_TRUE(objects.contains(ref)) << id << " " << key << " " << ref;
      }
    }
    if (object.at("type") != "marking-definition" && object.at("type") != "extension-definition") {
      EXPECT_TRUE(object.contains("object_marking_refs")) << id;
    }
  }
  EXPECT_EQ(stix_bundle(d, steps_of(d)), stix_bundle(d, steps_of(d)));
}

TEST(Stix, AttributionsCompeteAndDissentIsKept) {
  Dossier d = dossier();
  casefile::Claim other = claim("Another ally", "green", "it was them");
  other.actor = "APT29";
  other.number = 4;
  d.claims.push_back(other);
  d.judged[0].actor = {"actor", "G0007", "APT28", "likely", "moderate", "two families", "", .61, {}, {}};
  std::size_t attributions = 0, opinions = 0;
  for (const auto& [id, object] : objects_of(stix_bundle(d, {}))) {
    if (object.value("relationship_type", "") == "attributed-to") {
      ++attributions;
      EXPECT_TRUE(object.contains("confidence"));
    }
    if (object.at("type") == "opinion" && object.at("opinion") == "disagree") ++opinions;
  }
  EXPECT_GE(attributions, 3u);
  EXPECT_EQ(opinions, 1u);
  d.judged[0].actor = {};
  d.claims.clear();
  const std::string nobody = stix_bundle(d, {});
  EXPECT_THAT(nobody, Not(HasSubstr("attributed-to")));
  EXPECT_THAT(nobody, HasSubstr("Insufficient evidence"));
}

TEST(Exchange, OurOwnClaimsComeBackAsTheyWere) {
  Dossier d = dossier();
  casefile::Claim denial;
  denial.by = "A government";
  denial.statement = "denies";
  denial.tlp = "green";
  denial.date = "2020-10";
  denial.legal = "no-charges";
  denial.persona = true;
  d.claims.push_back(denial);
  d.judged.clear();
  for (auto& one : d.claims) one.statement = one.by + "'s words";
  const Imported read = *read_stix_claims(stix_bundle(d, {}), "dir/ally.json");
  // And one of our own making: what we advise to block.
  ASSERT_EQ(read.claims.size(), d.claims.size() + 1);
  EXPECT_NE(std::ranges::find(read.claims, "tocsin", &casefile::Claim::by), read.claims.end());
  for (const casefile::Claim& was : d.claims) {
    const auto found = std::ranges::find(read.claims, was.by, &casefile::Claim::by);
    ASSERT_NE(found, read.claims.end()) << was.by;
    EXPECT_EQ(found->statement, was.statement);
    EXPECT_EQ(found->actor, was.actor);
    EXPECT_EQ(found->tlp, was.tlp);
    EXPECT_EQ(found->date, was.date);
    EXPECT_EQ(found->legal, was.legal);
    EXPECT_EQ(found->persona, was.persona);
    EXPECT_EQ(found->ties, was.ties);
    EXPECT_EQ(found->origin, "stix ally.json");
    // Nobody grades himself.
    EXPECT_EQ(found->admiralty[0], 'F');
    if (was.admiralty[0] != 'F') {
      EXPECT_EQ(found->admiralty[1], was.admiralty[1]);
    }
  }
  const Imported misp = *read_misp_claims(misp_event(d), "event.json");
  const auto partner = std::ranges::find(misp.claims, "A partner", &casefile::Claim::by);
  ASSERT_NE(partner, misp.claims.end());
  EXPECT_EQ(partner->actor, "APT28");
  EXPECT_EQ(partner->admiralty, "F2");
  EXPECT_EQ(partner->tlp, "clear");
}

TEST(Exchange, WhatIsRedactedIsInNoExport) {
  const Redaction everybody{Tlp::clear, false, &known()};
  const Dossier one = redact(dossier("alpha"), everybody), two = redact(dossier("omega"), everybody);
  const std::string first = everything(one);
  EXPECT_EQ(first, everything(two));
  for (const char* gone : {"alpha", "198.51.100.7", "2001:db8::7", "Summer2023", "/evidence"})
    EXPECT_THAT(first, Not(HasSubstr(gone))) << gone;
}

TEST(Misp, NamesThatMayBePasswordsStay) {
  const std::string event = misp_event(dossier());
  EXPECT_THAT(event, Not(HasSubstr("Summer2023")));
  EXPECT_THAT(event, HasSubstr("victim@parliament.example.org"));
  const json parsed = json::parse(event);
  for (const json& one : parsed.at("Event").at("Attribute"))
    EXPECT_EQ(one.at("to_ids").get<bool>(), one.at("value") == "198.51.100.7" || one.at("value") == "2001:db8::7");
}

TEST(Navigator, TheLayerHasWhatItsFormatAsksFor) {
  const json layer = json::parse(navigator_layer(dossier()));
  EXPECT_EQ(layer.at("versions").at("layer"), "4.5");
  EXPECT_EQ(layer.at("domain"), "enterprise-attack");
  EXPECT_EQ(layer.at("techniques").size(), 4u);
  for (const json& one : layer.at("techniques")) {
    EXPECT_TRUE(one.at("techniqueID").is_string());
    EXPECT_GE(one.at("score").get<int>(), 1);
    EXPECT_LE(one.at("score").get<int>(), 5);
  }
}

TEST(Import, SaysWhyWhenAFileIsOfNoUse) {
  EXPECT_FALSE(read_stix_claims("{", "x"));
  EXPECT_FALSE(read_stix_claims(R"({"type":"report"})", "x"));
  EXPECT_FALSE(read_misp_claims("[]", "x"));
  EXPECT_TRUE(read_stix_claims(R"({"type":"bundle"})", "x")->claims.empty());
  const Imported odd = *read_stix_claims(
      R"({"type":"bundle","objects":[1,{"type":"indicator","id":"indicator--1","pattern":"[a:b = 'x' AND c:d = 'y']"},
         {"type":"indicator","id":"indicator--2","pattern":"[domain-name:value = 'it\\'s.example.org']"},
         {"type":"relationship","relationship_type":"attributed-to","source_ref":"x","target_ref":"intrusion-set--9"}]})",
      "x");
  ASSERT_EQ(odd.claims.size(), 1u);
  EXPECT_EQ(odd.claims[0].ties, (std::vector<casefile::Tie>{{"domain-name", "it's.example.org"}}));
  EXPECT_EQ(odd.remarks.size(), 1u);
}

}  // namespace
}  // namespace tocsin::publish
