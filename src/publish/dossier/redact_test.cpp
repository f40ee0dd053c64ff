#include "publish/dossier/redact.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "publish/publish_test_support.h"
#include "publish/report/report.h"

namespace tocsin::publish {
namespace {

using namespace testing;
using ::testing::HasSubstr;
using ::testing::Not;

// Everything that can be made of a dossier, in one string.
std::string all_forms(const Dossier& dossier) {
  std::string out;
  for (const char* lang : {"en", "fr"}) {
    const Texts texts = *Texts::load("share/tocsin/report", lang);
    for (const Audience audience : {Audience::lead, Audience::analyst, Audience::everybody, Audience::legal}) {
      ReportOptions options;
      options.audience = audience;
      options.steps = *load_steps("share/tocsin/report/steps.yml");
      const Document document = compose(dossier, texts, options);
      out += to_html(document, "");
      out += to_markdown(document);
    }
  }
  return out;
}

TEST(Tlp, HasItsFiveLevelsAndTheOldNameOfOne) {
  EXPECT_EQ(parse_tlp("TLP:AMBER+STRICT"), Tlp::amber_strict);
  EXPECT_EQ(parse_tlp("amber-strict"), Tlp::amber_strict);
  EXPECT_EQ(parse_tlp("white"), Tlp::clear);
  EXPECT_EQ(parse_tlp(""), std::nullopt);
  EXPECT_LT(Tlp::clear, Tlp::green);
}

TEST(Redact, WhatThePublicGetsIsTheSameWhateverWasRedacted) {
  const Redaction everybody{Tlp::clear, true, &known()};
  Dossier one = dossier("alpha"), two = dossier("omega");
  // The same case in public; inside, other names, more accounts of the same magnitude, other hours, a secret claim.
  two.claims.push_back(claim("A service", "red", "we saw omega"));
  two.claims.back().actor = "APT29";
  two.claims.push_back(claim("Another", "", "unmarked omega"));
  two.acts.clear();
  two.counts = {1, 4, 44, 8, 2};
  two.entity_counts[EntityType::account] = 7;
  two.story.incidents[0].victim_count = 77;
  two.story.incidents[0].finding_count = 60;
  two.first = two.first.plus_seconds(3600);
  two.story.loose = 12;
  two.anomalies.clear();
  two.evidence_files = 99;
  const std::string first = all_forms(redact(one, everybody)), second = all_forms(redact(two, everybody));
  EXPECT_EQ(first, second);
  for (const char* gone : {"alpha", "198.51.100.7", "2001:db8::7", "/evidence", "Summer2023", "Rule "})
    EXPECT_THAT(first, Not(HasSubstr(gone))) << gone;
  EXPECT_THAT(first, Not(HasSubstr(one.head)));
  EXPECT_THAT(first, Not(HasSubstr(one.findings[0].id.substr(0, 12))));
  EXPECT_THAT(first, HasSubstr("A partner"));
  EXPECT_THAT(first, HasSubstr("T1110.003"));
  EXPECT_THAT(first, HasSubstr("2020-08-24"));
  EXPECT_THAT(first, Not(HasSubstr("01:12")));
}

TEST(Redact, AClaimAboveTheLimitLeavesNoTraceInside) {
  Dossier with = dossier("alpha");
  {
    with.claims.push_back(claim("A secret service", "red", "it was them"));
    with.claims.back().actor = "APT29";
    with.claims.back().admiralty = "A1";
  }
  with.acts[0].reason = "the secret service said so";
  with.judged[0] = assess_anew(known(), with.story.incidents, with.claims, {}, with.judged[0].subject, "icd203");
  const Redaction amber{Tlp::amber, false, &known()};
  const std::string cut = all_forms(redact(with, amber));
  EXPECT_THAT(cut, Not(HasSubstr("secret service")));
  EXPECT_EQ(cut, all_forms(redact(dossier("alpha"), amber)));
  EXPECT_THAT(cut, HasSubstr("alpha@parliament.example.org"));
  EXPECT_THAT(all_forms(with), HasSubstr("secret service"));
}

TEST(Redact, BelowOurOwnMarkingEveryFormIsGeneral) {
  for (const Tlp limit : {Tlp::clear, Tlp::green}) {
    const Dossier cut = redact(dossier("alpha"), {limit, false, &known()});
    EXPECT_TRUE(cut.general);
    EXPECT_EQ(cut.marking, limit);
    EXPECT_THAT(all_forms(cut), Not(HasSubstr("alpha")));
  }
  EXPECT_FALSE(redact(dossier("alpha"), {Tlp::amber, false, &known()}).general);
}

TEST(Redact, ADecisionThatHeldACampaignTogetherTakesItAlong) {
  Dossier d = dossier("alpha");
  d.story.links[0].ties.push_back({"analyst", "linked by hand", 9, 1, 0, "", false, ""});
  const Dossier cut = redact(d, {Tlp::amber, false, &known()});
  EXPECT_TRUE(cut.story.campaigns.empty());
  EXPECT_TRUE(cut.acts.empty());
  EXPECT_FALSE(redact(dossier("alpha"), {Tlp::amber, false, &known()}).story.campaigns.empty());
}

TEST(Redact, MagnitudesAreFloors) {
  const std::pair<std::uint64_t, std::uint64_t> pairs[] = {
      {0, 0},     {1, 1},     {9, 1},       {10, 10},        {99, 10},
      {100, 100}, {999, 100}, {1000, 1000}, {999'999, 1000}, {5'000'000, 1'000'000}};
  for (const auto& [number, floor] : pairs) EXPECT_EQ(magnitude(number), floor);
}

}  // namespace
}  // namespace tocsin::publish
