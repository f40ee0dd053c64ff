// The weights below are judgements, not measurements: nobody has a labelled set of partner reports. They are chosen so
// that no family alone can carry an answer past the gates, and they stand here in one place to be argued with.
#include "assess/items.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "base/text.h"

namespace tocsin::assess {
namespace {

// By cost to fake, for a trait graded A1.
constexpr std::array kTraitWeight = {0.2, 0.5, 1.4, 2.8, 4.2};
// A source that is right nine times in ten, among some ten actors that it might name.
constexpr double kClaimWeight = 4.0;
// What a claimant says could at least not be made up by the intruder, but its grounds are not seen.
constexpr int kClaimCost = 2;
constexpr int kTechniqueCost = 1;
// Each further item of a family tells half of what the one before it told.
constexpr double kFurther = 0.5;
constexpr double kAgainstMax = 4;
// One origin that names more different actors than this says nothing.
constexpr std::size_t kSayingsMax = 8;

double ceiling_of(Family family) {
  switch (family) {
    case Family::infrastructure:
      return 4.0;
    case Family::person:
      return 4.0;
    case Family::claim:
      return 4.0;
    case Family::procedure:
      return 3.0;
    case Family::victimology:
      return 1.0;
    case Family::timing:
      return 1.0;
    case Family::artefact:
      return 1.0;
    case Family::technique:
    case Family::tool:
      return 2.0;
  }
  return 0;
}

// Do two items name anybody in common?
bool agree(const Knowledge& knowledge, const Item& a, const Item& b) {
  const auto hits = [&](const Item& one, const Item& other) {
    return std::ranges::any_of(one.speaks_for,
                               [&](std::uint32_t actor) { return speaks_for(knowledge, other, actor); });
  };
  return hits(a, b) || hits(b, a) || std::ranges::any_of(a.states, [&](const std::string& state) {
           return std::ranges::find(b.states, state) != b.states.end();
         });
}

// Of what one origin says for the same actors one item weighs, the hardest to fake and then the weightiest: what was
// found, rather than the claim that rests on it. The others repeat it. What was seen here is no echo.
void mark_echoes(const Knowledge& knowledge, std::vector<Item>& all) {
  std::map<std::string, std::vector<Item*>> by_origin;
  for (Item& item : all) {
    if (item.echo) {
      item.echo = false;
      item.weighs = true;
      item.note.clear();
    }
    if (item.weighs && !item.trait && item.lineage != kOwnTelemetry && item.weight > 0)
      by_origin[item.lineage].push_back(&item);
  }
  for (auto& [origin, items] : by_origin) {
    std::ranges::stable_sort(items, [](const Item* a, const Item* b) {
      return std::pair(a->spoof_cost, a->weight) > std::pair(b->spoof_cost, b->weight);
    });
    std::vector<const Item*> kept;
    for (Item* item : items) {
      const bool repeats = kept.size() >= kSayingsMax ||
                           std::ranges::any_of(kept, [&](const Item* k) { return agree(knowledge, *k, *item); });
      if (!repeats) {
        kept.push_back(item);
        continue;
      }
      item->weighs = false;
      item->echo = true;
      item->note = "same origin as a stronger item; counted once";
    }
  }
}

class Gatherer {
 public:
  Gatherer(const Knowledge& knowledge, const TraitModel& model, std::vector<std::string>& remarks)
      : knowledge_(knowledge), model_(model), remarks_(remarks) {}

  Evidence gather(const Observations& from) {
    for (const std::string& id : from.techniques) see(id, "technique");
    for (const std::string& id : from.software) see(id, "software");
    std::ranges::sort(out_.seen);
    out_.seen.erase(std::ranges::unique(out_.seen).begin(), out_.seen.end());
    for (const std::uint32_t trait : out_.seen) add_seen(trait);
    for (const SeenIndicator& one : from.indicators) add(one);
    for (const SeenTrait& one : from.traits) add(one);
    for (const Claim& one : from.claims) add(one);
    mark_echoes(knowledge_, out_.items);
    return std::move(out_);
  }

 private:
  void see(const std::string& id, const char* what) {
    if (const auto trait = knowledge_.trait(id))
      out_.seen.push_back(*trait);
    else
      remarks_.push_back(fmt::format("no loaded knowledge has the {} '{}'", what, id));
  }

  void add_seen(std::uint32_t number) {
    const Trait& trait = knowledge_.traits()[number];
    Item item;
    item.family = trait.software ? Family::tool : Family::technique;
    item.text = trait.id + " " + trait.name;
    item.source = item.lineage = kOwnTelemetry;
    item.grade = {'A', '2'};
    item.spoof_cost = trait.software && model_.holders(number) == 1 ? 2 : kTechniqueCost;
    item.rarity = model_.rarity(number);
    item.trait = number;
    for (std::uint32_t actor = 0; actor < knowledge_.actors().size(); ++actor)
      for (const Report& report : knowledge_.actors()[actor].reports)
        if (std::ranges::binary_search(report.traits, number)) {
          item.speaks_for.push_back(actor);
          break;
        }
    out_.items.push_back(std::move(item));
  }

  // An indicator tells something only where the knowledge ties it to somebody. A bare address changes hands.
  void add(const SeenIndicator& one) {
    Item item;
    item.family = Family::infrastructure;
    item.text = one.type + " " + one.value;
    const bool address = one.type.starts_with("ip") || one.type.starts_with("addr");
    item.grade = address ? Grade{'B', '4'} : Grade{'B', '3'};
    item.spoof_cost = address ? 1 : 2;
    const auto& known = knowledge_.indicators();
    for (auto i = std::ranges::lower_bound(known, one.value, {}, &KnownIndicator::value);
         i != known.end() && i->value == one.value; ++i) {
      if (item.source.empty()) item.source = i->by;
      name(i->actor, item);
    }
    if (item.source.empty()) item.source = std::string(kOwnTelemetry);
    item.lineage = fold(item.source);
    item.weight =
        item.speaks_for.empty() ? 0 : kTraitWeight[static_cast<std::size_t>(item.spoof_cost)] * item.grade.weight();
    item.rarity = item.speaks_for.size() == 1 ? 1 : 0;
    if (item.speaks_for.empty()) {
      item.weighs = false;
      item.note = "no loaded knowledge ties it to anybody";
    }
    out_.items.push_back(std::move(item));
  }

  void add(const SeenTrait& one) {
    Item item;
    item.family = one.family;
    item.text = one.value;
    item.source = one.source.empty() ? std::string(kOwnTelemetry) : one.source;
    item.lineage = one.lineage.empty() ? std::string(kOwnTelemetry) : one.lineage;
    item.grade = one.grade;
    item.spoof_cost = one.spoof_cost;
    item.weight = kTraitWeight[static_cast<std::size_t>(one.spoof_cost)] * one.grade.weight();
    for (const std::string& actor : one.actors) name(actor, item);
    for (const std::string& actor : one.against)
      for (const std::uint32_t found : knowledge_.actors_named(actor)) item.speaks_against.push_back(found);
    item.states = one.states;
    if (one.from_adversary) {
      item.weighs = false;
      item.note = "it stood in what the adversary published, and may be planted";
    }
    out_.items.push_back(std::move(item));
  }

  void add(const Claim& one) {
    Item item;
    item.family = Family::claim;
    item.text = one.by + (one.date.empty() ? "" : ", " + one.date);
    if (!one.statement.empty()) item.text += ": " + one.statement;
    item.source = one.by;
    item.lineage = one.lineage;
    item.grade = one.grade;
    item.spoof_cost = one.persona ? 0 : kClaimCost;
    item.weight = kClaimWeight * one.grade.weight();
    if (!one.actor.empty()) name(one.actor, item);
    if (!one.state.empty()) item.states.push_back(one.state);
    item.nobody = one.actor.empty() && one.state.empty();
    if (one.persona) {
      item.weighs = false;
      item.note = "a persona's claim weighs nothing for the claimant";
    }
    out_.items.push_back(std::move(item));
  }

  void name(const std::string& actor, Item& item) {
    const auto found = knowledge_.actors_named(actor);
    if (found.empty()) item.unresolved = actor;
    for (const std::uint32_t one : found)
      if (std::ranges::find(item.speaks_for, one) == item.speaks_for.end()) item.speaks_for.push_back(one);
    if (found.size() > 1)
      remarks_.push_back(fmt::format("'{}' is a name of several actors; it speaks for each", actor));
  }

  const Knowledge& knowledge_;
  const TraitModel& model_;
  std::vector<std::string>& remarks_;
  Evidence out_;
};

}  // namespace

Evidence gather(const Knowledge& knowledge, const TraitModel& model, const Observations& observations,
                std::vector<std::string>& remarks) {
  remarks.insert(remarks.end(), observations.remarks.begin(), observations.remarks.end());
  return Gatherer(knowledge, model, remarks).gather(observations);
}

bool speaks_for(const Knowledge& knowledge, const Item& item, std::uint32_t actor) {
  if (std::ranges::find(item.speaks_for, actor) != item.speaks_for.end()) return true;
  const std::string_view state = knowledge.actors()[actor].backed_by("state");
  return !state.empty() && std::ranges::find(item.states, state) != item.states.end();
}

std::vector<Item> without(const Knowledge& knowledge, const std::vector<Item>& items, std::size_t index) {
  std::vector<Item> out = items;
  out.erase(out.begin() + static_cast<std::ptrdiff_t>(index));
  mark_echoes(knowledge, out);
  return out;
}

double weight_for(const Knowledge& knowledge, const std::vector<Item>& items, std::span<const std::uint32_t> actors,
                  int cost_above) {
  std::map<Family, std::vector<double>> by_family;
  double against = 0;
  for (const Item& item : items) {
    if (!item.weighs || item.trait || item.spoof_cost <= cost_above) continue;
    const auto listed = [&](const std::vector<std::uint32_t>& list) {
      return std::ranges::any_of(actors,
                                 [&](std::uint32_t actor) { return std::ranges::find(list, actor) != list.end(); });
    };
    if (listed(item.speaks_against) && !listed(item.speaks_for))
      against += item.weight;
    else if (std::ranges::any_of(actors, [&](std::uint32_t actor) { return speaks_for(knowledge, item, actor); }))
      by_family[item.family].push_back(item.weight);
  }
  double sum = -std::min(against, kAgainstMax);
  for (auto& [family, weights] : by_family) {
    std::ranges::sort(weights, std::greater());
    double part = 0, share = 1;
    for (const double weight : weights) {
      part += share * weight;
      share *= kFurther;
    }
    sum += std::min(part, ceiling_of(family));
  }
  return sum;
}

}  // namespace tocsin::assess
