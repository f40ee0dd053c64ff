#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "assess/assessment.h"

namespace tocsin::assess {
namespace {

using testing::Contains;
using testing::HasSubstr;

const Knowledge& shipped() {
  static const Knowledge known = [] {
    auto out = Knowledge::load(
        std::vector<std::string>{"share/tocsin/actors/attack.json", "share/tocsin/actors/backing.json"});
    if (!out) ADD_FAILURE() << out.error().text();
    return std::move(*out);
  }();
  return known;
}

Assessment judged(const std::string& json) {
  const auto seen = parse_observations(json, "here");
  EXPECT_TRUE(seen.has_value()) << (seen ? "" : seen.error().text());
  return assess(shipped(), *seen);
}

const Gate& gate(const Judgement& of, std::string_view name) {
  const auto found = std::ranges::find(of.gates, name, &Gate::name);
  if (found == of.gates.end()) ADD_FAILURE() << name;
  return *found;
}

const Judgement& wider(const Assessment& of, std::string_view scope) {
  return *std::ranges::find(of.wider, scope, &Judgement::scope);
}

// What a report about the actor would list: `count` of the traits known of it, the rarest first.
Observations rarest_of(std::string_view actor, std::size_t count) {
  const Knowledge& known = shipped();
  const TraitModel model(known);
  std::vector<std::uint32_t> all;
  for (const Report& report : known.actors()[known.actors_named(actor).at(0)].reports)
    all.insert(all.end(), report.traits.begin(), report.traits.end());
  std::ranges::sort(all);
  all.erase(std::ranges::unique(all).begin(), all.end());
  std::ranges::stable_sort(all, {}, [&](std::uint32_t t) { return model.holders(t); });
  Observations out;
  for (std::size_t i = 0; i < std::min(count, all.size()); ++i)
    (known.traits()[all[i]].software ? out.software : out.techniques).push_back(known.traits()[all[i]].id);
  return out;
}

TEST(Assess, NothingSeenIsInsufficient) {
  const Assessment made = judged("{}");
  EXPECT_EQ(made.actor.level, Level::insufficient);
  EXPECT_TRUE(made.actor.value.empty());
  EXPECT_FALSE(made.would_change.empty());
  EXPECT_FALSE(made.intelligence.met);
  EXPECT_FALSE(made.legal.met);
}

TEST(Assess, TheFiveOtherHypothesesAreAlwaysThereAndAllSumToOne) {
  for (const char* json : {"{}", R"({"techniques":["T1110.003","T1187"]})",
                           R"({"claims":[{"by":"x","actor":"APT29","admiralty":"A1"}]})"}) {
    const Assessment made = judged(json);
    for (const Kind kind : {Kind::unknown, Kind::imitation, Kind::sibling, Kind::shared_tooling, Kind::benign})
      EXPECT_EQ(std::ranges::count(made.hypotheses, kind, &Hypothesis::kind), 1);
    double sum = 0;
    for (const Hypothesis& one : made.hypotheses) sum += one.likelihood;
    EXPECT_LE(sum, 1 + 1e-9);
    EXPECT_TRUE(std::ranges::is_sorted(made.hypotheses, std::greater(), &Hypothesis::score));
  }
}

// Whatever is listed: random lists, and the rarest traits of every actor, which is the best a forger can do.
TEST(Assess, TechniquesAndSoftwareAloneNeverSayMoreThanRealisticPossibility) {
  const Knowledge& known = shipped();
  std::mt19937 random(4);
  std::size_t tried = 0, named = 0;
  const auto check = [&](const Observations& seen) {
    const Assessment made = assess(known, seen);
    ASSERT_LE(made.actor.level, Level::realistic_possibility);
    ASSERT_LE(made.actor.likelihood, 0.5);
    for (const Judgement& one : made.wider) ASSERT_LE(one.level, Level::realistic_possibility);
    ASSERT_FALSE(made.intelligence.met);
    ++tried;
    named += made.actor.value.empty() ? 0 : 1;
  };
  for (std::size_t i = 0; i < known.actors().size(); i += 4) check(rarest_of(known.actors()[i].id, 5 + i % 30));
  for (int i = 0; i < 40; ++i) {
    Observations seen;
    for (unsigned k = random() % 40; k > 0; --k) {
      const Trait& trait = known.traits()[random() % known.traits().size()];
      (trait.software ? seen.software : seen.techniques).push_back(trait.id);
    }
    check(seen);
  }
  std::printf("%zu lists, %zu of them named somebody\n", tried, named);
  EXPECT_GT(named, 0u) << "else the test would prove nothing";
}

TEST(Assess, WithTechniquesAloneTheFirstKeepsTheCalibratedLikelihood) {
  const Observations seen = rarest_of("G0007", 12);
  const Knowledge& known = shipped();
  std::vector<std::uint32_t> traits;
  for (const auto& list : {seen.techniques, seen.software})
    for (const std::string& id : list) traits.push_back(*known.trait(id));
  std::ranges::sort(traits);
  const auto ranked = TraitModel(known).rank(traits);
  const Assessment made = assess(known, seen);
  const auto first = std::ranges::find(made.hypotheses, Kind::actor, &Hypothesis::kind);
  EXPECT_EQ(first->actor, ranked[0].actor);
  EXPECT_NEAR(first->likelihood, likelihood(ranked, traits.size()), 1e-9);
}

TEST(Assess, APersonasClaimWeighsNothing) {
  const std::string without = R"({"techniques":["T1491.002","T1529","T1495"],"claims":[]})";
  const std::string with =
      R"({"techniques":["T1491.002","T1529","T1495"],"claims":[{"by":"APT29","actor":"APT29","admiralty":"A1",
  "persona":true}]})";
  const Assessment bare = judged(without), claimed = judged(with);
  ASSERT_EQ(bare.hypotheses.size(), claimed.hypotheses.size());
  for (std::size_t i = 0; i < bare.hypotheses.size(); ++i) {
    EXPECT_EQ(bare.hypotheses[i].id, claimed.hypotheses[i].id);
    EXPECT_DOUBLE_EQ(bare.hypotheses[i].likelihood, claimed.hypotheses[i].likelihood);
  }
}

TEST(Assess, IndicatorsTellSomethingOnlyWhereKnowledgeTiesThem) {
  const Knowledge& known = shipped();
  const auto seen = parse_observations(R"({"indicators":[{"type":"domain","value":"nest.example"}]})", "here");
  EXPECT_FALSE(assess(known, *seen).items[0].weighs);
  const auto with = Knowledge::parse(std::vector<Knowledge::File>{
      {"a",
       R"({"format":"tocsin-actors/1","traits":[["T1","t"]],"actors":[{"id":"G1","name":"x","reports":[[2020,[0]]]}]})"},
      {"e", R"({"Event":{"info":"an event","Tag":[{"name":"misp-galaxy:threat-actor=\"x\""}],
               "Attribute":[{"type":"domain","value":"nest.example"}]}})"}});
  ASSERT_TRUE(with.has_value());
  const Assessment made = assess(*with, *seen);
  EXPECT_TRUE(made.items[0].weighs);
  EXPECT_EQ(made.items[0].speaks_for, std::vector<std::uint32_t>{0});
  EXPECT_GT(made.items[0].weight, 0);
}

TEST(Assess, OneOriginCountsOnce) {
  const auto claims = [](const char* second) {
    return judged(std::string(R"({"claims":[{"by":"A","actor":"APT29","admiralty":"B2","lineage":"one report"},)") +
                  second + "]}");
  };
  const Assessment echo = claims(R"({"by":"B","actor":"APT29","admiralty":"B2","lineage":"one report"})");
  const Assessment own = claims(R"({"by":"B","actor":"APT29","admiralty":"B2"})");
  EXPECT_TRUE(echo.items[1].echo);
  EXPECT_FALSE(own.items[1].echo);
  EXPECT_LT(echo.actor.ungated, own.actor.ungated);
}

TEST(Assess, ManyClaimsAloneStayAPossibility) {
  std::string json = R"({"claims":[)";
  for (int i = 0; i < 30; ++i)
    json +=
        std::string(i ? "," : "") + R"({"by":"source )" + std::to_string(i) + R"(","actor":"APT29","admiralty":"A1"})";
  const Assessment made = judged(json + "]}");
  EXPECT_EQ(made.actor.level, Level::realistic_possibility);
  EXPECT_FALSE(gate(made.actor, "two independent families").met);
}

constexpr const char* kThreeFamilies = R"("traits":[
  {"family":"infrastructure","value":"servers held for two years","spoof_cost":4,"grade":"A1","actors":["APT29"],
  "source":"own forensics of a seized server"},
  {"family":"procedure","value":"the same loader key schedule","spoof_cost":3,"grade":"A2","actors":["APT29"],
  "source":"partner X"}],
  "claims":[{"by":"partner Y","actor":"APT29","admiralty":"A2"}])";

TEST(Assess, ThreeFamiliesAndTwoSourcesReachHighlyLikely) {
  const Assessment made = judged(std::string("{") + kThreeFamilies + "}");
  EXPECT_EQ(made.actor.level, Level::highly_likely);
  EXPECT_EQ(made.actor.value, "G0016");
  EXPECT_EQ(made.actor.confidence, Confidence::high);
  EXPECT_LE(made.actor.likelihood, 0.95);
  EXPECT_EQ(wider(made, "service").value, "SVR");
  EXPECT_FALSE(made.legal.met) << "no person is tied to the deed";
}

TEST(Assess, AStrongInconsistencyCapsTheWord) {
  std::string json = std::string("{") + kThreeFamilies + "}";
  json.insert(json.rfind("]"), R"(,{"by":"partner Z","actor":"Sandworm Team","admiralty":"A1"})");
  const Assessment made = judged(json);
  EXPECT_LE(made.actor.level, Level::realistic_possibility);
  EXPECT_FALSE(gate(made.actor, "no strong inconsistency").met);
  EXPECT_EQ(made.matrix.rows[0].inconsistencies() > 0, true);
  EXPECT_TRUE(std::ranges::is_sorted(made.matrix.rows, std::greater(), &Matrix::Row::inconsistencies));
}

TEST(Assess, CheapTraitsThatDisagreeWithCostlyOnesAreDeception) {
  const Assessment made = judged(R"({"traits":[
    {"family":"artefact","value":"strings","spoof_cost":1,"grade":"A1","actors":["Lazarus Group"],"source":"a"},
    {"family":"victimology","value":"victims","spoof_cost":1,"grade":"A1","actors":["Lazarus Group"],"source":"b"},
    {"family":"timing","value":"hours","spoof_cost":1,"grade":"A1","actors":["Lazarus Group"],"source":"c"},
    {"family":"procedure","value":"a header","spoof_cost":2,"grade":"B2","actors":["Sandworm Team"],"source":"d"}]})");
  EXPECT_EQ(made.hypotheses.front().kind == Kind::actor ? made.hypotheses.front().id : "", "G0032");
  EXPECT_TRUE(made.deception);
  EXPECT_FALSE(gate(made.actor, "no deception seen").met);
  EXPECT_LE(made.actor.level, Level::realistic_possibility);
}

// The golden cases' judgements; what they print stands in tests/e2e.
TEST(GoldenCases, Parliament2020IsLikelyAndNotEnoughToCharge) {
  const auto seen = load_observations("tests/e2e/parliament-2020/observations.json");
  ASSERT_TRUE(seen.has_value());
  EXPECT_TRUE(seen->remarks.empty());
  const Assessment made = assess(shipped(), *seen);
  EXPECT_EQ(made.actor.value, "G0007");
  EXPECT_EQ(made.actor.level, Level::likely);
  EXPECT_EQ(wider(made, "state").value, "RU");
  EXPECT_TRUE(made.intelligence.met);
  EXPECT_FALSE(made.legal.met);
  EXPECT_THAT(made.legal.why, HasSubstr("not enough to bring charges"));
  EXPECT_FALSE(made.would_change.empty());
}

TEST(GoldenCases, Leaks2017AgreeOnTheStateAndNotOnTheUnit) {
  const auto seen = load_observations("tests/e2e/leaks-2017/observations.json");
  ASSERT_TRUE(seen.has_value());
  const Assessment made = assess(shipped(), *seen);
  EXPECT_EQ(wider(made, "state").value, "RU");
  EXPECT_GE(wider(made, "state").level, Level::likely);
  EXPECT_TRUE(wider(made, "state").contested.empty());
  EXPECT_LE(wider(made, "unit").level, Level::realistic_possibility);
  EXPECT_THAT(wider(made, "unit").contested, Contains("unit 74455"));
  EXPECT_LE(made.actor.level, Level::realistic_possibility);
  EXPECT_TRUE(made.deception);
  EXPECT_THAT(made.deception_why, HasSubstr("possibly planted: spreadsheets"));
}

TEST(GoldenCases, Broadcaster2015GivesThePersonaNothing) {
  const auto seen = load_observations("tests/e2e/broadcaster-2015/observations.json");
  ASSERT_TRUE(seen.has_value());
  const Assessment made = assess(shipped(), *seen);
  const auto persona = std::ranges::find(made.items, "CyberCaliphate", &Item::source);
  ASSERT_NE(persona, made.items.end());
  EXPECT_FALSE(persona->weighs);
  EXPECT_THAT(persona->note, HasSubstr("weighs nothing"));
  EXPECT_EQ(made.actor.value, "G0007");
  EXPECT_EQ(made.actor.level, Level::realistic_possibility) << "claims alone, whoever makes them";
}

}  // namespace
}  // namespace tocsin::assess
