#include "assess/yardstick.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace tocsin::assess {
namespace {

constexpr Word kIcd203[] = {{1, 5, "almost no chance"},      {5, 20, "very unlikely"}, {20, 45, "unlikely"},
                            {45, 55, "roughly even chance"}, {55, 80, "likely"},       {80, 95, "very likely"},
                            {95, 99, "almost certain"}};
constexpr Word kPhia[] = {{0, 5, "remote chance"},           {10, 20, "highly unlikely"}, {25, 35, "unlikely"},
                          {40, 50, "realistic possibility"}, {55, 75, "likely"},          {80, 90, "highly likely"},
                          {95, 100, "almost certain"}};
constexpr Word kNo[] = {{0, 10, "svært lite sannsynlig"},
                        {10, 40, "lite sannsynlig"},
                        {40, 60, "mulig"},
                        {60, 90, "sannsynlig"},
                        {90, 100, "meget sannsynlig"}};
// Sherman Kent's scale: a centre and a margin of error.
constexpr Word kFr[] = {{2, 12, "presque aucune chance"},
                        {20, 40, "probablement pas"},
                        {40, 60, "chances à peu près égales"},
                        {63, 87, "probable"},
                        {87, 99, "quasi certain"}};

constexpr std::array kTable = {
    Yardstick{"icd203", "US, ICD 203", kIcd203},
    Yardstick{"phia", "UK, PHIA", kPhia},
    Yardstick{"fr", "Kent, in French", kFr},
    Yardstick{"no", "Norway", kNo},
};

}  // namespace

std::string_view Yardstick::word(double likelihood) const {
  const double percent = std::round(likelihood * 1e6) / 1e4;  // 0.55 is 55, not a little more
  const auto distance = [percent](const Word& w) { return std::max({w.from - percent, percent - w.to, 0.0}); };
  // Where two words meet or lie equally near, the more cautious one: that nearer to even chances.
  const Word* best = &words.front();
  for (const Word& one : words) {
    const double here = distance(one), there = distance(*best);
    const auto from_even = [](const Word& w) { return std::abs((w.from + w.to) / 2 - 50); };
    if (here < there || (here == there && from_even(one) < from_even(*best))) best = &one;
  }
  return best->word;
}

std::span<const Yardstick> all_yardsticks() { return kTable; }

const Yardstick* find_yardstick(std::string_view id) {
  const auto found = std::ranges::find(kTable, id, &Yardstick::id);
  return found == kTable.end() ? nullptr : &*found;
}

}  // namespace tocsin::assess
