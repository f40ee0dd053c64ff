// Evidence: what the observations say, each thing with its family, grade, cost to fake, rarity and origin.
#pragma once
#include <set>
#include <span>
#include <vector>

#include "assess/assessment.h"

namespace tocsin::assess {

inline constexpr std::string_view kOwnTelemetry = "own telemetry";
inline constexpr int kCostly = 3;  // from here on a thing is costly to fake

// The techniques and software that were seen, as numbers of traits, ascending; and all items. What is not known becomes
// a remark. Echoes (same lineage) are marked: the strongest of them weighs.
struct Evidence {
  std::vector<std::uint32_t> seen;
  std::vector<Item> items;
};
Evidence gather(const Knowledge& knowledge, const TraitModel& model, const Observations& observations,
                std::vector<std::string>& remarks);

// Whom an item names: itself, or through a state.
bool speaks_for(const Knowledge& knowledge, const Item& item, std::uint32_t actor);

// All but one; what it had outweighed as an echo speaks again.
std::vector<Item> without(const Knowledge& knowledge, const std::vector<Item>& items, std::size_t index);

// The sum of what weighs for and against an actor, or for any of several behind one sponsor, each family up to its
// ceiling; techniques and software aside. Only items that cost more to fake than `cost_above`.
double weight_for(const Knowledge& knowledge, const std::vector<Item>& items, std::span<const std::uint32_t> actors,
                  int cost_above = -1);

}  // namespace tocsin::assess
