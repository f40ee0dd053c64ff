#include "publish/assessment/assessment.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "publish/terminal/text.h"

namespace tocsin::publish {
namespace {

using namespace assess;

const Knowledge& known() {
  static const Knowledge out =
      *Knowledge::load(std::vector<std::string>{"share/tocsin/actors/attack.json", "share/tocsin/actors/backing.json"});
  return out;
}

Assessment judged() {
  const auto seen = parse_observations(R"({"techniques":["T1110.003","T1187","T1114.002","T0"],"software":["S0023"],
    "claims":[{"by":"a \u001b[31mred\u202e source","actor":"APT28","admiralty":"B2","statement":"a\nstatement"}],
    "traits":[{"family":"timing","value":"hours","spoof_cost":1}]})",
                                       "here");
  return assess::assess(known(), *seen);
}

TEST(AssessmentJson, HoldsTheShapeThatScriptsRelyOn) {
  const Assessment made = judged();
  const std::string text = assessment_json(known(), made, *find_yardstick("phia"));
  EXPECT_EQ(text.find('\n'), std::string::npos);
  const auto json = nlohmann::json::parse(text);
  for (const char* key : {"hypotheses", "assessment", "evidence", "gates", "linchpin", "deception", "would_change"})
    EXPECT_TRUE(json.contains(key)) << key;
  for (const char* key : {"id", "name", "kind", "score", "likelihood"})
    EXPECT_TRUE(json["hypotheses"][0].contains(key)) << key;
  for (const char* key : {"actor", "level", "likelihood", "confidence", "yardstick", "word"})
    EXPECT_TRUE(json["assessment"].contains(key)) << key;
  for (const char* key : {"family", "item", "grade", "spoof_cost", "for", "against"})
    EXPECT_TRUE(json["evidence"][0].contains(key)) << key;
  for (const char* key : {"name", "met", "why"}) EXPECT_TRUE(json["gates"][0].contains(key)) << key;
  EXPECT_EQ(json["assessment"]["yardstick"], "phia");
  EXPECT_EQ(json["matrix"]["columns"].size(), json["matrix"]["rows"][0]["cells"].size());
}

TEST(AssessmentText, FitsTheColumnsAndSteersNoTerminal) {
  const Assessment made = judged();
  for (const std::size_t columns : {80, 100, 120}) {
    std::istringstream page(assessment_text(made, *find_yardstick("icd203"), "a \x1b[2J title", columns));
    for (std::string line; std::getline(page, line);) {
      EXPECT_LE(display_width(line), columns) << line;
      EXPECT_EQ(line.find('\x1b'), std::string::npos);
      EXPECT_EQ(line.find("\u202e"), std::string::npos);
    }
  }
}

TEST(AssessmentText, LikelihoodAndConfidenceStandInTwoSentences) {
  const std::string page = assessment_text(judged(), *find_yardstick("icd203"), "", 100);
  EXPECT_NE(page.find("Confidence in this judgement is "), std::string::npos);
  EXPECT_EQ(page.find("with high confidence"), std::string::npos);
}

}  // namespace
}  // namespace tocsin::publish
