#include "assess/observations.h"

#include <gtest/gtest.h>

#include "assess/yardstick.h"

namespace tocsin::assess {
namespace {

TEST(Observations, ReadsEveryKind) {
  const auto seen = parse_observations(R"({"title":"x","techniques":["T1110.003"],"software":["S0023"],
    "indicators":[{"type":"domain","value":"Evil.Example","seen":"2020"}],
    "claims":[{"actor":"G0007","by":"somebody","admiralty":"b2","persona":true,"legal":"charged"}],
    "traits":[{"family":"language","value":"strings","spoof_cost":0,"source":"a"},
              {"family":"software","value":"loader","spoof_cost":3,"source":"b","actors":["G0007"],
  "against":["G0034"]}]})",
                                       "here");
  ASSERT_TRUE(seen.has_value());
  EXPECT_TRUE(seen->remarks.empty());
  EXPECT_EQ(seen->indicators[0].value, "evil.example");
  EXPECT_EQ(seen->claims[0].grade.text(), "B2");
  EXPECT_TRUE(seen->claims[0].persona);
  EXPECT_EQ(seen->claims[0].lineage, "somebody");
  EXPECT_EQ(seen->traits[0].family, Family::artefact);
  EXPECT_EQ(seen->traits[1].family, Family::tool);
}

TEST(Observations, OneBadEntryCostsNoOther) {
  const auto seen = parse_observations(
      R"({"techniques":[1,"T1",null],"claims":[{"actor":"x"},7,{"by":"y","admiralty":"Z9"},{"by":"z"}],
    "traits":[{"family":"nonsense","value":"v"},{"family":"timing","value":"v","spoof_cost":9},{"family":"timing"},
  {"family":"timing","value":"v"}],
    "indicators":"none"})",
      "here");
  ASSERT_TRUE(seen.has_value());
  EXPECT_EQ(seen->techniques.size(), 1u);
  EXPECT_EQ(seen->claims.size(), 1u);
  EXPECT_EQ(seen->traits.size(), 1u);
  EXPECT_EQ(seen->remarks.size(), 6u);
}

TEST(Observations, WhatIsNoObjectIsAnError) {
  for (const char* bad : {"", "[]", "7", "{\"techniques\":[", "nonsense"})
    EXPECT_FALSE(parse_observations(bad, "here").has_value()) << bad;
  EXPECT_FALSE(load_observations("no/such/file").has_value());
  std::string deep = R"({"x":)" + std::string(100, '[') + std::string(100, ']') + "}";
  EXPECT_FALSE(parse_observations(deep, "here").has_value());
}

TEST(Observations, GradesWeighByBothHalves) {
  EXPECT_DOUBLE_EQ(parse_grade("A1")->weight(), 1);
  EXPECT_GT(parse_grade("B2")->weight(), parse_grade("C3")->weight());
  EXPECT_DOUBLE_EQ(parse_grade("E1")->weight(), 0);
  EXPECT_DOUBLE_EQ(parse_grade("A5")->weight(), 0);
  for (const char* bad : {"", "A", "A0", "A7", "G1", "1A", "A11"}) EXPECT_FALSE(parse_grade(bad).has_value()) << bad;
}

TEST(Yardstick, WordsOfEachHouse) {
  const auto word = [](const char* id, double p) { return std::string(find_yardstick(id)->word(p)); };
  EXPECT_EQ(word("icd203", 0.6), "likely");
  EXPECT_EQ(word("icd203", 0.03), "almost no chance");
  EXPECT_EQ(word("icd203", 0.5), "roughly even chance");
  EXPECT_EQ(word("icd203", 0.55), "roughly even chance") << "where two words meet, the more cautious one";
  EXPECT_EQ(word("phia", 0.52), "realistic possibility") << "in a gap the nearer word";
  EXPECT_EQ(word("phia", 0.54), "likely");
  EXPECT_EQ(word("phia", 0.0), "remote chance");
  EXPECT_EQ(word("no", 0.7), "sannsynlig");
  EXPECT_EQ(word("no", 0.95), "meget sannsynlig");
  EXPECT_EQ(word("fr", 0.75), "probable");
  EXPECT_EQ(word("fr", 1.0), "quasi certain");
  EXPECT_EQ(find_yardstick("none"), nullptr);
  EXPECT_EQ(all_yardsticks().size(), 4u);
}

}  // namespace
}  // namespace tocsin::assess
