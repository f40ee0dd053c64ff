// Gathers the evidence, weighs it, and asks of each answer what it hangs on: the same weighing is repeated without each
// item in turn, and without all that is cheap to fake.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "assess/assessment.h"
#include "assess/hypotheses.h"
#include "assess/items.h"
#include "assess/judge.h"
#include "assess/matrix.h"

namespace tocsin::assess {
namespace {

// Without each of so many items the whole is weighed anew; of very long lists only the weightiest items are tried.
constexpr std::size_t kActorsShown = 20, kLossesMin = 10, kLossesMax = 200, kLossesTimesItems = 20000;
constexpr int kCheap = 1;

// One weighing of one set of evidence.
struct Weighing {
  std::vector<Ranked> ranked;
  double first = 0;
  Robustness forged;
  Shares shares;
};

class Assessor {
 public:
  Assessor(const Knowledge& knowledge, const Observations& seen) : knowledge_(knowledge), model_(knowledge) {
    Evidence evidence = gather(knowledge, model_, seen, out_.remarks);
    seen_ = std::move(evidence.seen);
    out_.items = std::move(evidence.items);
    whole_ = weigh(seen_, out_.items, true);
    claims_ = &seen.claims;
  }

  Assessment assess() {
    out_.hypotheses = make_hypotheses(knowledge_, whole_.ranked, whole_.shares, kActorsShown);
    out_.matrix = make_matrix(knowledge_, out_.hypotheses, out_.items);
    lose_each();
    const auto first = std::ranges::find(out_.hypotheses, Kind::actor, &Hypothesis::kind);
    if (first != out_.hypotheses.end()) {
      const std::uint32_t leader = *first->actor;
      const Target target{"actor", first->id, first->name, {leader}};
      const Standing standing = standing_of(target);
      out_.actor = judge(knowledge_, out_.items, target, standing);
      find_linchpin(target, standing);
      note_deception(standing);
      for (const char* scope : {"state", "service", "unit"}) judge_wider(scope);
      out_.would_change = what_would_change(out_.actor);
    }
    set_thresholds();
    return std::move(out_);
  }

 private:
  struct Loss {
    std::size_t item;
    Weighing left;
    std::vector<Item> items;  // without it
  };

  Weighing weigh(const std::vector<std::uint32_t>& seen, const std::vector<Item>& items, bool test) const {
    Weighing out;
    out.ranked = model_.rank(seen);
    out.first = likelihood(out.ranked, seen.size());
    if (test) out.forged = robustness(model_, seen, out.ranked);
    out.shares =
        shares_of(knowledge_, out.ranked, out.first, !test || out.ranked.empty() || out.forged.stands(), items);
    return out;
  }

  // The weighing without each item that might carry the answer: everything that weighs beside techniques, and the
  // rarest techniques and software.
  void lose_each() {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < out_.items.size(); ++i)
      if (out_.items[i].weighs) order.push_back(i);
    std::ranges::stable_sort(order, std::greater(), [&](std::size_t i) {
      return out_.items[i].trait ? out_.items[i].rarity : 10 + out_.items[i].weight;
    });
    const std::size_t tries =
        std::clamp(kLossesTimesItems / std::max<std::size_t>(out_.items.size(), 1), kLossesMin, kLossesMax);
    if (order.size() > tries) order.resize(tries);
    for (const std::size_t i : order) {
      std::vector<std::uint32_t> seen = seen_;
      if (out_.items[i].trait) std::erase(seen, *out_.items[i].trait);
      std::vector<Item> rest = without(knowledge_, out_.items, i);
      Weighing left = weigh(seen, rest, false);
      losses_.push_back({i, std::move(left), std::move(rest)});
    }
  }

  double likelihood_of(const Target& target, const Weighing& weighing, const std::vector<Item>& items) const {
    // Evidence for different members speaks for their sponsor together.
    const Shares& shares = weighing.shares;
    double own = 0, base = 0;
    for (const std::uint32_t actor : target.members) {
      own += std::exp(shares.logs[actor]);
      base += shares.base[actor];
    }
    const double pooled = std::max(own, base * std::exp(weight_for(knowledge_, items, target.members)));
    double sum = pooled / (shares.sum - own + pooled);
    // Another unit behind the leader still belongs to the leader's service and state.
    if (target.scope == "state" || target.scope == "service") {
      const auto best = std::ranges::max_element(weighing.shares.actors) - weighing.shares.actors.begin();
      if (std::ranges::binary_search(target.members, static_cast<std::uint32_t>(best)))
        sum += weighing.shares.others[2];
    }
    return std::min(sum, 1.0);
  }
  double rival_of(const Target& target, const Weighing& weighing) const {
    double best = 0;
    for (std::uint32_t i = 0; i < weighing.shares.actors.size(); ++i)
      if (!std::ranges::binary_search(target.members, i)) best = std::max(best, weighing.shares.actors[i]);
    return best;
  }

  Standing standing_of(const Target& target) const {
    Standing out;
    out.likelihood = likelihood_of(target, whole_, out_.items);
    out.rival = rival_of(target, whole_);
    out.leads = out.likelihood > out.rival;
    out.traits_only = std::ranges::none_of(out_.items, [&](const Item& item) {
      return !item.trait && item.weight > 0 && supports(knowledge_, item, target);
    });
    for (const Ranked& one : whole_.ranked)
      if (std::ranges::binary_search(target.members, one.actor))
        out.explained = std::max(out.explained, one.explained());
    out.traits_likelihood = whole_.first;
    out.traits_agree = !whole_.ranked.empty() && whole_.first > 0 &&
                       std::ranges::binary_search(target.members, whole_.ranked[0].actor);
    out.forger_why = "the ranking by techniques has another first, or none; nothing to test";
    if (out.traits_agree) {
      const Robustness& forged = whole_.forged;
      // Who isn't named by techniques at all needs no test against planted ones.
      const bool matters = whole_.first >= 0.5 || out.traits_only;
      const bool elsewhere_inside = forged.other && std::ranges::binary_search(target.members, *forged.other);
      out.forger_tests =
          !matters || ((forged.survives) && (forged.elsewhere < Robustness::kElsewhereMax || elsewhere_inside));
      if (!matters)
        out.forger_why = "techniques and software alone carry too little here to be worth planting";
      else if (!forged.survives)
        out.forger_why = "without its three rarest traits it no longer leads; three traits can be planted";
      else if (!out.forger_tests)
        out.forger_why = fmt::format("what it doesn't explain points to {} ({:.0f} %)",
                                     knowledge_.actors()[*forged.other].name, forged.elsewhere * 100);
      else
        out.forger_why = "it leads without its three rarest traits, and what it doesn't explain points to nobody";
    }
    out.deception = cheap_traits_lead(target);
    out.survives_any_loss = out.leads;
    for (const Loss& loss : losses_) {
      const double left = likelihood_of(target, loss.left, loss.items);
      if (left > rival_of(target, loss.left) && left > std::ranges::max(loss.left.shares.others)) continue;
      out.survives_any_loss = false;
      if (out.lost_with.empty()) out.lost_with = out_.items[loss.item].text;
    }
    return out;
  }

  // Re-scored without the families that are cheap to fake: does what is left lead elsewhere?
  bool cheap_traits_lead(const Target& target) const {
    const double inside = std::max(weight_for(knowledge_, out_.items, target.members, kCheap), 0.0);
    for (std::uint32_t i = 0; i < knowledge_.actors().size(); ++i)
      if (!std::ranges::binary_search(target.members, i) &&
          weight_for(knowledge_, out_.items, std::span(&i, 1), kCheap) > inside)
        return true;
    return false;
  }

  void find_linchpin(const Target& target, const Standing& standing) {
    double worst = 0.02;  // a loss that changes less than this is no linchpin
    for (const Loss& loss : losses_) {
      const double left = likelihood_of(target, loss.left, loss.items);
      const bool falls = left <= rival_of(target, loss.left);
      const double change = standing.likelihood - left + (falls ? 1 : 0);
      if (change <= worst) continue;
      worst = change;
      out_.linchpin = out_.items[loss.item].text;
    }
  }

  void note_deception(const Standing& standing) {
    std::vector<std::string> why;
    for (const Item& item : out_.items)
      if (!item.weighs && !item.echo && item.family != Family::claim && item.spoof_cost <= kCheap &&
          (!item.speaks_for.empty() || !item.states.empty()))
        why.push_back("possibly planted: " + item.text);
    if (standing.deception) why.emplace_back("without what is cheap to fake somebody else leads");
    if (standing.traits_agree && whole_.first >= 0.5 && whole_.forged.elsewhere >= Robustness::kElsewhereMax)
      why.push_back("what the leader doesn't explain points to " + knowledge_.actors()[*whole_.forged.other].name);
    out_.deception = !why.empty();
    out_.deception_why = fmt::format("{}", fmt::join(why, "; "));
  }

  // State, service and unit, each on its own: allies may agree on one and not on another.
  void judge_wider(const std::string& scope) {
    std::map<std::string, std::vector<std::uint32_t>> groups;
    for (std::uint32_t i = 0; i < knowledge_.actors().size(); ++i)
      if (const auto value = knowledge_.actors()[i].backed_by(scope); !value.empty())
        groups[std::string(value)].push_back(i);
    // A state that evidence names counts even where no actor is laid to it.
    std::optional<Target> best;
    double most = 0;
    for (const auto& [value, members] : groups) {
      const Target target{scope, value, value, members};
      const double here = likelihood_of(target, whole_, out_.items);
      if (here > most) {
        most = here;
        best = target;
      }
    }
    if (!best || most < 0.05) {
      Judgement none;
      none.scope = scope;
      none.why =
          best ? "no " + scope + " stands out" : "no loaded knowledge says which " + scope + " stands behind anybody";
      out_.wider.push_back(std::move(none));
      return;
    }
    Judgement made = judge(knowledge_, out_.items, *best, standing_of(*best));
    for (const auto& [value, members] : groups) {
      if (value == best->value) continue;
      const Target other{scope, value, value, members};
      if (std::ranges::any_of(out_.items, [&](const Item& item) {
            return !item.trait && item.weight >= 1 && supports(knowledge_, item, other) &&
                   contradicts(knowledge_, item, *best);
          }))
        made.contested.push_back(value);
    }
    if (!made.contested.empty())
      made.why = fmt::format("contested: evidence of weight also names {}", fmt::join(made.contested, ", "));
    out_.wider.push_back(std::move(made));
  }

  // The courts ask more than an intelligence judgement does: persons, and proof beyond reasonable doubt.
  void set_thresholds() {
    const auto met = [](const Judgement& one) { return one.level >= Level::likely; };
    out_.intelligence.met = met(out_.actor);
    out_.intelligence.why = out_.intelligence.met ? out_.actor.name + " reaches 'likely'" : "no actor reaches 'likely'";
    for (const Judgement& one : out_.wider)
      if (!out_.intelligence.met && met(one)) {
        out_.intelligence.met = true;
        out_.intelligence.why = fmt::format("{} {} reaches 'likely', no actor does", one.scope, one.value);
      }
    const bool persons = std::ranges::any_of(out_.items, [](const Item& item) {
      return item.weighs && item.family == Family::person && item.spoof_cost >= kCostly && !item.speaks_for.empty();
    });
    out_.legal.met = out_.actor.level == Level::highly_likely && persons;
    out_.legal.why = out_.legal.met ? "highly likely, and evidence ties persons to the deed; a court decides"
                     : persons      ? "evidence ties persons to the deed, but the judgement stays below 'highly likely'"
                                    : "nothing here ties a person to the deed";
    for (const Claim& claim : *claims_) {
      if (claim.legal == "no-charges") out_.legal.why += fmt::format("; {}: not enough to bring charges", claim.by);
      if (claim.legal == "charged")
        out_.legal.why += fmt::format("; {} brought charges, which is a claim until a court has ruled", claim.by);
    }
    if (!out_.legal.met) out_.would_change.emplace_back("for a court: evidence that ties persons to the deed");
  }

  const Knowledge& knowledge_;
  TraitModel model_;
  std::vector<std::uint32_t> seen_;
  Weighing whole_;
  std::vector<Loss> losses_;
  const std::vector<Claim>* claims_ = nullptr;
  Assessment out_;
};

}  // namespace

Assessment assess(const Knowledge& knowledge, const Observations& seen) { return Assessor(knowledge, seen).assess(); }

}  // namespace tocsin::assess
