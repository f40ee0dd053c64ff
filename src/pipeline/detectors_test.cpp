// From lines to what detectors say, and what a second scan adds.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "case/row_feed.h"
#include "pipeline/reread.h"
#include "pipeline/scan.h"

namespace tocsin {
namespace {

struct Folder {
  std::filesystem::path path;
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "tocsin-detectors-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path / name, std::ios::binary) << text;
    return (path / name).string();
  }
};

// Eleven days of 60 people who log in daily; in the last night a slow spray against 30 of them, one entered.
std::string lines() {
  std::string out;
  const auto line = [&](Time time, const char* what, int user, const std::string& from) {
    char text[40];
    out += std::string(text, time.write_iso(text)) + " gate sshd[7]: " + what + " password for user" +
           std::to_string(user) + " from " + from + " port 22 ssh2\n";
  };
  for (unsigned day = 1; day <= 11; ++day) {
    const Time start = Time::from_civil(2024, 5, day);
    for (int i = 0; day == 11 && i < 300; ++i)
      line(start.plus_seconds(i * 60), "Failed", i % 30,
           "203.0." + std::to_string(i * 7 % 256) + "." + std::to_string(i % 250 + 1));
    if (day == 11) line(start.plus_seconds(18100), "Accepted", 7, "203.0.113.99");
    for (int user = 0; user < 60; ++user)
      line(start.plus_seconds(30000 + user * 300), "Accepted", user, "192.0.2." + std::to_string(user + 1));
  }
  return out;
}

ScanOptions options_for(std::vector<std::string> paths) {
  ScanOptions options;
  options.paths = std::move(paths);
  options.rules.none = true;
  options.rules.detectors = true;
  return options;
}

std::uint64_t rows_of(casefile::Case& c) {
  casefile::RowFeed rows = casefile::RowFeed::open(c, casefile::RowKind::activities, 1 << 20).value();
  std::uint64_t count = 0;
  while (rows.next().value()) ++count;
  return count + rows.copies();
}

TEST(Detectors, FindTheCampaignAndNameItsEvents) {
  const Folder folder;
  const std::string text = lines();
  ScanOptions options = options_for({folder.write("auth.log", text)});
  const auto program = Program::load(options.rules).value();
  auto c = casefile::Case::temporary().value();
  const ScanSummary summary = scan(options, *program, c).value();
  EXPECT_EQ(summary.activities, static_cast<std::uint64_t>(std::ranges::count(text, '\n')));
  EXPECT_EQ(summary.activities_by_kind.at("login"), summary.activities);
  std::size_t campaigns = 0;
  c.each_finding({}, [&](const casefile::Finding& finding) {
     EXPECT_EQ(finding.rule->kind, casefile::RuleKind::detector);
     EXPECT_FALSE(finding.events.empty());
     if (finding.rule->id != "tocsin-password-spray-campaign") return true;
     ++campaigns;
     EXPECT_NE(finding.title, finding.rule->title);
     EXPECT_GT(finding.count, 100u);
     EXPECT_EQ(finding.events.size(), casefile::OrderedFinding::kEventsMax);
     std::vector<Wanted> wanted;
     for (const auto& place : finding.events) wanted.push_back({place.offset, c.event(place).value().content});
     std::size_t found = 0;
     reread(options.paths[0], options.paths[0], wanted, [&](std::size_t, std::string, std::string raw) {
       EXPECT_THAT(raw, ::testing::HasSubstr("Failed password for user"));
       ++found;
     }).value();
     EXPECT_EQ(found, finding.events.size());
     return true;
   }).value();
  EXPECT_EQ(campaigns, 1u);
}

TEST(Detectors, WhatIsTooLongToBeReadIsSaid) {
  const Folder folder;
  const std::string front = "2024-05-01T10:00:00Z gate sshd[7]: Failed password for ",
                    back = " from 192.0.2.1 port 22 ssh2\n";
  const std::string long_line = front + std::string(9000, 'a') + back;
  ScanOptions options = options_for({folder.write("auth.log", front + "a" + back + long_line + front + "b" + back)});
  const auto program = Program::load(options.rules).value();
  auto c = casefile::Case::temporary().value();
  const ScanSummary summary = scan(options, *program, c).value();
  EXPECT_EQ(summary.activities, 2u);
  EXPECT_EQ(summary.anomalies_by_name, (std::map<std::string, std::uint64_t>{{"text-too-long", 1}}));
  c.each_anomaly([&](const casefile::StoredAnomaly& anomaly) {
     EXPECT_EQ(anomaly.offset, front.size() + 1 + back.size());
     EXPECT_EQ(anomaly.size, long_line.size() - 1);
     return true;
   }).value();
}

TEST(Detectors, ASecondScanAddsNothingAndACopyCountsOnce) {
  const Folder folder;
  const std::string text = lines();
  const std::size_t middle = text.find('\n', text.size() / 2) + 1, later = text.find('\n', middle + middle / 2) + 1;
  const std::string first = folder.write("auth.log.1", text.substr(0, middle)),
                    second = folder.write("auth.log", text.substr(middle)),
                    backup = folder.write("backup.log", text.substr(later));
  auto c = casefile::Case::temporary().value();
  ScanOptions options = options_for({first});
  const auto program = Program::load(options.rules).value();
  const auto ids = [&] {
    std::string out;
    c.each_finding({}, [&](const casefile::Finding& finding) {
       out += finding.id + " " + std::to_string(finding.count) + "\n";
       return true;
     }).value();
    return out;
  };
  scan(options, *program, c).value();
  options.paths = {second};
  scan(options, *program, c).value();
  const std::string expected = ids();
  EXPECT_FALSE(expected.empty());
  const std::uint64_t rows = rows_of(c);
  options.paths = {first, second};
  const ScanSummary again = scan(options, *program, c).value();
  EXPECT_EQ(again.known, 2u);
  EXPECT_EQ(rows_of(c), rows);
  EXPECT_EQ(ids(), expected);
  options.paths = {backup};
  const ScanSummary copied = scan(options, *program, c).value();
  EXPECT_GT(copied.activity_copies, 0u);
  EXPECT_EQ(copied.activities, again.activities);
  EXPECT_EQ(ids(), expected);
}

TEST(Detectors, WhatALaterScanCollectsJoinsEvidenceThatWasReadWithoutThem) {
  const Folder folder;
  ScanOptions options = options_for({folder.write("auth.log", lines())});
  auto c = casefile::Case::temporary().value();
  RuleOptions without = options.rules;
  without.detectors = false;
  scan(options, *Program::load(without).value(), c).value();
  EXPECT_EQ(rows_of(c), 0u);
  const auto program = Program::load(options.rules).value();
  const ScanSummary summary = scan(options, *program, c).value();
  EXPECT_EQ(summary.known, 1u);
  EXPECT_GT(summary.activities, 0u);
  EXPECT_EQ(rows_of(c), summary.activities);
}

}  // namespace
}  // namespace tocsin
