// A cell says how an item sits with a hypothesis: ++ and + fit, . says nothing, - and -- don't fit. Rows that fit
// everything equally well tell nothing, however many they are, so they come last.
#include "assess/matrix.h"

#include <algorithm>
#include <cstdlib>

#include "assess/items.h"
#include "assess/judge.h"

namespace tocsin::assess {
namespace {

constexpr std::size_t kActorColumns = 4;
constexpr double kRare = 0.6, kStrong = 1.0;

int of_actor(const Knowledge& knowledge, const Item& item, std::uint32_t actor) {
  const Target target{"actor", "", "", {actor}};
  if (item.trait) {
    if (speaks_for(knowledge, item, actor)) return item.rarity >= kRare ? 2 : 1;
    // Not known of them: telling only when the trait is rare enough to be somebody's mark.
    return item.rarity >= kRare && !item.speaks_for.empty() ? -1 : 0;
  }
  if (!item.weighs) return 0;
  if (contradicts(knowledge, item, target)) return item.weight >= kStrong ? -2 : -1;
  if (supports(knowledge, item, target)) return item.weight >= kStrong ? 2 : 1;
  return 0;
}

int of_other(const Item& item, Kind kind) {
  const bool names = item.weighs && !item.trait && (!item.speaks_for.empty() || !item.states.empty());
  switch (kind) {
    case Kind::unknown:
      if (item.weighs && item.nobody) return item.weight >= kStrong ? 2 : 1;
      return names ? -1 : 0;
    case Kind::imitation:  // a forger plants what is cheap, and can't plant what isn't
      if (!item.weighs && item.spoof_cost == 0) return 1;
      if (item.trait) return item.rarity >= kRare ? 1 : 0;
      return names && item.spoof_cost >= kCostly ? -2 : 0;
    case Kind::sibling:
      if (item.trait) return item.speaks_for.empty() ? 0 : 1;
      return names ? (item.states.empty() ? 0 : 1) : 0;
    case Kind::shared_tooling:
      if (item.family == Family::tool) return item.speaks_for.size() > 1 ? 2 : -1;
      return names && item.spoof_cost >= kCostly ? -1 : 0;
    case Kind::benign:
      return item.family == Family::tool || names ? -2 : 0;
    case Kind::actor:
      break;
  }
  return 0;
}

}  // namespace

int Matrix::Row::inconsistencies() const {
  int out = 0;
  for (const int cell : cells) out += std::max(-cell, 0);
  return out;
}

int Matrix::Row::spread() const {
  const auto [low, high] = std::ranges::minmax(cells);
  return high - low;
}

Matrix make_matrix(const Knowledge& knowledge, const std::vector<Hypothesis>& hypotheses,
                   const std::vector<Item>& items) {
  Matrix out;
  std::size_t actors = 0;
  for (std::size_t i = 0; i < hypotheses.size(); ++i)
    if (hypotheses[i].kind != Kind::actor || actors++ < kActorColumns) out.columns.push_back(i);
  // Actors first, in their order, then the rest in theirs: the table reads the same whoever leads.
  std::ranges::stable_sort(out.columns, {}, [&](std::size_t i) { return hypotheses[i].kind; });
  if (out.columns.empty()) return out;
  for (std::size_t item = 0; item < items.size(); ++item) {
    Matrix::Row row{item, {}};
    for (const std::size_t column : out.columns) {
      const Hypothesis& hypothesis = hypotheses[column];
      row.cells.push_back(hypothesis.actor ? of_actor(knowledge, items[item], *hypothesis.actor)
                                           : of_other(items[item], hypothesis.kind));
    }
    out.rows.push_back(std::move(row));
  }
  std::ranges::stable_sort(out.rows, [](const Matrix::Row& a, const Matrix::Row& b) {
    if (a.inconsistencies() != b.inconsistencies()) return a.inconsistencies() > b.inconsistencies();
    return a.spread() > b.spread();
  });
  return out;
}

}  // namespace tocsin::assess
