#include "sigma/needs.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "sigma/regex.h"
#include "tests/support/random_match.h"

namespace tocsin::sigma {
namespace {

using random_match::Dice;

Needs needs(std::string expression) { return needs_of(Regex{std::move(expression)}); }
using Texts = std::vector<std::vector<std::string>>;

TEST(Needs, LiteralsOfExpressions) {
  EXPECT_EQ(needs("net\\s+user").texts, (Texts{{"net"}, {"user"}}));
  EXPECT_EQ(needs("(?i)Foo[Bb]ar$").texts, (Texts{{"foobar"}}));
  EXPECT_EQ(needs("cmd.{0,5}(?:/c|/r).+powershell").texts, (Texts{{"cmd"}, {"/c", "/r"}, {"powershell"}}));
  EXPECT_EQ(needs("a(b|c)?d").texts, (Texts{{"abd", "acd", "ad"}}));
  EXPECT_EQ(needs("(long|short)+x").texts, (Texts{{"long", "short"}, {"x"}}));
  EXPECT_EQ(needs("\\x41\\x{42}\\.").texts, (Texts{{"ab."}}));
  EXPECT_TRUE(needs("(one|.*)").texts.empty());
  EXPECT_TRUE(needs("\\pL+x").texts.empty()) << "syntax that isn't read says nothing";
}

TEST(Needs, CountsAndSizes) {
  const Needs carets = needs("\\^.*\\^.*\\^");
  ASSERT_EQ(carets.bytes.size(), 1u);
  EXPECT_EQ(carets.bytes[0], (std::pair<char, std::uint32_t>('^', 3)));
  EXPECT_EQ(needs(".{1000,}").size_min, 1000u);
  EXPECT_EQ(needs("(?:ab?c){3}d").size_min, 7u);
  EXPECT_EQ(needs("x*").size_min, 0u);
}

TEST(Needs, RunsOfAnything) {
  EXPECT_EQ(plain_run({".{1000,}"}), 1000u);
  EXPECT_EQ(plain_run({"(.){200,}"}), 200u);
  EXPECT_EQ(plain_run({".{150}"}), 150u);
  for (const char* other : {".{3,}a", "^.{3,}", "[^/]{3,}", ".{0,}", ".*", ".{5,3}", ".{3,}?"})
    EXPECT_FALSE(plain_run({other})) << other;
  EXPECT_FALSE(plain_run(Regex{".{3,}", false, false, true})) << "a line end is a character then";
}

// Whatever matches must have what is needed.
TEST(Needs, NeverAsksForMoreThanTheExpression) {
  static constexpr std::string_view kParts[] = {
      "a",    "B",     "[ab]",  "[^a]",     "(a|bc)",      "(?:ab|a?)", "x{2}", "b{1,3}", ".",
      "\\d",  "(a*)",  "(ab)+", "a|b",      "^",           "$",         "\\b",  "[Kk]",   "s",
      "(?i)", "[a-c]", "\\\\",  "(c{2}|d)", "[[:alpha:]]", "\\s",       "{",    "1"};
  static constexpr std::string_view kTexts[] = {"a",        "b",  "B", "ab",      "c",  "cc", "d",
                                                "x",        "xx", "1", " ",       "\\", "k",  "\xe2\x84\xaa",
                                                "\xc5\xbf", "S",  "{", "\xc3\xa9"};
  std::size_t matched = 0;
  for (std::uint64_t seed = 0; seed < 30'000; ++seed) {
    Dice dice(random_match::bytes_of(seed));
    Regex regex;
    for (std::uint32_t left = 1 + dice(5); left > 0; --left) regex.expression += kParts[dice(std::size(kParts))];
    regex.ignore_case = dice.chance(30);
    const auto compiled = compile(regex);
    if (!compiled) continue;
    const Needs known = needs_of(regex);
    for (int round = 0; round < 4; ++round) {
      std::string text;
      for (std::uint32_t left = dice(8); left > 0; --left) text += kTexts[dice(std::size(kTexts))];
      if (!re2::RE2::PartialMatch(text, **compiled)) continue;
      ++matched;
      const std::string folded = fold(text);
      ASSERT_GE(text.size(), known.size_min) << regex.expression << " on " << text;
      for (const auto& texts : known.texts)
        ASSERT_TRUE(std::ranges::any_of(texts, [&](const std::string& one) { return contains(folded, one); }))
            << regex.expression << " on " << text << " without " << texts[0];
      for (const auto& [byte, count] : known.bytes)
        ASSERT_GE(std::ranges::count(folded, byte), static_cast<std::ptrdiff_t>(count))
            << regex.expression << " on " << text;
    }
  }
  std::printf("%zu texts matched\n", matched);
  EXPECT_GT(matched, 10'000u);
}

}  // namespace
}  // namespace tocsin::sigma
