// Yardsticks: which word a likelihood bears in which house.
#pragma once
#include <span>
#include <string_view>

namespace tocsin::assess {

struct Word {
  double from, to;  // percent
  std::string_view word;
};

struct Yardstick {
  std::string_view id, name;
  std::span<const Word> words;  // ascending; gaps are meant, the nearer word is taken
  std::string_view word(double likelihood) const;
};

std::span<const Yardstick> all_yardsticks();
const Yardstick* find_yardstick(std::string_view id);

}  // namespace tocsin::assess
