#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <random>

#include "base/text.h"
#include "case/case_test_support.h"
#include "publish/csv/csv.h"
#include "publish/ndjson/ndjson.h"
#include "publish/terminal/overview.h"
#include "publish/terminal/table.h"
#include "publish/terminal/terminal.h"

namespace tocsin::publish {
namespace {

using namespace casefile;
using namespace casefile::testing;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// RFC 4180, section 2: what a reader makes of it.
std::vector<std::vector<std::string>> parse_csv(std::string_view text) {
  std::vector<std::vector<std::string>> rows;
  while (!text.empty()) {
    rows.emplace_back();
    for (;;) {
      std::string& cell = rows.back().emplace_back();
      if (text.starts_with('"')) {
        text.remove_prefix(1);
        for (;;) {
          const std::size_t quote = text.find('"');
          cell += text.substr(0, quote);
          text.remove_prefix(quote + 1);
          if (!text.starts_with('"')) break;
          cell += '"';
          text.remove_prefix(1);
        }
      } else {
        const std::size_t end = text.find_first_of(",\r");
        cell = text.substr(0, end);
        text.remove_prefix(end);
      }
      if (!text.starts_with(',')) break;
      text.remove_prefix(1);
    }
    EXPECT_TRUE(text.starts_with("\r\n"));
    text.remove_prefix(2);
  }
  return rows;
}

std::string random_text(std::mt19937& random) {
  static const std::string_view kPieces[] = {
      "=", "+",    "-",        "@",      "\t",   "\r",     "\n",     "\"", "'", ",", ";", " ", "cmd|'/C calc'!A0",
      "é", "\xff", "\x1b[31m", "\u202e", "word", "\uff1d", "\u0301", "日"};
  std::string text;
  for (std::size_t i = random() % 8; i > 0; --i) text += kPieces[random() % std::size(kPieces)];
  return text;
}

TEST(Csv, EveryCellReadsBackAndNoneIsAFormula) {
  std::mt19937 random(1);
  for (int round = 0; round < 20'000; ++round) {
    const std::string one = random_text(random), two = random_text(random);
    std::string out;
    append_csv_cell(out, one);
    out += ',';
    append_csv_cell(out, two);
    out += "\r\n";
    const auto rows = parse_csv(out);
    ASSERT_EQ(rows.size(), 1u);
    ASSERT_EQ(rows[0].size(), 2u) << out;
    for (const auto& [cell, value] : {std::pair(rows[0][0], to_utf8(one)), std::pair(rows[0][1], to_utf8(two))}) {
      ASSERT_TRUE(cell == value || cell == "'" + value) << out;
      if (!cell.empty()) {
        ASSERT_EQ(std::string_view("=+-@\t\r").find(cell[0]), std::string_view::npos) << out;
      }
    }
  }
  for (const char* formula : {"=1+1", "\"=1+1", " =1", "\t=1", "@SUM(A1)", "-2+3", "\uff1dHYPERLINK()"}) {
    std::string out;
    append_csv_cell(out, formula);
    EXPECT_THAT(out, ::testing::StartsWith("\"'"));
  }
}

TEST(Terminal, NothingOfTheEvidenceSteersIt) {
  std::mt19937 random(2);
  for (int round = 0; round < 20'000; ++round) {
    std::string text = random_text(random);
    for (int i = 0; i < 4; ++i) text += static_cast<char>(random());
    const std::string shown = printable(text);
    ASSERT_TRUE(is_utf8(shown));
    for (const char c : shown) ASSERT_GE(static_cast<unsigned char>(c), 0x20);
    ASSERT_THAT(shown, Not(HasSubstr("\u202e")));
    ASSERT_THAT(shown, Not(HasSubstr("\u009b")));
    for (const std::size_t width : {1u, 2u, 7u, 30u}) ASSERT_EQ(display_width(fitted(shown, width)), width) << shown;
  }
  EXPECT_EQ(printable("a\x1b[2Jb\u202ec\u200bd\xff"), "a\\x1b[2Jb\\u202ec\\u200bd\\xff");
  EXPECT_EQ(printable("é日本"), "é日本");
  EXPECT_EQ(display_width("é日本"), 5u);
  EXPECT_EQ(fitted("日本語", 4), "日… ");
  EXPECT_EQ(grouped(21733018), "21,733,018");
  EXPECT_EQ(size_text(18'400'000'000), "18.4 GB");
}

Case filled(std::size_t lines) {
  auto c = Case::temporary().value();
  RuleInfo loud = rule("r1", Level::critical);
  loud.title = "Title \x1b[31m with colour \u202e and a very long tail that no table of eighty columns can hold";
  begin(c, {loud, rule("r2", Level::low)});
  std::vector<Line> list;
  for (std::size_t i = 0; i < lines; ++i)
    list.push_back({static_cast<std::int64_t>(1'600'000'000 + i * 1800),
                    "line " + std::to_string(i),
                    {{"Computer", "DC" + std::to_string(i % 40) + ".corp.example"},
                     {"User",
                      "\x1b]0;x\x07"
                      "anna"}},
                    {i % 3 == 0 ? std::uint32_t{1} : std::uint32_t{2}}});
  put(c, "log\n=1", list);
  c.end_scan(R"({"rules":{"read":10,"loaded":9,"refused":1}})").value();
  return c;
}

std::string written(Case& c, Result<void> (*write)(Case&, const FindingFilter&, std::FILE*)) {
  std::FILE* file = std::tmpfile();
  write(c, {}, file).value();
  std::string out(static_cast<std::size_t>(std::ftell(file)), '\0');
  std::rewind(file);
  EXPECT_EQ(std::fread(out.data(), 1, out.size(), file), out.size());
  std::fclose(file);
  return out;
}

TEST(Ndjson, AFindingHasTheShapeThatOthersRelyOn) {
  Case c = filled(30);
  std::istringstream lines(written(c, write_ndjson));
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    const auto json = nlohmann::json::parse(line);
    EXPECT_EQ(json.at("id").get<std::string>().size(), 32u);
    for (const char* key : {"id", "title", "level", "kind", "path", "author"})
      EXPECT_TRUE(json.at("rule").at(key).is_string()) << key;
    EXPECT_EQ(json.at("rule").at("kind"), "sigma");
    EXPECT_THAT(json.at("techniques"), ElementsAre("T1003", "T1059.001"));
    EXPECT_EQ(json.at("count"), 1);
    EXPECT_EQ(json.at("first"), json.at("time"));
    const auto& event = json.at("events").at(0);
    EXPECT_EQ(event.at("evidence"), "log\n=1");
    EXPECT_EQ(event.at("sha256").get<std::string>().size(), 64u);
    EXPECT_TRUE(event.at("offset").is_number_unsigned());
    EXPECT_TRUE(event.at("record").is_number_unsigned());
    EXPECT_EQ(event.at("time"), json.at("time"));
    const auto& entity = json.at("entities").at(0);
    EXPECT_EQ(entity.at("type"), "host");
    EXPECT_TRUE(entity.at("value").is_string() && entity.at("role").is_string());
  }
  EXPECT_EQ(count, 30u);
}

TEST(Csv, EveryFindingIsARowOfTheSameWidth) {
  Case c = filled(30);
  const auto rows = parse_csv(written(c, write_csv));
  ASSERT_EQ(rows.size(), 31u);
  for (const auto& row : rows) EXPECT_EQ(row.size(), rows[0].size());
  EXPECT_EQ(rows[0][0], "time");
  EXPECT_EQ(rows[1][1], "critical");
}

TEST(Terminal, TablesFitAnyWidthAndHoldNoControlCharacters) {
  Case c = filled(3000);
  for (const std::size_t width : {80u, 100u, 140u, 200u}) {
    const Terminal terminal{width, false};
    const std::string text = summary(c, terminal, {}).value();
    const std::size_t table = text.find("  timeline");
    ASSERT_NE(table, std::string::npos);
    std::istringstream lines(text.substr(table));
    for (std::string line; std::getline(lines, line);) {
      EXPECT_LE(display_width(line), width) << line;
      for (const char c_in_line : line) ASSERT_GE(static_cast<unsigned char>(c_in_line), 0x20);
    }
    EXPECT_THAT(text, HasSubstr("critical 1,000 · low 2,000"));
    EXPECT_THAT(text, HasSubstr("10 read · 9 loaded · 1 refused"));
    EXPECT_THAT(text, HasSubstr("█"));
    c.each_finding({}, [&](const Finding& finding) {
       EXPECT_LE(display_width(finding_row(terminal, finding)), width + 1);
       return finding.time.seconds < 1'600'050'000;
     }).value();
  }
}

TEST(Timeline, ForgedTimesDoNotSqueezeTheRest) {
  Timeline timeline;
  EXPECT_EQ(timeline.text({80, false}), "");
  for (int hour = 0; hour < 50; ++hour)
    for (int i = 0; i < 20; ++i) timeline.add(Time{1'600'000'000 + hour * 3600, 0, 0}, Level::high);
  const std::string before = timeline.text({80, false});
  EXPECT_THAT(before, HasSubstr("1 h a bar"));
  timeline.add(Time{-11'644'473'600, 0, 0}, Level::low);
  timeline.add(Time{4'000'000'000, 0, 0}, Level::low);
  timeline.add(Time::none(), Level::low);
  const std::string after = timeline.text({80, false});
  EXPECT_THAT(after, HasSubstr("1 h a bar"));
  EXPECT_THAT(after, HasSubstr("not shown: 1 before, 1 after"));
}

}  // namespace
}  // namespace tocsin::publish
