// What a case stands: kills, damage, foreign files, tampering, a second writer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <fstream>
#include <random>

#include "case/case.h"
#include "case/case_test_support.h"

namespace tocsin::casefile {
namespace {

using namespace testing;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

void sql(const std::string& path, const std::string& text) {
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &database), SQLITE_OK);
  char* message = nullptr;
  EXPECT_EQ(sqlite3_exec(database, text.c_str(), nullptr, nullptr, &message), SQLITE_OK) << message;
  sqlite3_free(message);
  sqlite3_close(database);
}

std::string sql_error(const std::string& path, const std::string& text) {
  sqlite3* database = nullptr;
  sqlite3_open(path.c_str(), &database);
  sqlite3_exec(database, text.c_str(), nullptr, nullptr, nullptr);
  const std::string said = sqlite3_errmsg(database);
  sqlite3_close(database);
  return said;
}

TEST(CaseSafety, OneWriter) {
  Folder folder;
  auto c = Case::open(folder.file("a.case"), Mode::write).value();
  const auto second = Case::open(folder.file("a.case"), Mode::write);
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().text(), HasSubstr("locked"));
  EXPECT_TRUE(Case::open(folder.file("a.case"), Mode::read));
}

TEST(CaseSafety, FilesThatAreNoCaseAreNamedForWhatTheyAre) {
  Folder folder;
  const auto error = [&](const std::string& name, Mode mode) {
    return Case::open(folder.file(name), mode).error().text();
  };
  EXPECT_THAT(error("nowhere.case", Mode::read), HasSubstr("there is no such case"));
  std::ofstream(folder.file("text")) << std::string(5000, 'x');
  std::ofstream(folder.file("empty"));
  sql(folder.file("foreign"), "CREATE TABLE t(a)");
  {
    auto made = Case::open(folder.file("newer"), Mode::write).value();
  }
  sql(folder.file("newer"), "PRAGMA user_version = 99");
  for (const Mode mode : {Mode::read, Mode::write}) {
    EXPECT_THAT(error("text", mode), HasSubstr("no case file"));
    EXPECT_THAT(error("foreign", mode), HasSubstr("no case file"));
    EXPECT_THAT(error("newer", mode), HasSubstr("newer tocsin"));
  }
  EXPECT_THAT(error("empty", Mode::read), HasSubstr("no case file"));
  EXPECT_TRUE(Case::open(folder.file("empty"), Mode::write));
  EXPECT_EQ(std::filesystem::file_size(folder.file("text")), 5000u);
}

TEST(CaseSafety, DamageIsAnErrorNeverACrash) {
  Folder folder;
  {
    auto c = Case::open(folder.file("a.case"), Mode::write).value();
    begin(c, {rule("r1"), rule("r2")});
    for (int i = 0; i < 50; ++i) put(c, "log" + std::to_string(i), kLines, "content " + std::to_string(i));
    c.end_scan("{}").value();
  }
  std::ifstream in(folder.file("a.case"), std::ios::binary);
  const std::string good{std::istreambuf_iterator<char>(in), {}};
  std::mt19937 random(7);
  int refused = 0;
  for (int round = 0; round < 200; ++round) {
    std::string bad = good;
    if (round % 4 == 0) bad.resize(random() % bad.size());
    for (int i = 0; i < 20 && !bad.empty(); ++i) bad[random() % bad.size()] = static_cast<char>(random());
    std::ofstream(folder.file("bad.case"), std::ios::binary)
        .write(bad.data(), static_cast<std::streamsize>(bad.size()));
    auto c = Case::open(folder.file("bad.case"), round % 2 ? Mode::read : Mode::write);
    bool fine = c.has_value();
    if (fine) {
      fine &= c->each_finding({}, [&](const Finding&) { return true; }).has_value();
      fine &= c->all_evidence().has_value();
      const auto verified = c->verify();
      fine &= verified && verified->problems.empty();
    }
    refused += !fine;
    c = std::unexpected(Error{});
    for (const char* suffix : {"-wal", "-shm"}) std::filesystem::remove(folder.file("bad.case") + suffix);
  }
  std::printf("%d of 200 damaged files were refused or did not verify\n", refused);
  EXPECT_GT(refused, 100);
}

TEST(CaseSafety, TheJournalRefusesChanges) {
  Folder folder;
  const std::string path = folder.file("a.case");
  {
    auto c = Case::open(path, Mode::write).value();
    begin(c, {rule("r1"), rule("r2")});
    put(c, "log", kLines);
    c.end_scan("{}").value();
  }
  for (const char* text : {"UPDATE journal SET detail = '{}'", "DELETE FROM journal WHERE sequence = 2",
                           "INSERT OR REPLACE INTO journal SELECT 2, time, action, detail, previous, hash FROM journal "
                           "WHERE sequence = 1"})
    EXPECT_THAT(sql_error(path, text), HasSubstr("append-only"));
  const auto problems = [&] { return Case::open(path, Mode::read).value().verify().value().problems; };
  EXPECT_THAT(problems(), IsEmpty());
  // What an attacker with the file does, and what verify says to it.
  const std::vector<std::pair<const char*, const char*>> attacks = {
      {"DROP TRIGGER journal_is_never_cut; DELETE FROM journal WHERE sequence = 2", "missing"},
      {"DROP TRIGGER journal_is_never_changed; UPDATE journal SET detail = '{}' WHERE sequence = 3", "was changed"},
      {"DELETE FROM record; DELETE FROM event WHERE id = 2", "not those"},
      {"UPDATE event SET time = time + 60 WHERE id = 1", "not those"},
      {"UPDATE event SET matches = 0 WHERE id = 1", "not those"},
      {"UPDATE event SET entities = '[]' WHERE id = 1", "not those"},
      {"UPDATE record SET raw = x'00'", "not those"},
      {"UPDATE rule SET level = 0 WHERE id = 1", "rules"},
      {"UPDATE evidence SET sha256 = x'00'", "SHA-256"},
      {"DELETE FROM record; DELETE FROM event; DELETE FROM run", "gone"},
  };
  std::ifstream in(path, std::ios::binary);
  const std::string good{std::istreambuf_iterator<char>(in), {}};
  for (const auto& [attack, said] : attacks) {
    std::ofstream(path, std::ios::binary).write(good.data(), static_cast<std::streamsize>(good.size()));
    sql(path, attack);
    EXPECT_THAT(problems(), ::testing::Contains(HasSubstr(said))) << attack;
  }
}

TEST(CaseSafety, TheHeadChangesWithEveryEntry) {
  auto c = Case::temporary().value();
  begin(c, {rule("r1")});
  const std::string before = c.verify().value().head;
  c.journal("note", "{}").value();
  EXPECT_NE(c.verify().value().head, before);
  EXPECT_EQ(before.size(), 64u);
}

TEST(CaseSafety, WhatAnInterruptedScanFoundStandsUntilTheNextOneReadsItAgain) {
  Folder folder;
  auto c = Case::open(folder.file("a.case"), Mode::write).value();
  const auto scan = [&](std::size_t lines, bool complete) {
    begin(c, {rule("r1"), rule("r2")});
    put(c, "whole", {kLines[0]});
    c.begin_evidence({"log", "", "lines"}).value();
    MatchBatch batch;
    for (std::size_t i = 0; i < lines; ++i) add(batch, kLines[i], 10 * i, i + 1);
    c.append(batch).value();
    EvidenceEnd end;
    end.complete = complete;
    end.sha256 = sha256("log");
    c.finish_evidence(end).value();
    c.end_scan("{}").value();
    EXPECT_THAT(c.verify().value().problems, IsEmpty());
  };
  scan(2, false);
  EXPECT_EQ(c.count_findings().value().findings(), 3u);
  EXPECT_FALSE(c.all_evidence().value()[0].complete);
  scan(1, false);
  EXPECT_EQ(c.count_findings().value().findings(), 1u);
  scan(3, true);
  EXPECT_EQ(c.count_findings().value().findings(), 5u);
  EXPECT_EQ(c.all_evidence().value().size(), 2u);
  EXPECT_TRUE(c.all_evidence().value()[0].complete);
  scan(3, true);
  EXPECT_EQ(c.count_findings().value().findings(), 5u);
  EXPECT_EQ(c.all_evidence().value().size(), 2u);
}

TEST(CaseSafety, AFullDiskIsAnErrorAndWhatWasCommittedStands) {
  Folder folder;
  const std::string path = folder.file("a.case");
  const pid_t child = ::fork();
  if (child == 0) {
    // A limit on the size of files stands in for the disk's.
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{8 << 20, 8 << 20};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    auto c = Case::open(path, Mode::write).value();
    begin(c, {rule("r1"), rule("r2")});
    put(c, "log", kLines);
    if (!c.end_scan("{}")) ::_exit(1);
    begin(c, {rule("r1"), rule("r2")});
    if (!c.begin_evidence({"big", "", "lines"})) ::_exit(2);
    for (int i = 0; i < 1'000'000; ++i) {
      MatchBatch batch;
      for (int j = 0; j < 1000; ++j) add(batch, kLines[1], static_cast<std::uint64_t>(i * 1000 + j), 1, false);
      const auto done = c.append(batch);
      if (!done) ::_exit(done.error().text().empty() ? 3 : 0);
    }
    ::_exit(4);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  auto c = Case::open(path, Mode::read).value();
  EXPECT_THAT(c.verify().value().problems, IsEmpty());
  EXPECT_GE(c.count_findings().value().findings(), 5u);
}

TEST(CaseSafety, KilledAtAnyTimeItOpensVerifiesAndIsCompletedByTheNextScan) {
  Folder folder;
  std::vector<std::vector<Line>> files;
  for (int f = 0; f < 4; ++f) {
    files.emplace_back();
    for (int i = 0; i < 10'000; ++i)
      files.back().push_back(
          {i, "file " + std::to_string(f) + " line " + std::to_string(i / 2), {{"user.name", "anna"}}, {1, 2}});
  }
  const auto scan = [&](Case& c) {
    begin(c, {rule("r1"), rule("r2")});
    for (std::size_t f = 0; f < files.size(); ++f) {
      c.begin_evidence({"file" + std::to_string(f), "", "lines"}).value();
      std::string all;
      for (std::size_t i = 0; i < files[f].size(); i += 1000) {
        MatchBatch batch;
        for (std::size_t j = i; j < i + 1000; ++j) add(batch, files[f][j], 100 * j, j + 1);
        c.append(batch).value();
      }
      EvidenceEnd end;
      end.sha256 = sha256("file" + std::to_string(f));
      c.finish_evidence(end).value();
    }
    c.end_scan("{}").value();
  };
  std::string expected;
  {
    auto c = Case::temporary().value();
    scan(c);
    expected = findings(c);
  }
  int interrupted = 0;
  for (const int milliseconds : {1, 10, 30, 50, 70, 100, 130, 160, 200, 250}) {
    const std::string path = folder.file(std::to_string(milliseconds) + ".case");
    const pid_t child = ::fork();
    if (child == 0) {
      auto c = Case::open(path, Mode::write).value();
      scan(c);
      ::_exit(0);
    }
    ::usleep(static_cast<useconds_t>(milliseconds) * 1000);
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    interrupted += WIFSIGNALED(status);
    if (std::filesystem::exists(path) && std::filesystem::file_size(path) > 0) {
      auto c = Case::open(path, Mode::read);
      // Killed while it was created: then it is empty, and said to be.
      if (!c) {
        EXPECT_THAT(c.error().text(), HasSubstr("empty"));
      } else {
        EXPECT_THAT(c->verify().value().problems, IsEmpty()) << milliseconds;
        EXPECT_TRUE(c->settled());
      }
    }
    auto c = Case::open(path, Mode::write).value();
    scan(c);
    EXPECT_EQ(findings(c), expected) << milliseconds;
    EXPECT_THAT(c.verify().value().problems, IsEmpty()) << milliseconds;
  }
  std::printf("%d of 10 scans were killed before their end\n", interrupted);
}

}  // namespace
}  // namespace tocsin::casefile
