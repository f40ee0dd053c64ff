#include "sigma/keywords.h"

#include <gtest/gtest.h>

#include "tests/support/random_match.h"

namespace tocsin::sigma {
namespace {

using random_match::Dice;

constexpr std::string_view kKeywords[] = {"sekurlsa::", "lsadump::",      "eo.oe.kiwi", "\\perfc.dat", "mimikatz",
                                          "kali",       "dpapi::masterk", "atk/",       "123 skk",     "esx admins"};

// The keyword with letters that fold to its own: other case, the Kelvin sign, the long s.
std::string disguised(Dice& dice, std::string_view keyword) {
  std::string out;
  for (const char c : keyword) {
    if (c == 'k' && dice.chance(30)) {
      out += "\xe2\x84\xaa";
    } else if (c == 's' && dice.chance(30)) {
      out += "\xc5\xbf";
    } else {
      out += c >= 'a' && c <= 'z' && dice.chance(40) ? static_cast<char>(c - 0x20) : c;
    }
  }
  return out;
}

std::string filler(Dice& dice) {
  static constexpr std::string_view kPieces[] = {"a",   "Sek", "\xc3\xa9",         " ",   "::", "0123",
                                                 "kat", "z",   "\xf0\x9f\x98\x80", "mimi"};
  std::string out;
  for (std::uint32_t left = dice(20); left > 0; --left) out += kPieces[dice(std::size(kPieces))];
  return out;
}

TEST(KeywordGate, NeverShutsOutARecordThatHoldsAKeyword) {
  std::size_t shut = 0, held = 0;
  for (std::uint64_t seed = 0; seed < 20'000; ++seed) {
    Dice dice(random_match::bytes_of(seed));
    KeywordGate gate;
    std::vector<std::string_view> keywords;
    for (std::uint32_t left = 1 + dice(4); left > 0; --left) {
      keywords.push_back(kKeywords[dice(std::size(kKeywords))]);
      gate.add(keywords.back());
    }
    gate.build();
    std::string value = filler(dice);
    const bool has = dice.chance(50);
    if (has) value += disguised(dice, keywords[dice(keywords.size())]) + filler(dice);
    const bool binary = dice.chance(50);
    std::string raw = binary ? std::string("**\0\0", 4) + std::string(dice(17), '\x07') : std::string(dice(9), '{');
    raw += binary ? random_match::utf16le(value) : value;
    Event event;
    event.raw = raw;
    event.keywords_elsewhere = 0;
    const bool passes = gate.may_hold(event);
    ASSERT_TRUE(passes || !has) << "seed " << seed << ": " << value;
    held += has;
    shut += !passes;
  }
  std::printf("%zu records held a keyword, %zu of 20000 were shut out\n", held, shut);
  EXPECT_GT(shut, 2'000u);
}

TEST(KeywordGate, ReadersSayWhatBytesDoNotShow) {
  KeywordGate gate;
  gate.add("mimikatz");
  gate.build();
  Event event;
  event.raw = std::string_view("**\0\0 nothing", 12);
  EXPECT_TRUE(gate.may_hold(event)) << "a reader that says nothing";
  event.keywords_elsewhere = 0;
  EXPECT_FALSE(gate.may_hold(event));
  KeywordGroups groups(nullptr);
  groups.add("mimikatz");
  groups.build();
  event.keywords_elsewhere = groups.groups_in("a constant with MimiKatz in it");
  EXPECT_TRUE(gate.may_hold(event));
  EXPECT_EQ(groups.groups_in("a constant without"), 0u);
}

TEST(KeywordGate, WhatNumbersMayShowIsNoProof) {
  for (const char* keyword : {"4688", "0x3e7", "s-1-5", "dead", "true", "2020-01-01t"}) {
    KeywordGate gate;
    gate.add(keyword);
    gate.build();
    Event event;
    event.raw = std::string_view("**\0\0", 4);
    event.keywords_elsewhere = 0;
    EXPECT_TRUE(gate.may_hold(event)) << keyword;
  }
}

}  // namespace
}  // namespace tocsin::sigma
