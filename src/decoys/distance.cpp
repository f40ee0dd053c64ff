// How far what is seen is from what is meant: an alignment in which units that look alike, letters doubled or swapped
// cost less than strangers. The costs are judgements about type in the fonts of address bars.
#include <algorithm>
#include <array>
#include <bit>

#include "decoys/spelling.h"

namespace tocsin::decoys {
namespace {

struct Unit {
  std::string_view meant, seen;
  float cost;
};
// Either way round.
constexpr Unit kUnits[] = {{"m", "rn", .25f}, {"w", "vv", .25f}, {"d", "cl", .35f}, {"m", "nn", .6f}, {"h", "ln", .5f},
                           {"h", "li", .5f},  {"u", "ii", .6f},  {"n", "ri", .6f},  {"k", "lc", .5f}, {"a", "ci", .6f},
                           {"g", "cj", .6f},  {"w", "uu", .4f},  {"b", "lo", .6f},  {"d", "ol", .6f}};
struct Pair {
  char a, b;
  float cost;
};
constexpr Pair kPairs[] = {
    {'o', '0', .3f}, {'l', '1', .3f}, {'i', '1', .3f}, {'i', 'l', .3f}, {'g', 'q', .35f}, {'e', '3', .4f},
    {'a', '4', .5f}, {'s', '5', .4f}, {'b', '8', .4f}, {'g', '9', .5f}, {'z', '2', .5f},  {'t', '7', .6f},
    {'b', '6', .6f}, {'g', '6', .6f}, {'u', 'v', .5f}, {'i', 'j', .5f}, {'j', 'l', .6f},  {'v', 'y', .7f},
    {'n', 'm', .7f}, {'h', 'n', .7f}, {'h', 'b', .8f}, {'e', 'c', .6f}, {'a', 'o', .8f},  {'e', 'a', .9f},
    {'p', 'q', .8f}, {'d', 'b', .8f}, {'t', 'f', .7f}, {'t', 'l', .7f}, {'t', 'i', .8f},  {'s', 'z', .7f},
    {'c', 'k', .8f}, {'b', 'v', .8f}, {'c', 'o', .8f}, {'r', 'n', .8f}, {'v', 'w', .7f},  {'f', 'l', .8f},
    {'k', 'x', .9f}, {'u', 'n', .8f}, {'y', 'i', .8f}, {'e', 'o', .8f}, {'_', '-', .1f}};
constexpr float kStranger = 1.2f;
constexpr float kAlike = .7f;  // at most, of a change between characters that look alike

constexpr auto kPairCost = [] {
  std::array<std::array<float, 128>, 128> table{};
  for (auto& row : table) row.fill(kStranger);
  for (unsigned c = 0; c < 128; ++c) table[c][c] = 0;
  for (const Pair& pair : kPairs)
    table[static_cast<unsigned>(pair.a)][static_cast<unsigned>(pair.b)] =
        table[static_cast<unsigned>(pair.b)][static_cast<unsigned>(pair.a)] = pair.cost;
  return table;
}();

constexpr std::size_t kMost = 40;

struct Cell {
  float cost;
  std::uint8_t back_meant, back_seen, changes;
  bool alike;
};

// Which units end with these characters, a bit each: of their `meant` or their `seen` side, of one character or of two.
struct Ends {
  std::uint32_t one[128] = {}, two[27][27] = {};
};
constexpr std::size_t small(char c) { return c >= 'a' && c <= 'z' ? static_cast<std::size_t>(c - 'a') : 26; }
constexpr Ends ends_of(std::string_view Unit::* side) {
  Ends out;
  for (std::size_t u = 0; u < std::size(kUnits); ++u) {
    const std::string_view unit = kUnits[u].*side;
    std::uint32_t& mask =
        unit.size() == 1 ? out.one[static_cast<unsigned char>(unit[0])] : out.two[small(unit[0])][small(unit[1])];
    mask |= 1u << u;
  }
  return out;
}
constexpr Ends kMeantEnds = ends_of(&Unit::meant), kSeenEnds = ends_of(&Unit::seen);

void units_of(std::string_view text, const Ends& ends, std::uint32_t* out) {
  out[0] = 0;
  for (std::size_t i = 1; i <= text.size(); ++i) {
    out[i] = ends.one[static_cast<unsigned char>(text[i - 1]) & 127];
    if (i > 1) out[i] |= ends.two[small(text[i - 2])][small(text[i - 1])];
  }
}

}  // namespace

Distance distance(std::string_view meant, std::string_view seen, std::string* telling) {
  static_assert(std::size(kUnits) <= 32);
  Cell cells[kMost + 1][kMost + 1];
  meant = meant.substr(0, kMost);
  seen = seen.substr(0, kMost);
  const std::size_t whole = meant.size();
  // What both begin and end with costs nothing; two characters of it are kept, for units and doubled letters look back.
  std::size_t same = 0;
  while (same < meant.size() && same < seen.size() && meant[same] == seen[same]) ++same;
  const std::size_t cut = same > 2 ? same - 2 : 0;
  meant.remove_prefix(cut);
  seen.remove_prefix(cut);
  same = 0;
  while (same < meant.size() && same < seen.size() && meant[meant.size() - 1 - same] == seen[seen.size() - 1 - same])
    ++same;
  if (same > 2) {
    meant.remove_suffix(same - 2);
    seen.remove_suffix(same - 2);
  }
  const bool at_end = same <= 2;
  const std::size_t m = meant.size(), n = seen.size();
  std::uint32_t meant_one[kMost + 1], meant_two[kMost + 1], seen_one[kMost + 1], seen_two[kMost + 1];
  units_of(meant, kMeantEnds, meant_one);
  units_of(meant, kSeenEnds, meant_two);
  units_of(seen, kMeantEnds, seen_one);
  units_of(seen, kSeenEnds, seen_two);
  const auto offer = [&](std::size_t i, std::size_t j, std::size_t di, std::size_t dj, float cost, bool alike) {
    const Cell& from = cells[i - di][j - dj];
    if (from.cost + cost >= cells[i][j].cost) return;
    cells[i][j] = {from.cost + cost, static_cast<std::uint8_t>(di), static_cast<std::uint8_t>(dj),
                   static_cast<std::uint8_t>(from.changes + (cost > 0)), from.alike && alike};
  };
  for (std::size_t i = 0; i <= m; ++i)
    for (std::size_t j = 0; j <= n; ++j) {
      cells[i][j] = {i + j == 0 ? 0.0f : 1e9f, 0, 0, 0, true};
      // What begins a word is read first.
      const float first = cut == 0 && i <= 1 ? .2f : 0;
      if (i > 0 && j > 0) {
        const float pair =
            kPairCost[static_cast<unsigned char>(meant[i - 1]) & 127][static_cast<unsigned char>(seen[j - 1]) & 127];
        offer(i, j, 1, 1, pair == kStranger ? pair + first : pair, pair <= kAlike);
      }
      if (i > 0) {
        const bool doubled = i > 1 && meant[i - 1] == meant[i - 2];
        // The plural's s is missed by nobody: "window" for "windows".
        const bool plural = at_end && i == m && meant[i - 1] == 's' && whole > 4;
        offer(i, j, 1, 0,
              meant[i - 1] == '-' ? .3f
              : doubled || plural ? .6f
                                  : 1.0f + first,
              doubled || plural || meant[i - 1] == '-');
      }
      if (j > 0) {
        const bool doubled = (j > 1 && seen[j - 1] == seen[j - 2]) || (i > 0 && seen[j - 1] == meant[i - 1]);
        offer(i, j, 0, 1, seen[j - 1] == '-' ? .3f : doubled ? .6f : 1.0f + first, doubled || seen[j - 1] == '-');
      }
      if (i > 1 && j > 1 && meant[i - 1] == seen[j - 2] && meant[i - 2] == seen[j - 1] && meant[i - 1] != meant[i - 2])
        offer(i, j, 2, 2, .8f, true);
      for (std::uint32_t units = meant_one[i] & seen_two[j]; units; units &= units - 1)
        offer(i, j, 1, 2, kUnits[std::countr_zero(units)].cost, true);
      for (std::uint32_t units = meant_two[i] & seen_one[j]; units; units &= units - 1)
        offer(i, j, 2, 1, kUnits[std::countr_zero(units)].cost, true);
    }
  const Cell& end = cells[m][n];
  if (telling) {
    std::string list;
    for (std::size_t i = m, j = n; i > 0 || j > 0;) {
      const Cell& cell = cells[i][j];
      const std::string_view of = meant.substr(i - cell.back_meant, cell.back_meant);
      const std::string_view as = seen.substr(j - cell.back_seen, cell.back_seen);
      i -= cell.back_meant;
      j -= cell.back_seen;
      if (of == as) continue;
      std::string one;
      if (of.empty())
        one = "‘" + std::string(as) + "’ is added";
      else if (as.empty())
        one = "‘" + std::string(of) + "’ is left out";
      else if (of.size() == 2 && as.size() == 2 && of[0] == as[1] && of[1] == as[0])
        one = "‘" + std::string(of) + "’ is turned into ‘" + std::string(as) + "’";
      else
        one = "‘" + std::string(as) + "’ stands for ‘" + std::string(of) + "’";
      list = list.empty() ? one : one + ", " + list;
    }
    *telling = list;
  }
  return {end.cost, end.alike, end.changes};
}

}  // namespace tocsin::decoys
