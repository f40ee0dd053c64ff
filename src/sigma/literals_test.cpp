#include "sigma/literals.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/support/random_match.h"

namespace tocsin::sigma {
namespace {

using random_match::Dice;

std::string random_text(Dice& dice, std::uint32_t least, std::uint32_t most, std::string_view alphabet) {
  std::string out;
  for (std::uint32_t left = least + dice(most - least + 1); left > 0; --left) out += alphabet[dice(alphabet.size())];
  return out;
}

bool holds(std::string_view text, std::string_view literal, Anchor anchor) {
  switch (anchor) {
    case Anchor::whole:
      return text == literal;
    case Anchor::head:
      return text.starts_with(literal);
    case Anchor::tail:
      return text.ends_with(literal);
    case Anchor::none:
      return text.find(literal) != std::string_view::npos;
  }
  return false;
}

TEST(LiteralIndex, FindsEveryLiteralAndNoOther) {
  std::size_t found_count = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    Dice dice(random_match::bytes_of(seed));
    const std::string_view alphabet = dice.chance(50) ? "ab" : "abcdefg\\/.";
    std::vector<std::pair<std::string, Anchor>> literals;
    LiteralIndex index;
    for (std::uint32_t left = 1 + dice(40); left > 0; --left) {
      const auto anchor = static_cast<Anchor>(dice(4));
      literals.emplace_back(random_text(dice, anchor == Anchor::whole ? 0 : 1, 20, alphabet), anchor);
      index.add(literals.back().first, anchor, static_cast<std::uint32_t>(literals.size() - 1));
    }
    index.build();
    for (int round = 0; round < 60; ++round) {
      std::string text = random_text(dice, 0, 40, alphabet);
      if (dice.chance(70)) text.insert(dice(text.size() + 1), literals[dice(literals.size())].first);
      if (dice.chance(20)) text = literals[dice(literals.size())].first;
      text.append(LiteralIndex::kOverread, dice.chance(50) ? 'a' : '\0');
      const std::string_view asked = std::string_view(text).substr(0, text.size() - LiteralIndex::kOverread);
      std::set<std::uint32_t> found, expected;
      index.find(asked, [&](std::uint32_t id) { return found.insert(id), true; });
      for (std::uint32_t i = 0; i < literals.size(); ++i)
        if (holds(asked, literals[i].first, literals[i].second)) expected.insert(i);
      ASSERT_EQ(found, expected) << "seed " << seed << " text " << asked;
      found_count += found.size();
    }
  }
  EXPECT_GT(found_count, 20'000u);
}

TEST(LiteralIndex, StopsWhenToldTo) {
  LiteralIndex index;
  for (std::uint32_t i = 0; i < 5; ++i) index.add("abcd", Anchor::none, i);
  index.build();
  const std::string text = "abcdabcdabcd" + std::string(LiteralIndex::kOverread, '\0');
  int calls = 0;
  index.find(std::string_view(text).substr(0, 12), [&](std::uint32_t) { return ++calls, false; });
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace tocsin::sigma
