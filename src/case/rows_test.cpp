// Blocks of rows, and the order in which a case gives them back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <random>

#include "case/activity_rows.h"
#include "case/case_test_support.h"
#include "case/row_feed.h"

namespace tocsin::casefile::testing {
namespace {

Activity login(std::string_view user, std::string_view address, std::string_view product = "openssh") {
  Activity activity;
  activity.kind = ActivityKind::login;
  activity.product = product;
  activity.login.user = user;
  activity.login.source = Ip::parse(address);
  activity.login.service = "sshd";
  activity.login.outcome = Outcome::failure;
  return activity;
}

RowKey key(std::int64_t seconds, std::uint64_t content, std::uint64_t offset, bool numbered = false) {
  return {Time{seconds, 0, 0}, content, offset, offset / 10 + 1, numbered, 0};
}

std::string text(const Activity& a) {
  return fmt::format("{} {} {} {} {} {} {} {} {} {} {} {} {}", static_cast<int>(a.kind), a.product, a.login.user,
                     a.login.source ? a.login.source->text() : "-", a.login.source_port, a.login.service, a.login.host,
                     static_cast<int>(a.login.outcome), static_cast<int>(a.login.reason), a.login.legacy,
                     static_cast<int>(a.login.user_grade), a.login.count, a.mail.items);
}

// One piece of evidence whose rows are given as (seconds, content, numbered), a block of `block_rows` each.
struct Given {
  std::int64_t seconds;
  std::uint64_t content;
  bool numbered = false;
};
Case::Finished put_rows(Case& c, const std::string& path, const std::vector<Given>& rows, std::size_t block_rows,
                        bool complete = true, std::optional<EvidenceId> known = std::nullopt,
                        const std::vector<Given>& content_of = {}) {
  c.begin_evidence({path, "", "lines"}, {}, known).value();
  RowBlock block;
  std::string content;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::string user = fmt::format("u{}", rows[i].content);
    add_activity(block, key(rows[i].seconds, rows[i].content, i * 10, rows[i].numbered), login(user, "192.0.2.1"));
    if (block.rows() == block_rows || i + 1 == rows.size()) {
      c.append(RowKind::activities, block).value();
      block.clear();
    }
  }
  for (const Given& row : content_of.empty() ? rows : content_of)
    content += fmt::format("{} {}\n", row.seconds, row.content);
  EvidenceEnd end;
  end.sha256 = sha256(content);
  end.size = content.size();
  end.complete = complete;
  end.activities = true;
  return c.finish_evidence(end).value();
}

std::string feed(Case& c, std::size_t memory = 1 << 20, bool with_places = false) {
  RowFeed rows = RowFeed::open(c, RowKind::activities, memory).value();
  std::string out;
  while (rows.next().value()) {
    Activity activity;
    EXPECT_TRUE(read_activity(rows.view(), rows.row(), activity));
    out += fmt::format("{}:{}:{}", rows.ordinal(), activity.time.seconds, activity.login.user);
    if (with_places) out += fmt::format("@{}:{}", c.evidence(rows.place().evidence).value()->path, rows.place().offset);
    out += ' ';
  }
  return out;
}

TEST(RowBlock, ReadsWhatWasWritten) {
  std::vector<Activity> all{login("root", "192.0.2.7"), login("", "2001:db8::1", ""), {}};
  all[0].login.count = 3;
  all[0].login.user_grade = Provenance::ambiguous;
  all[0].login.reason = LoginReason::mfa_denied;
  all[0].login.source_port = 65535;
  all[1].login.source.reset();
  all[1].login.legacy = true;
  all[2].kind = ActivityKind::mail_access;
  all[2].mail.items = UINT64_MAX;
  all[2].mail.mailbox = "anna@example.org";
  RowBlock block;
  std::vector<RowKey> keys{key(100, 1, 5), key(99, UINT64_MAX, 3, true), {Time::none(), 7, 0, 0, false, 0}};
  keys[1].time.nanoseconds = 999'999'999;
  keys[1].time.digits = 9;
  for (std::size_t i = 0; i < all.size(); ++i) add_activity(block, keys[i], all[i]);
  const std::string blob = block.encode();
  const RowBlockView view = RowBlockView::parse(blob).value();
  ASSERT_EQ(view.rows().size(), all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    Activity read;
    ASSERT_TRUE(read_activity(view, view.rows()[i], read));
    EXPECT_EQ(text(read), text(all[i]));
    const RowKey& k = view.rows()[i].key;
    EXPECT_EQ(k.time, keys[i].time);
    EXPECT_EQ(k.time.digits, keys[i].time.digits);
    EXPECT_EQ(k.content, keys[i].content);
    EXPECT_EQ(k.offset, keys[i].offset);
    EXPECT_EQ(k.record, keys[i].record);
    EXPECT_EQ(k.numbered, keys[i].numbered);
  }
  EXPECT_FALSE(block.first().known());
  EXPECT_EQ(block.last().seconds, 100);
}

TEST(RowBlock, DamageIsAnErrorAndNothingElse) {
  RowBlock block;
  for (int i = 0; i < 20; ++i) add_activity(block, key(i, i, i), login(fmt::format("user{}", i), "192.0.2.1"));
  const std::string whole = block.encode();
  for (std::size_t cut = 0; cut < whole.size(); ++cut) EXPECT_FALSE(RowBlockView::parse(whole.substr(0, cut)));
  std::mt19937 random(1);
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes = whole;
    for (int i = 0; i < 3; ++i) bytes[random() % bytes.size()] = static_cast<char>(random());
    const auto view = RowBlockView::parse(bytes);
    if (!view) continue;
    for (const auto& row : view->rows()) {
      Activity activity;
      (void)read_activity(*view, row, activity);
    }
  }
}

TEST(RowBlock, ALongTextIsShortenedButStaysItself) {
  RowBlock block;
  const std::string a = std::string(5000, 'a') + "1", b = std::string(5000, 'a') + "2";
  add_activity(block, key(1, 1, 1), login(a, "192.0.2.1"));
  add_activity(block, key(1, 2, 2), login(b, "192.0.2.1"));
  const std::string blob = block.encode();
  EXPECT_LT(blob.size(), 1000u);
  const RowBlockView view = RowBlockView::parse(blob).value();
  Activity first, second;
  ASSERT_TRUE(read_activity(view, view.rows()[0], first) && read_activity(view, view.rows()[1], second));
  EXPECT_NE(first.login.user, second.login.user);
}

TEST(RowFeed, GivesRowsInOrderOfTimeAndContentWhateverTheFilesAndBlocks) {
  std::vector<Given> rows;
  for (std::uint64_t i = 0; i < 3000; ++i) rows.push_back({static_cast<std::int64_t>(1000 + i / 3), i * 7919 % 3001});
  Case plain = Case::temporary().value();
  begin(plain, {});
  put_rows(plain, "all", rows, 1000);
  const std::string expected = feed(plain);
  std::mt19937 random(1);
  for (const std::size_t files : {1u, 3u, 17u}) {
    std::ranges::shuffle(rows, random);
    for (const std::size_t memory : {std::size_t{1} << 14, std::size_t{1} << 24}) {
      Case c = Case::temporary().value();
      begin(c, {});
      for (std::size_t i = 0; i < files; ++i) {
        std::vector<Given> part;
        for (std::size_t j = i; j < rows.size(); j += files) part.push_back(rows[j]);
        put_rows(c, fmt::format("part{}", i), part, 37 + i);
      }
      RowFeed check = RowFeed::open(c, RowKind::activities, memory).value();
      EXPECT_EQ(check.spilled(), memory < 1 << 20);
      EXPECT_EQ(feed(c, memory), expected);
    }
  }
}

TEST(RowFeed, ACopyOfARecordIsGivenOnce) {
  Case c = Case::temporary().value();
  begin(c, {});
  put_rows(c, "a", {{10, 1}, {10, 1}, {11, 2}, {12, 9, true}, {12, 9, true}}, 2);
  put_rows(c, "b", {{10, 1}, {10, 1}, {10, 1}, {12, 9, true}, {13, 2}}, 100);
  EXPECT_EQ(feed(c), "0:10:u1 1:10:u1 2:10:u1 3:11:u2 4:12:u9 5:13:u2 ");
  RowFeed rows = RowFeed::open(c, RowKind::activities, 1 << 20).value();
  for (int round = 0; round < 2; ++round) {
    std::uint64_t count = 0;
    while (rows.next().value()) EXPECT_EQ(rows.ordinal(), count++);
    EXPECT_EQ(count, 6u);
    EXPECT_EQ(rows.copies(), 4u);
    rows.rewind().value();
  }
}

TEST(RowFeed, EvidenceReadAgainOrHalfOrTwiceAddsNothing) {
  Case c = Case::temporary().value();
  begin(c, {});
  const std::vector<Given> rows{{10, 1}, {10, 1}, {11, 2}, {12, 3}};
  put_rows(c, "half", {{10, 1}, {10, 1}}, 1, false);
  EXPECT_EQ(feed(c), "0:10:u1 1:10:u1 ");
  const EvidenceId id = put_rows(c, "half", rows, 2).evidence;
  EXPECT_EQ(feed(c), "0:10:u1 1:10:u1 2:11:u2 3:12:u3 ");
  EXPECT_TRUE(put_rows(c, "elsewhere", rows, 3).copy);
  EXPECT_EQ(feed(c), "0:10:u1 1:10:u1 2:11:u2 3:12:u3 ");
  // Read once more for other product definitions, which know less; the pass was cut short, and then completed.
  c.begin_evidence({"half", "", "lines"}, {}, id).value();
  RowBlock block;
  add_activity(block, key(11, 2, 20), login("other", "192.0.2.1"));
  c.append(RowKind::activities, block).value();
  EvidenceEnd end;
  end.complete = false;
  end.activities = true;
  c.finish_evidence(end).value();
  EXPECT_EQ(feed(c), "0:10:u1 1:10:u1 2:11:other 3:12:u3 ");
  put_rows(c, "half", {{10, 1}}, 2, true, id, rows);
  EXPECT_EQ(feed(c), "0:10:u1 ");
  c.end_scan("{}").value();
  const Verification verification = c.verify().value();
  EXPECT_THAT(verification.problems, ::testing::IsEmpty());
}

TEST(RowFeed, AChangedBlockIsEvident) {
  const Folder folder;
  {
    Case c = Case::open(folder.file("a.case"), Mode::write).value();
    begin(c, {});
    put_rows(c, "a", {{10, 1}, {11, 2}}, 2);
    c.end_scan("{}").value();
    EXPECT_THAT(c.verify().value().problems, ::testing::IsEmpty());
  }
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(folder.file("a.case").c_str(), &database), SQLITE_OK);
  EXPECT_EQ(
      sqlite3_exec(database, "UPDATE row_block SET data = CAST(data || x'00' AS BLOB)", nullptr, nullptr, nullptr),
      SQLITE_OK);
  sqlite3_close(database);
  Case c = Case::open(folder.file("a.case"), Mode::read).value();
  EXPECT_THAT(c.verify().value().problems, ::testing::Not(::testing::IsEmpty()));
}

TEST(OrderedFindings, SayTheirOwnTitleLevelAndTechniques) {
  Case c = Case::temporary().value();
  RuleInfo detector = rule("tocsin-some-detector");
  detector.kind = RuleKind::detector;
  detector.over_case = true;
  detector.level = Level::medium;
  const auto numbers = begin(c, {detector});
  const EvidenceId id = put_rows(c, "a", {{10, 1}}, 2).evidence;
  c.settle().value();
  OrderedFinding finding;
  finding.rule = numbers[0];
  finding.key = "campaign";
  finding.time = finding.first = finding.last = Time{10, 0, 0};
  finding.count = 214;
  finding.title = "password spray: 214 accounts";
  finding.detail = "two lines\nof it";
  finding.level = Level::high;
  finding.techniques = {"T1110.003"};
  finding.events = {{id, 0, 1, Time{10, 0, 0}, 0, {1}}};
  c.begin_ordered(numbers).value();
  c.add_ordered(finding).value();
  c.end_ordered().value();
  EXPECT_EQ(c.count_findings().value().by_level[static_cast<int>(Level::high)], 1u);
  EXPECT_EQ(c.count_findings({.level = Level::critical}).value().findings(), 0u);
  std::size_t seen = 0;
  c.each_finding({.level = Level::high}, [&](const Finding& found) {
     ++seen;
     EXPECT_EQ(found.title, finding.title);
     EXPECT_EQ(found.detail, finding.detail);
     EXPECT_EQ(found.level, Level::high);
     EXPECT_EQ(found.techniques, finding.techniques);
     EXPECT_EQ(found.events.at(0).content[0], 1);
     EXPECT_EQ(c.event(found.events[0]).value().content[0], 1);
     return true;
   }).value();
  EXPECT_EQ(seen, 1u);
  c.glance({}, [&](const FindingGlance& found) {
     EXPECT_TRUE(std::ranges::equal(found.techniques, finding.techniques));
   }).value();
  // The same detector with other parameters: its findings replace those of before.
  detector.hash = sha256("other parameters");
  const auto others = begin(c, {detector});
  c.begin_ordered(others).value();
  c.end_ordered().value();
  EXPECT_EQ(c.count_findings().value().findings(), 0u);
}

}  // namespace
}  // namespace tocsin::casefile::testing
