#include <gtest/gtest.h>

#include "case/case_test_support.h"

namespace tocsin::casefile {
namespace {

using testing::Folder;

Incident sample() {
  Incident one;
  one.id = "incident-0123456789abcdef";
  one.defining = std::string(32, 'a');
  one.aliases = {"incident-fedcba9876543210"};
  one.title = "Password spray, 2 accounts entered";
  one.severity = Level::high;
  one.first = Time{1'600'000'000, 0, 0};
  one.last = Time{1'600'003'600, 500'000'000, 1};
  one.victims = {"alice@example.org"};
  one.victim_count = 1;
  one.path = {{"credential-access", "T1110.003", one.first, one.last, 3}};
  one.entities = {{EntityType::address, "192.0.2.7", "source", false, "", 3, one.first, one.last}};
  one.entity_count = 1;
  one.timeline = {{one.first, one.last, Level::high, "Spray", "rule-1", one.defining, {"T1110.003"}, {"192.0.2.7"}, 3}};
  one.timeline_count = 1;
  one.findings = {one.defining};
  one.finding_count = 1;
  one.ties = {"same account entered"};
  return one;
}

Story story_of(const Incident& incident) {
  Story story;
  story.incidents = {incident};
  Campaign campaign;
  campaign.id = "campaign-0123456789abcdef";
  campaign.title = "One";
  campaign.first = incident.first;
  campaign.incidents = {incident.id};
  story.campaigns = {campaign};
  story.links = {
      {incident.id, "incident-f", 1.5, true, "two sides", {{"address", "192.0.2.7", 1.5, 1, 3, "", false, ""}}}};
  story.assessments = {{campaign.id, "icd203", "{}", "text"}};
  story.loose = 7;
  story.remarks = {"a remark"};
  story.settings = "{}";
  return story;
}

TEST(Story, IsReadBackAsItWasPut) {
  const Folder folder;
  auto c = Case::open(folder.file("case"), Mode::write).value();
  const Story put = story_of(sample());
  IncidentFindings findings{sample().id, {{1, 2, 3}, {4}}};
  EXPECT_TRUE(c.put_story(put, std::span(&findings, 1), "[]").value());
  EXPECT_FALSE(c.put_story(put, std::span(&findings, 1), "[]").value());
  const Story got = c.story().value();
  ASSERT_EQ(got.incidents.size(), 1u);
  EXPECT_EQ(to_json(got.incidents[0]), to_json(put.incidents[0]));
  EXPECT_EQ(to_json(got.campaigns[0]), to_json(put.campaigns[0]));
  EXPECT_EQ(to_json(got.links[0]), to_json(put.links[0]));
  EXPECT_EQ(got.assessments[0].text, "text");
  EXPECT_EQ(got.loose, 7u);
  EXPECT_EQ(got.remarks, put.remarks);
  EXPECT_EQ(c.findings_of(sample().id).value().ids, findings.ids);
  EXPECT_TRUE(c.verify().value().problems.empty());
}

TEST(Story, IdsAreFoundByPrefixAndAlias) {
  const Story story = story_of(sample());
  EXPECT_EQ(story.resolve("incident-0123").value(), sample().id);
  EXPECT_EQ(story.resolve("fedc").value(), sample().id);
  EXPECT_FALSE(story.resolve("0123"));  // an incident and a campaign
  EXPECT_EQ(story.resolve("campaign-0123").value(), "campaign-0123456789abcdef");
  EXPECT_FALSE(story.resolve("012"));
  EXPECT_FALSE(story.resolve(""));
}

TEST(Story, ActsNeedAuthorAndReasonAndCanBeUndoneAndRedone) {
  const Folder folder;
  auto c = Case::open(folder.file("case"), Mode::write).value();
  EXPECT_FALSE(c.add_act({.kind = ActKind::merge, .subjects = {"a", "b"}, .author = "Ann"}));
  EXPECT_FALSE(c.add_act({.kind = ActKind::merge, .subjects = {"a", "b"}, .reason = "same tool"}));
  const auto number =
      c.add_act({.kind = ActKind::merge, .subjects = {"a", "b"}, .author = "Ann", .reason = "same tool"}).value();
  EXPECT_FALSE(c.acts().value()[0].undone);
  const auto undo = [&](std::int64_t of) {
    return c.add_act({.kind = ActKind::undo, .subjects = {std::to_string(of)}, .author = "Bob", .reason = "no"});
  };
  EXPECT_FALSE(undo(999));
  const auto undoing = undo(number).value();
  EXPECT_TRUE(c.acts().value()[0].undone);
  EXPECT_FALSE(undo(number));
  undo(undoing).value();
  const auto acts = c.acts().value();
  EXPECT_FALSE(acts[0].undone);
  EXPECT_TRUE(acts[1].undone);
  EXPECT_EQ(acts[0].subjects, (std::vector<std::string>{"a", "b"}));
  EXPECT_FALSE(acts[0].time.empty());
}

TEST(Story, ClaimsAreKeptAndCanBeWithdrawn) {
  const Folder folder;
  auto c = Case::open(folder.file("case"), Mode::write).value();
  Claim claim;
  claim.actor = "APT28";
  EXPECT_FALSE(c.add_claim(claim));
  claim.by = "A partner service";
  claim.admiralty = "B2";
  claim.ties = {{"domain-name", "mail.example.org"}};
  const auto number = c.add_claim(claim).value();
  auto got = c.claims().value();
  ASSERT_EQ(got.size(), 1u);
  EXPECT_EQ(got[0].number, number);
  EXPECT_EQ(got[0].ties, claim.ties);
  EXPECT_EQ(got[0].admiralty, "B2");
  c.add_act({.kind = ActKind::undo, .subjects = {std::to_string(number)}, .author = "Ann", .reason = "retracted"})
      .value();
  EXPECT_TRUE(c.claims().value()[0].withdrawn);
}

TEST(Story, ReadingIsTotal) {
  for (const char* json : {"", "[]", "{", "null", R"({"first":3,"path":{"a":1},"entities":[1,null,{"type":"x"}]})"}) {
    EXPECT_TRUE(incident_from(json).id.empty());
    EXPECT_TRUE(claim_from(json).by.empty());
    EXPECT_TRUE(act_from(json).author.empty());
  }
}

}  // namespace
}  // namespace tocsin::casefile
