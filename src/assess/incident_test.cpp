#include "assess/incident.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "assess/deeds.h"
#include "assess/sessions.h"
#include "base/hash.h"
#include "base/share.h"

namespace tocsin::assess {
namespace {

using casefile::Act;
using casefile::ActKind;
using casefile::Finding;
using casefile::RuleInfo;
using casefile::RuleKind;
using casefile::Story;

constexpr std::int64_t kStart = 1'600'000'000, kHour = 3600, kDay = 24 * kHour;

// Findings made by hand, put through the same road as a case's.
class Bench {
 public:
  const RuleInfo* rule(const std::string& id, Level level, const std::string& technique,
                       RuleKind kind = RuleKind::sigma) {
    for (const auto& one : rules_)
      if (one->id == id) return one.get();
    auto info = std::make_unique<RuleInfo>();
    info->id = id;
    info->title = "Title of " + id;
    info->level = level;
    info->kind = kind;
    info->techniques = {technique};
    rules_.push_back(std::move(info));
    return rules_.back().get();
  }
  std::string add(const RuleInfo* rule, std::int64_t seconds, std::vector<Entity> entities) {
    Finding one;
    one.id = sha256(rule->id + std::to_string(number_++)).hex().substr(0, 32);
    one.rule = rule;
    one.title = rule->title;
    one.level = rule->level;
    one.techniques = rule->techniques;
    one.time = one.first = one.last = Time{kStart + seconds, 0, 0};
    one.entities = std::move(entities);
    findings.push_back(one);
    return one.id;
  }
  IncidentSet incidents(const Story& before = {}, std::span<const casefile::IncidentFindings> known = {},
                        std::span<const Act> acts = {}) {
    std::ranges::stable_sort(findings, {}, [](const Finding& one) { return one.time; });
    const Tactics tactics = Tactics::load(share_folder().value() + "/actors/tactics.json").value();
    FindingsReader reader(tactics, {});
    for (const Finding& one : findings) reader.take(one);
    Findings made = reader.finish();
    Sessions sessions(made);
    std::ranges::stable_sort(logins_, {}, &In::at);
    for (const In& one : logins_) {
      Login login;
      login.user = one.user;
      login.host = one.host;
      login.source = Ip::parse(one.source);
      login.outcome = Outcome::success;
      sessions.take(login, Time{kStart + one.at, 0, 0});
    }
    sessions.apply(made);
    return find_incidents(made, tactics, before, known, acts);
  }
  void login(std::int64_t at, const char* user, const char* source, const char* host) {
    logins_.push_back({at, user, source, host});
  }
  std::vector<Finding> findings;

 private:
  struct In {
    std::int64_t at;
    std::string user, source, host;
  };
  std::vector<In> logins_;
  std::vector<std::unique_ptr<RuleInfo>> rules_;
  int number_ = 0;
};

Entity account(const char* name, const char* role = "") { return {EntityType::account, name, role}; }
Entity host(const char* name) { return {EntityType::host, name, ""}; }
Entity address(const char* name) { return {EntityType::address, name, "source"}; }

void intrusion(Bench& bench) {
  bench.add(bench.rule("spray", Level::high, "T1110.003", RuleKind::detector), 0,
            {address("198.51.100.7"), account("alice@example.org", "entered"), account("bob", "target")});
  bench.add(bench.rule("rule", Level::medium, "T1564.008"), 2 * kHour, {account("alice"), address("198.51.100.9")});
  bench.add(bench.rule("theft", Level::high, "T1114.002"), kDay, {account("EXAMPLE\\alice"), address("198.51.100.9")});
}
void elsewhere(Bench& bench) {
  bench.add(bench.rule("dump", Level::high, "T1003.001"), kHour, {host("ws07.example.org"), account("carol")});
  bench.add(bench.rule("clear", Level::high, "T1070.001"), kHour + 60, {host("WS07")});
}

TEST(Incidents, AnIntrusionIsOneAndAnotherVictimsIsAnother) {
  Bench bench;
  intrusion(bench);
  elsewhere(bench);
  const IncidentSet made = bench.incidents();
  ASSERT_EQ(made.incidents.size(), 2u);
  EXPECT_EQ(made.loose, 0u);
  const casefile::Incident& first = made.incidents[0];
  EXPECT_EQ(first.finding_count, 3u);
  EXPECT_EQ(first.severity, Level::high);
  EXPECT_EQ(first.victims[0], "alice@example.org");
  ASSERT_EQ(first.path.size(), 3u);
  EXPECT_EQ(first.path[1].tactic, "credential-access");
  EXPECT_EQ(first.path[2].technique, "T1114.002");
  EXPECT_EQ(first.timeline.size(), 3u);
  EXPECT_EQ(first.defining, bench.findings[0].id);
}

TEST(Incidents, MailTakenFromAnAccountThatWasTriedCarriesTheSprayOn) {
  Bench bench;
  std::vector<Entity> sprayed = {address("198.51.100.7")};
  for (const char* name : {"a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8", "a9", "b1", "b2", "alice"})
    sprayed.push_back(account(name, "target"));
  bench.add(bench.rule("spray", Level::high, "T1110.003", RuleKind::detector), 0, sprayed);
  bench.add(bench.rule("theft", Level::high, "T1114.002", RuleKind::detector), kHour / 2,
            {{EntityType::mailbox, "alice@example.org", "mailbox"}, address("203.0.113.9")});
  EXPECT_EQ(bench.incidents().incidents.size(), 1u);
}

// A finding as a campaign's detector makes it: a pool of addresses of many networks, a list of targets.
std::vector<Entity> campaign(int pool, std::initializer_list<const char*> targets) {
  std::vector<Entity> out;
  for (int i = 0; i < 60; ++i) {
    out.push_back({EntityType::address, "240." + std::to_string(i) + "." + std::to_string(pool) + ".7", "source"});
    out.push_back({EntityType::network, "240." + std::to_string(i) + ".0.0/16", "network"});
  }
  for (const char* name : targets) out.push_back(account(name, "target"));
  return out;
}

TEST(Incidents, TwoCampaignsOfOtherAddressesAreTwoThoughNetworksAndTargetsRecur) {
  Bench bench;
  const RuleInfo* rule = bench.rule("campaign", Level::critical, "T1110.003", RuleKind::detector);
  const auto targets = {"a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8", "a9", "b1", "press", "info"};
  bench.add(rule, 0, campaign(1, targets));
  bench.add(rule, 5 * kDay, campaign(2, targets));
  bench.add(rule, 5 * kDay + kHour, campaign(3, targets));
  EXPECT_EQ(bench.incidents().incidents.size(), 3u);
  bench.add(rule, 6 * kDay, campaign(3, targets));  // the pool of the third
  EXPECT_EQ(bench.incidents().incidents.size(), 3u);
}

// alice's machine runs something; an hour later ADM logs in to the controller from there.
void two_hosts(Bench& bench, const char* admin_from) {
  bench.login(-3 * kHour, "alice", "10.0.0.17", "DC01");
  bench.login(kHour, "adm", admin_from, "dc01.example.org");
  bench.add(bench.rule("run", Level::high, "T1059.003"), 0, {host("WS17.example.org"), account("EXAMPLE\\alice")});
  bench.add(bench.rule("dump", Level::high, "T1003.003"), kHour + 300,
            {host("DC01.example.org"), {EntityType::account, "EXAMPLE\\adm", "source"}});
}

TEST(Incidents, LoginsFromOneMachineToTheNextCarryAnIntrusionOn) {
  Bench bench;
  two_hosts(bench, "10.0.0.17");
  const IncidentSet made = bench.incidents();
  ASSERT_EQ(made.incidents.size(), 1u);
  EXPECT_EQ(made.incidents[0].victims, (std::vector<std::string>{"DC01.example.org", "WS17.example.org"}));
  for (const casefile::StoryEntity& one : made.incidents[0].entities) EXPECT_NE(one.value, "10.0.0.17");
  ASSERT_FALSE(made.incidents[0].ties.empty());
  EXPECT_NE(made.incidents[0].ties[0].find("logins from the machine at 10.0.0.17"), std::string::npos);
}

TEST(Incidents, LoginsFromElsewhereOrFromAMachineOfManyTieNothing) {
  Bench other;
  two_hosts(other, "10.0.0.99");
  EXPECT_EQ(other.incidents().incidents.size(), 2u);
  Bench many;
  two_hosts(many, "10.0.0.17");
  for (const char* name : {"bob", "carol", "dave"}) many.login(0, name, "10.0.0.17", "DC01");
  EXPECT_EQ(many.incidents().incidents.size(), 2u) << "a terminal server";
}

void web_attack(Bench& bench, std::int64_t later, Entity place) {
  bench.add(bench.rule("hole", Level::high, "T1190"), 0,
            {address("198.51.100.44"), {EntityType::url, "/webmail/?_task=x", "target"}, place});
  bench.add(bench.rule("shell", Level::high, "T1059.004"), later, {account("www-data"), host("mail1")});
}

TEST(Incidents, AWebServiceAttackedAndItsAccountActingAreOneWhereTheyMayBeOneMachine) {
  Bench bench, late, elsewhere;
  web_attack(bench, 600, {EntityType::host, "mail1.example.org", ""});
  EXPECT_EQ(bench.incidents().incidents.size(), 1u);
  web_attack(late, 2 * kDay, {EntityType::domain, "mail.example.org", "target"});
  EXPECT_EQ(late.incidents().incidents.size(), 2u);
  web_attack(elsewhere, 600, {EntityType::host, "www2.example.org", ""});
  EXPECT_EQ(elsewhere.incidents().incidents.size(), 2u);
}

// Mail lure → name looked up → login with the credentials → mailbox rule: as mail, DNS and sign-in logs would say it.
TEST(Incidents, ALureAndWhatCameOfItAreOneAndAnothersLureIsAnother) {
  Bench bench;
  std::vector<Entity> lure = {{EntityType::mailbox, "it-support@mail-office.example", "source"},
                              {EntityType::domain, "webmail-office.example", "link"}};
  for (const char* name : {"a1@x.org", "a2@x.org", "a3@x.org", "a4@x.org", "a5@x.org", "a6@x.org", "a7@x.org",
                           "a8@x.org", "a9@x.org", "alice@x.org"})
    lure.push_back({EntityType::mailbox, name, "target"});
  bench.add(bench.rule("phish", Level::high, "T1566.002", RuleKind::detector), 0, lure);
  bench.add(bench.rule("decoy", Level::medium, "T1583.001", RuleKind::detector), 1200,
            {{EntityType::domain, "webmail-office.example", "target"}, {EntityType::address, "10.0.0.8", "source"}});
  bench.add(bench.rule("login", Level::high, "T1078", RuleKind::detector), 5 * kHour,
            {account("alice@x.org", "entered"), address("198.51.100.7")});
  bench.add(bench.rule("rule", Level::medium, "T1564.008"), 6 * kHour, {account("alice"), address("198.51.100.7")});
  // Another's lure the same day, nobody took it.
  bench.add(bench.rule("phish", Level::high, "T1566.002", RuleKind::detector), 3 * kHour,
            {{EntityType::mailbox, "bank@elsewhere.example", "source"}, {EntityType::mailbox, "zoe@x.org", "target"}});
  // The sender's name is nobody's account here.
  bench.add(bench.rule("dump", Level::high, "T1003.001"), 7 * kHour, {host("srv"), account("it-support")});
  const IncidentSet made = bench.incidents();
  ASSERT_EQ(made.incidents.size(), 3u);
  EXPECT_EQ(made.incidents[0].finding_count, 4u);
  EXPECT_EQ(made.incidents[0].title,
            "A decoy name used, phishing mail received, 1 account entered, mailbox rules set (alice@x.org and 9 more)");
}

TEST(Incidents, OneAddressAloneTiesNothingDaysApart) {
  Bench bench;
  bench.add(bench.rule("a", Level::high, "T1110.003"), 0, {address("198.51.100.7"), account("alice")});
  bench.add(bench.rule("b", Level::high, "T1190"), 2 * kDay, {address("198.51.100.7"), host("www")});
  EXPECT_EQ(bench.incidents().incidents.size(), 2u);
}

TEST(Incidents, WhatNamesNobodyTiesNothing) {
  Bench bench;
  bench.add(bench.rule("a", Level::high, "T1003.001"), 0, {host("ws01"), account("NT AUTHORITY\\SYSTEM")});
  bench.add(bench.rule("b", Level::high, "T1070.001"), 60, {host("ws02"), account("SYSTEM")});
  EXPECT_EQ(bench.incidents().incidents.size(), 2u);
}

TEST(Incidents, LowFindingsJoinButStartNothing) {
  Bench bench;
  bench.add(bench.rule("low", Level::low, "T1087"), 0, {host("ws01"), account("dave")});
  EXPECT_EQ(bench.incidents().incidents.size(), 0u);
  bench.add(bench.rule("dump", Level::high, "T1003.001"), 60, {host("ws01"), account("dave")});
  const IncidentSet made = bench.incidents();
  ASSERT_EQ(made.incidents.size(), 1u);
  EXPECT_EQ(made.incidents[0].finding_count, 2u);
}

TEST(Incidents, TheIdStaysAsAnIncidentGrowsBackAndForth) {
  Bench bench;
  intrusion(bench);
  const IncidentSet before = bench.incidents();
  Story story;
  story.incidents = before.incidents;
  bench.add(bench.rule("early", Level::high, "T1110.003"), -kHour, {account("alice"), address("198.51.100.7")});
  bench.add(bench.rule("late", Level::high, "T1114.003"), kDay + kHour, {account("alice"), address("198.51.100.9")});
  const IncidentSet after = bench.incidents(story, before.findings);
  ASSERT_EQ(after.incidents.size(), 1u);
  EXPECT_EQ(after.incidents[0].id, before.incidents[0].id);
  EXPECT_EQ(after.incidents[0].finding_count, 5u);
}

TEST(Incidents, MergeAndSplitHoldAndAreUndone) {
  Bench bench;
  intrusion(bench);
  elsewhere(bench);
  const IncidentSet before = bench.incidents();
  Story story;
  story.incidents = before.incidents;
  Act merge;
  merge.number = 1;
  merge.kind = ActKind::merge;
  merge.subjects = {before.incidents[1].id, before.incidents[0].id};
  merge.author = "Ann";
  merge.reason = "same tool";
  const IncidentSet one = bench.incidents(story, before.findings, std::span(&merge, 1));
  ASSERT_EQ(one.incidents.size(), 1u);
  EXPECT_EQ(one.incidents[0].id, before.incidents[0].id);
  EXPECT_EQ(one.incidents[0].aliases, std::vector<std::string>{before.incidents[1].id});
  // The merged story is what the next run starts from.
  Story merged;
  merged.incidents = one.incidents;
  EXPECT_EQ(to_json(bench.incidents(merged, one.findings, std::span(&merge, 1)).incidents[0]),
            to_json(one.incidents[0]));
  merge.undone = true;
  const IncidentSet again = bench.incidents(merged, one.findings, std::span(&merge, 1));
  ASSERT_EQ(again.incidents.size(), 2u);
  EXPECT_EQ(again.incidents[0].id, before.incidents[0].id);
  EXPECT_EQ(again.incidents[1].id, before.incidents[1].id);

  Act split;
  split.number = 2;
  split.kind = ActKind::split;
  split.subjects = {before.incidents[0].id, before.incidents[0].findings[0]};
  split.author = "Ann";
  split.reason = "another actor";
  const IncidentSet cut = bench.incidents(story, before.findings, std::span(&split, 1));
  ASSERT_EQ(cut.incidents.size(), 3u);
  const auto rest = std::ranges::find(cut.incidents, before.incidents[0].id, &casefile::Incident::id);
  ASSERT_NE(rest, cut.incidents.end());
  EXPECT_EQ(rest->finding_count, 2u);
}

TEST(Deed, OfMailAloneIsThatItWasReceived) {
  EXPECT_EQ(deed_of("T1204.002")->key, "opened");
  EXPECT_EQ(deed_of("T1204.002", "tocsin-phishing-mail")->key, "lure");
  EXPECT_EQ(deed_of("T1539", "tocsin-webmail-exploit")->key, "lure");
  EXPECT_EQ(deed_of("T1583.001", "tocsin-phishing-mail")->key, "decoy");
  EXPECT_EQ(deed_of("T1204.002", "another-rule")->key, "opened");
}

TEST(Incidents, OfTooManyTheGravestAndTheDecidedStay) {
  Bench bench;
  const RuleInfo* high = bench.rule("high", Level::high, "T1003.001");
  const RuleInfo* critical = bench.rule("critical", Level::critical, "T1003.002");
  constexpr std::size_t kMore = 30;
  for (std::size_t i = 0; i < IncidentSet::kIncidentsMax + kMore; ++i)
    bench.add(i % 100 == 7 ? critical : high, static_cast<std::int64_t>(i) * 60,
              {{EntityType::host, "ws" + std::to_string(i), ""}});
  const IncidentSet made = bench.incidents();
  EXPECT_EQ(made.incidents.size(), IncidentSet::kIncidentsMax);
  EXPECT_EQ(made.loose, kMore);
  EXPECT_NE(made.remarks.back().find("30 incidents less grave"), std::string::npos);
  // The last ones gave way, except the critical; a decision keeps one.
  EXPECT_EQ(made.incidents.back().severity, Level::critical);
  Act act;
  act.kind = ActKind::annotate;
  act.subjects = {made.incidents.front().id};
  act.author = act.reason = act.text = "x";
  const IncidentSet again = bench.incidents({}, {}, std::span(&act, 1));
  EXPECT_EQ(again.incidents.front().id, made.incidents.front().id);
  EXPECT_EQ(again.incidents.size(), made.incidents.size());
}

}  // namespace
}  // namespace tocsin::assess
