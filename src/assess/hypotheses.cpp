// Where the prior comes from: half of all cases have an actor that is in the knowledge. Techniques and software turn
// that into a calibrated likelihood for the first of the ranking; the other actors share by their distance from it, and
// what is left goes to those that no knowledge names. Other evidence multiplies. Actors that evidence names are
// suspects and never start below a fair share, however little is known of their techniques: a ranking of techniques
// can't rule out.
#include "assess/hypotheses.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tocsin::assess {
namespace {

constexpr double kKnownPrior = 0.5, kOthersOfRest = 0.8, kFloorOfRest = 0.1, kSuspectsOfRest = 0.25;
constexpr std::array kShareOfRest = {0.55, 0.10, 0.15, 0.12, 0.08};
constexpr std::array kShareOfRestForged = {0.40, 0.25, 0.15, 0.12, 0.08};
constexpr double kBenignPenalty = 2;

constexpr std::array kOthers = {Kind::unknown, Kind::imitation, Kind::sibling, Kind::shared_tooling, Kind::benign};
constexpr std::array kOtherNames = {"an actor that no loaded knowledge names", "somebody imitating the leading actor",
                                    "another unit behind the leading actor", "shared or bought tooling, by anybody",
                                    "benign activity, or a red team"};

std::vector<bool> suspects_of(const std::vector<Item>& items, std::size_t actors) {
  std::vector<bool> out(actors);
  for (const Item& item : items)
    if (item.weighs && !item.trait && item.weight > 0)
      for (const std::uint32_t actor : item.speaks_for) out[actor] = true;
  return out;
}

}  // namespace

std::string_view kind_name(Kind kind) {
  switch (kind) {
    case Kind::actor:
      return "actor";
    case Kind::unknown:
      return "unknown";
    case Kind::imitation:
      return "imitation";
    case Kind::sibling:
      return "sibling";
    case Kind::shared_tooling:
      return "shared-tooling";
    case Kind::benign:
      return "benign";
  }
  return "?";
}

Shares shares_of(const Knowledge& knowledge, std::span<const Ranked> ranked, double first, bool stands,
                 const std::vector<Item>& items) {
  const std::size_t count = knowledge.actors().size();
  const auto n = static_cast<double>(std::max<std::size_t>(count, 1));
  Shares out;
  std::vector<double> base(count, kKnownPrior / n);
  double free = 1 - kKnownPrior;  // for those that no knowledge names
  if (!ranked.empty() && first > 0) {
    double sum = 0;
    for (const Ranked& one : ranked.subspan(1)) sum += std::exp(one.score - ranked[0].score);
    const double scale = sum > 0 ? std::min(first, kOthersOfRest * (1 - first) / sum) : 0;
    std::ranges::fill(base, 0.0);
    for (const Ranked& one : ranked) base[one.actor] = scale * std::exp(one.score - ranked[0].score);
    base[ranked[0].actor] = first;
    for (const Ranked& one : ranked.subspan(1))
      base[one.actor] = std::max(base[one.actor], kFloorOfRest * (1 - first) / n);
    free = 1 - std::accumulate(base.begin(), base.end(), 0.0);
  }
  const std::vector<bool> suspects = suspects_of(items, count);
  if (const auto suspected = std::ranges::count(suspects, true)) {
    const double fair = kSuspectsOfRest * (1 - first) / static_cast<double>(suspected);
    for (std::size_t i = 0; i < count; ++i)
      if (suspects[i]) base[i] = std::max(base[i], fair);
  }
  double nobody = 0;
  bool said = false;
  for (const Item& item : items) {
    if (item.weighs && item.nobody) nobody = std::max(nobody, item.weight);
    said |= item.weighs && !item.trait && item.weight > 0 && !item.nobody;
  }
  double& sum = out.sum;
  for (std::uint32_t i = 0; i < count; ++i) {
    out.logs.push_back(std::log(std::max(base[i], 1e-300)) + weight_for(knowledge, items, std::span(&i, 1)));
    sum += std::exp(out.logs.back());
  }
  for (std::size_t i = 0; i < kOthers.size(); ++i) {
    out.other_logs[i] = std::log(std::max(free, 1e-9) * (stands ? kShareOfRest : kShareOfRestForged)[i]);
    if (kOthers[i] == Kind::unknown) out.other_logs[i] += nobody;
    if (kOthers[i] == Kind::benign && said) out.other_logs[i] -= kBenignPenalty;
    sum += std::exp(out.other_logs[i]);
  }
  for (const double log : out.logs) out.actors.push_back(std::exp(log) / sum);
  for (std::size_t i = 0; i < kOthers.size(); ++i) out.others[i] = std::exp(out.other_logs[i]) / sum;
  out.base = std::move(base);
  return out;
}

std::vector<Hypothesis> make_hypotheses(const Knowledge& knowledge, std::span<const Ranked> ranked,
                                        const Shares& shares, std::size_t actors_max) {
  std::vector<std::uint32_t> order;
  for (const Ranked& one : ranked) order.push_back(one.actor);
  if (order.empty()) {
    order.resize(knowledge.actors().size());
    std::iota(order.begin(), order.end(), 0u);
  }
  std::ranges::stable_sort(order, std::greater(), [&](std::uint32_t i) { return shares.logs[i]; });
  if (order.size() > actors_max) order.resize(actors_max);
  std::vector<Hypothesis> out;
  for (const std::uint32_t i : order)
    out.push_back(
        {knowledge.actors()[i].id, knowledge.actors()[i].name, Kind::actor, shares.logs[i], shares.actors[i], i});
  for (std::size_t i = 0; i < kOthers.size(); ++i)
    out.push_back(
        {std::string(kind_name(kOthers[i])), kOtherNames[i], kOthers[i], shares.other_logs[i], shares.others[i], {}});
  std::ranges::stable_sort(out, std::greater(), &Hypothesis::score);
  return out;
}

}  // namespace tocsin::assess
