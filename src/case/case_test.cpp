#include "case/case.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "case/case_test_support.h"

namespace tocsin::casefile {
namespace {

using namespace testing;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST(Case, FindingsComeBackInOrderWithTheirEntities) {
  Folder folder;
  auto c = Case::open(folder.file("a.case"), Mode::write).value();
  begin(c, {rule("r1", Level::high), rule("r0", Level::low)});
  put(c, "log", kLines);
  c.end_scan("{}").value();
  const std::string out = findings(c);
  EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 5);
  EXPECT_THAT(out, HasSubstr("1970-01-01T00:01:40Z r1"));
  EXPECT_THAT(out, HasSubstr(" account=anna/ address=10.0.0.1/source"));
  EXPECT_LT(out.find("41Z r0"), out.find("41Z r1"));
  EXPECT_EQ(c.count_findings().value().by_level[3], 3u);
  EXPECT_EQ(c.count_findings().value().findings(), 5u);
  EXPECT_EQ(c.count_findings({.level = Level::medium}).value().findings(), 3u);
  EXPECT_EQ(c.count_findings({.since = Time{101, 0, 0}}).value().findings(), 4u);
  EXPECT_EQ(c.count_findings({.until = Time{101, 0, 0}}).value().findings(), 1u);
  EXPECT_EQ(c.count_findings({.rule = "r0"}).value().findings(), 2u);
  EXPECT_THAT(c.verify().value().problems, IsEmpty());
}

TEST(Case, EqualLinesOfOneFileAreFindingsOfTheirOwn) {
  auto c = Case::temporary().value();
  begin(c, {rule("r1"), rule("r2")});
  put(c, "log", kLines);
  c.end_scan("{}").value();
  std::vector<std::string> ids;
  c.each_finding({}, [&](const Finding& finding) { return ids.push_back(finding.id), true; }).value();
  std::sort(ids.begin(), ids.end());
  EXPECT_EQ(std::unique(ids.begin(), ids.end()), ids.end());
  EXPECT_EQ(ids.size(), 5u);
}

TEST(Case, ASecondScanOfTheSameAddsNothing) {
  Folder folder;
  std::string first;
  for (int pass = 0; pass < 3; ++pass) {
    auto c = Case::open(folder.file("a.case"), Mode::write).value();
    begin(c, {rule("r1"), rule("r2")});
    if (pass == 2) {  // as the pipeline does where it may hash before reading
      const auto known = c.find_evidence(sha256("one\ntwo\ntwo\nthree\n")).value();
      ASSERT_TRUE(known);
      EXPECT_TRUE(c.has_evidence_of_size(18).value());
      EXPECT_FALSE(c.has_evidence_of_size(19).value());
      EXPECT_THAT(c.missing_rules(*known).value().rules, IsEmpty());
    }
    EXPECT_EQ(put(c, pass == 0 ? "log" : "again/log", kLines).copy, pass > 0);
    c.end_scan("{}").value();
    if (pass == 0) first = findings(c);
    EXPECT_EQ(findings(c), first);
    ASSERT_EQ(c.all_evidence().value().size(), 1u);
    EXPECT_EQ(c.all_evidence().value()[0].places.size(), pass > 0 ? 2u : 1u);
    EXPECT_THAT(c.verify().value().problems, IsEmpty());
  }
}

TEST(Case, NewRulesAddTheirs) {
  Folder folder;
  {
    auto c = Case::open(folder.file("a.case"), Mode::write).value();
    begin(c, {rule("r1")});
    std::vector<Line> lines = kLines;
    for (Line& line : lines)
      if (!line.rules.empty()) line.rules = {1};
    put(c, "log", lines);
    c.end_scan("{}").value();
  }
  auto c = Case::open(folder.file("a.case"), Mode::write).value();
  const auto ids = begin(c, {rule("r1"), rule("r2")});
  const EvidenceId known = c.find_evidence(sha256("one\ntwo\ntwo\nthree\n")).value().value();
  const auto missing = c.missing_rules(known).value();
  EXPECT_EQ(missing.rules, std::vector<std::uint32_t>{1});
  EXPECT_FALSE(missing.other_settings);
  std::vector<Line> lines = kLines;
  for (Line& line : lines) std::erase(line.rules, ids[0]);
  EXPECT_FALSE(put(c, "log", lines, "", missing.rules, known).copy);
  c.end_scan("{}").value();

  auto whole = Case::temporary().value();
  begin(whole, {rule("r1"), rule("r2")});
  put(whole, "log", kLines);
  whole.end_scan("{}").value();
  EXPECT_EQ(findings(c), findings(whole));
  EXPECT_THAT(c.missing_rules(known).value().rules, IsEmpty());
  EXPECT_THAT(c.verify().value().problems, IsEmpty());
}

TEST(Case, WithoutHashingFirstNewRulesAddTheirsToo) {
  Folder folder;
  for (int pass = 0; pass < 2; ++pass) {
    auto c = Case::open(folder.file("a.case"), Mode::write).value();
    begin(c, pass == 0 ? std::vector{rule("r1")} : std::vector{rule("r1"), rule("r2")});
    std::vector<Line> lines = kLines;
    if (pass == 0)
      for (Line& line : lines)
        if (!line.rules.empty()) line.rules = {1};
    EXPECT_FALSE(put(c, "log", lines).copy);
    c.end_scan("{}").value();
  }
  auto c = Case::open(folder.file("a.case"), Mode::read).value();
  auto whole = Case::temporary().value();
  begin(whole, {rule("r1"), rule("r2")});
  put(whole, "log", kLines);
  whole.end_scan("{}").value();
  EXPECT_EQ(findings(c), findings(whole));
  EXPECT_EQ(c.all_evidence().value().size(), 1u);
  EXPECT_THAT(c.verify().value().problems, IsEmpty());
}

TEST(Case, OtherSettingsReadTheEvidenceAnew) {
  Folder folder;
  std::int64_t shift = 0;
  for (const char* settings : {"utc", "utc+2", "utc+3"}) {
    auto c = Case::open(folder.file("a.case"), Mode::write).value();
    begin(c, {rule("r1"), rule("r2")}, settings);
    if (shift == 7200) {
      const EvidenceId known = c.find_evidence(sha256("one\ntwo\ntwo\nthree\n")).value().value();
      EXPECT_TRUE(c.missing_rules(known).value().other_settings);
      c.forget_evidence(known).value();
      EXPECT_EQ(c.count_findings().value().findings(), 0u);
    }
    std::vector<Line> lines = kLines;
    for (Line& line : lines) line.time += shift;
    put(c, "log", lines);
    c.end_scan("{}").value();
    EXPECT_EQ(c.count_findings().value().findings(), 5u);
    EXPECT_THAT(findings(c), HasSubstr(Time{100 + shift, 0, 0}.iso()));
    EXPECT_THAT(c.verify().value().problems, IsEmpty());
    EXPECT_EQ(c.all_evidence().value().size(), 1u);
    shift += 7200;
  }
}

TEST(Case, ARotatedBackupAddsOnlyWhatIsNew) {
  auto c = Case::temporary().value();
  begin(c, {rule("r1"), rule("r2")});
  std::vector<Line> longer = kLines;
  longer.insert(longer.begin(), {101, "two", {{"Computer", "DC01"}}, {1, 2}});
  longer.push_back({200, "four", {}, {1}});
  put(c, "log.1", kLines);
  put(c, "log", longer);
  c.end_scan("{}").value();
  auto alone = Case::temporary().value();
  begin(alone, {rule("r1"), rule("r2")});
  put(alone, "log", longer);
  alone.end_scan("{}").value();
  const auto ids = [](Case& from) {
    std::vector<std::string> list;
    from.each_finding({}, [&](const Finding& finding) { return list.push_back(finding.id), true; }).value();
    return list;
  };
  EXPECT_EQ(ids(c), ids(alone));
  EXPECT_EQ(c.copies().value(), 3u);
}

TEST(Case, ANumberedRecordIsOneEventInEveryCopy) {
  auto c = Case::temporary().value();
  begin(c, {rule("r1")});
  const Line record{100, "bytes here", {{"EventRecordID", "7"}, {"Channel", "Security"}, {"Computer", "DC01"}},
                    {1}, {},           "windows"};
  Line elsewhere = record;
  elsewhere.raw = "other bytes, same record";
  put(c, "a.evtx", {record, record});
  put(c, "b.evtx", {elsewhere});
  c.end_scan("{}").value();
  EXPECT_EQ(c.count_findings().value().findings(), 1u);
  EXPECT_EQ(c.copies().value(), 2u);
}

TEST(Case, TheOrderOfFilesChangesNothing) {
  std::mt19937 random(1);
  struct File {
    std::string path;
    std::vector<Line> lines;
  };
  std::vector<File> files;
  for (int f = 0; f < 6; ++f) {
    File file{"file" + std::to_string(f), {}};
    for (int i = 0; i < 200; ++i) {
      const unsigned pick = random() % 50;
      std::vector<std::uint32_t> rules;
      for (std::uint32_t r = 1; r <= 3; ++r)
        if (pick % (r + 1) == 0) rules.push_back(r);
      Line line{
          1000 + pick % 7, "line " + std::to_string(pick), {{"user.name", "u" + std::to_string(pick % 5)}}, rules};
      if (pick % 4 == 0) line.source = "windows", line.fields.push_back({"EventRecordID", std::to_string(pick)});
      file.lines.push_back(line);
    }
    files.push_back(file);
  }
  std::string expected;
  for (int round = 0; round < 5; ++round) {
    auto c = Case::temporary().value();
    begin(c, {rule("r1"), rule("r2"), rule("r3")});
    for (const File& file : files) put(c, file.path, file.lines);
    c.end_scan("{}").value();
    if (round == 0) expected = findings(c);
    EXPECT_EQ(findings(c), expected);
    std::shuffle(files.begin(), files.end(), random);
  }
  EXPECT_THAT(expected, Not(IsEmpty()));
}

TEST(Case, AnomaliesAreKeptUpToABoundAndAllCounted) {
  auto c = Case::temporary().value();
  begin(c, {rule("r1")});
  c.begin_evidence({"log", "", "lines"}).value();
  for (std::uint64_t i = 0; i < 1500; ++i) c.add_anomaly({"line-too-long", 10 * i, 3, "x"}).value();
  c.add_anomaly({"bad-utf8", 5, 1, "y"}).value();
  EvidenceEnd end;
  end.sha256 = sha256("log");
  c.finish_evidence(end).value();
  c.end_scan("{}").value();
  EXPECT_EQ(c.anomaly_counts().value().size(), 2u);
  EXPECT_EQ(c.anomaly_counts().value()[1].count, 1500u);
  EXPECT_EQ(c.all_evidence().value()[0].anomalies, 1501u);
  std::size_t kept = 0;
  c.each_anomaly([&](const StoredAnomaly&) { return ++kept, true; }).value();
  EXPECT_EQ(kept, 1001u);
}

TEST(Case, BaseMatchesComeInOrderOnceAndOrderedFindingsAreReplaced) {
  Folder folder;
  auto c = Case::open(folder.file("a.case"), Mode::write).value();
  RuleInfo base = rule("base");
  base.reported = false;
  base.keys = {"user.name"};
  RuleInfo correlation = rule("many", Level::critical);
  correlation.kind = RuleKind::correlation;
  const auto ids = begin(c, {base, correlation});
  const std::vector<Line> lines = {{30, "c", {}, {1}, {{"user.name", "x\"\\y"}}},
                                   {10, "a", {}, {1}, {{"user.name", "b"}}},
                                   {20, "b", {}, {1}, {{"user.name", "b"}}}};
  put(c, "log", lines);
  put(c, "backup", {lines[1]});
  c.settle().value();
  std::vector<std::int64_t> times;
  std::vector<EventPlace> places;
  ContentHash content{};
  c.each_base_match([&](const BaseMatch& match) {
     times.push_back(match.place.time.seconds);
     places.push_back(match.place);
     content = match.content;
     EXPECT_EQ(match.rules.size(), 1u);
     EXPECT_EQ(match.keys.size(), 1u);
     EXPECT_EQ(match.keys[0].second, match.place.time.seconds == 30 ? "x\"\\y" : "b");
     return true;
   }).value();
  EXPECT_EQ(times, (std::vector<std::int64_t>{10, 20, 30}));
  for (int pass = 0; pass < 2; ++pass) {
    c.begin_ordered(std::vector{ids[1]}).value();
    OrderedFinding finding;
    finding.rule = ids[1];
    finding.key = "b";
    finding.content = content;
    finding.time = Time{20, 0, 0};
    finding.first = Time{10, 0, 0};
    finding.last = Time{30, 0, 0};
    finding.count = 250;
    finding.entities = {{EntityType::account, "b", "target"}};
    for (int i = 0; i < 250; ++i) finding.events.push_back(places[static_cast<std::size_t>(i) % 3]);
    c.add_ordered(finding).value();
    c.end_ordered().value();
  }
  c.end_scan("{}").value();
  std::size_t count = 0;
  c.each_finding({}, [&](const Finding& finding) {
     ++count;
     EXPECT_EQ(finding.events.size(), 100u);
     EXPECT_EQ(finding.count, 250u);
     EXPECT_EQ(finding.first.seconds, 10);
     EXPECT_EQ(finding.last.seconds, 30);
     EXPECT_EQ(finding.entities.size(), 1u);
     EXPECT_EQ(c.find_finding(finding.id.substr(0, 8)).value()->id, finding.id);
     return true;
   }).value();
  EXPECT_EQ(count, 1u);
  EXPECT_THAT(c.verify().value().problems, IsEmpty());
}

TEST(Case, WholeRecordsAreKeptForTheFirstOfEachRule) {
  Folder folder;
  auto c = Case::open(folder.file("a.case"), Mode::write).value();
  const auto ids = begin(c, {rule("r1"), rule("r2")});
  std::vector<Line> lines;
  for (int i = 0; i < 1500; ++i) lines.push_back({i, "line " + std::to_string(i), {{"n", std::to_string(i)}}, {1}});
  EXPECT_TRUE(c.wants_whole(std::vector{ids[0]}));
  put(c, "log", lines);
  EXPECT_FALSE(c.wants_whole(std::vector{ids[0]}));
  EXPECT_TRUE(c.wants_whole(ids));
  c.end_scan("{}").value();
  std::size_t whole = 0;
  c.each_finding({}, [&](const Finding& finding) {
     const WholeEvent event = c.event(finding.events[0]).value();
     if (event.whole) {
       ++whole;
       EXPECT_EQ(event.raw, "line " + std::to_string(finding.time.seconds));
       EXPECT_EQ(event.fields, "{\"n\":\"" + std::to_string(finding.time.seconds) + "\"}");
       EventPlace moved = finding.events[0];
       moved.row = 0;
       if (finding.time.seconds % 100 == 0) {
         EXPECT_EQ(c.event(moved).value().raw, event.raw);
       }
     }
     return true;
   }).value();
  EXPECT_EQ(whole, 1000u);
}

}  // namespace
}  // namespace tocsin::casefile
