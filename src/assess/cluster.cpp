#include "assess/cluster.h"

#include <algorithm>
#include <array>
#include <boost/container/small_vector.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <cmath>
#include <limits>
#include <set>

namespace tocsin::assess {
namespace {

constexpr double kJoin = 0.9, kMerge = 1.15, kClassMax = 0.9, kSharedMin = 0.2, kTwoSides = 0.15, kEntered = 0.7;
constexpr double kOnward = 0.3, kSameStage = 0.2, kBackward = 0.1, kStageUnknown = 0.15, kSameRule = 0.2,
                 kSameTechnique = 0.15;
constexpr double kWithinHour = 0.25, kWithinDay = 0.15;
constexpr std::int64_t kHour = 3600, kDay = 24 * kHour;
constexpr std::uint32_t kLure = 2, kAfterEntry = 4;  // phases
constexpr std::size_t kRecentMax = 8;     // clusters that a thing remembers
// A rule that fires for many on most days is routine.
constexpr std::size_t kRoutineGroups = 20, kRoutineVictims = 10, kRoutineDays = 5;

// Days after which a shared thing tells half.
double half_life(Class kind, bool entered) {
  switch (kind) {
    case Class::who:
      return entered ? 30 : 7;
    case Class::where:
      return 2;
    case Class::infrastructure:
      return 7;
    case Class::thing:
      return 30;
    case Class::service:
      return 1;
    case Class::program:
      return 0.5;
  }
  return 1;
}

struct Presence {
  Time first, last;
  float strength = 0;
  bool entered = false, target = false;
};

std::string_view parent(std::string_view technique) { return technique.substr(0, technique.find('.')); }

// Seconds between two spans; 0 where they overlap or neither is known.
std::int64_t gap(Time first, Time last, Time other_first, Time other_last) {
  if (!first.known() || !other_first.known()) return first.known() == other_first.known() ? 0 : kDay;
  if (other_first > last) return other_first.seconds - last.seconds;
  if (first > other_last) return first.seconds - other_last.seconds;
  return 0;
}

struct Open {
  boost::unordered_flat_map<std::uint32_t, Presence> things;
  boost::unordered_flat_map<std::uint32_t, std::pair<Time, Time>> rules;
  boost::unordered_flat_map<std::uint32_t, std::uint32_t> bonds;
  boost::unordered_flat_set<std::uint32_t> places;  // hosts among the things
  std::set<std::string_view> techniques;            // of the texts
  std::uint32_t low = 0, high = 0;
  std::vector<std::uint32_t> groups;
};

struct Score {
  double total = 0;
  unsigned sides = 0;
  bool entered = false;
};

class Clusterer {
 public:
  explicit Clusterer(const Findings& findings) : in_(findings), recent_(findings.things.size()) {}

  Clustering run() {
    find_routine();
    std::vector<std::uint32_t> order(in_.groups.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
    std::ranges::stable_sort(order, {}, [&](std::uint32_t i) { return in_.groups[i].first; });
    for (const std::uint32_t group : order)
      if (starts(group)) place(group, true);
    for (const std::uint32_t group : order)
      if (!starts(group)) place(group, false);
    return finish();
  }

 private:
  bool starts(std::uint32_t group) const {
    const Text& text = in_.text(in_.groups[group]);
    return text.level >= Level::medium && !routine_[text.rule_number];
  }

  void find_routine() {
    routine_.assign(in_.rules, false);
    std::vector<std::set<std::int64_t>> days(in_.rules);
    std::vector<boost::unordered_flat_set<std::uint32_t>> victims(in_.rules);
    std::vector<std::size_t> groups(in_.rules);
    std::set<std::int64_t> all;
    for (const Group& group : in_.groups) {
      const Text& text = in_.text(group);
      if (!group.first.known()) continue;
      const std::int64_t day = group.first.seconds / kDay;
      all.insert(day);
      if (text.rule->kind == casefile::RuleKind::detector) continue;
      ++groups[text.rule_number];
      days[text.rule_number].insert(day);
      for (const Mention& one : in_.mentions(group))
        if (in_.things[one.thing].kind == Class::who || in_.things[one.thing].kind == Class::where)
          victims[text.rule_number].insert(one.thing);
    }
    for (std::uint32_t rule = 0; rule < in_.rules; ++rule)
      routine_[rule] = groups[rule] >= kRoutineGroups && victims[rule].size() >= kRoutineVictims &&
                       days[rule].size() >= kRoutineDays && days[rule].size() * 2 >= all.size();
  }

  std::uint32_t root(std::uint32_t cluster) {
    while (parent_[cluster] != cluster) cluster = parent_[cluster] = parent_[parent_[cluster]];
    return cluster;
  }

  Score score(const Group& group, const Open& open, std::vector<std::uint32_t>* shared) const {
    std::array<double, kClasses> sides{};
    double entered = 0, wide = 0;
    std::int64_t nearest = std::numeric_limits<std::int64_t>::max();
    bool brings_infrastructure = false, same_address = false, other_place = false;
    for (const Mention& one : in_.mentions(group))
      if (in_.things[one.thing].kind == Class::where && !in_.things[one.thing].derived && one.strength > 0) {
        other_place = !open.places.empty();
        if (open.places.contains(one.thing)) {
          other_place = false;
          break;
        }
      }
    for (const Mention& one : in_.mentions(group)) {
      const Thing& thing = in_.things[one.thing];
      brings_infrastructure |= thing.kind == Class::infrastructure && one.strength > 0;
      if (one.strength <= 0) continue;
      const auto found = open.things.find(one.thing);
      if (found == open.things.end()) continue;
      if (thing.derived && thing.kind == Class::service && other_place) continue;  // another machine's web service
      same_address |= thing.type == EntityType::address;
      const Presence& there = found->second;
      const std::int64_t apart = gap(group.first, group.last, there.first, there.last);
      const bool was_entered = there.entered || (one.role == 0 && thing.kind == Class::who);
      // What comes after entry, on an account that was tried, or the entry of one that a lure was sent to: the list may be
      // long, the order is that of an intrusion.
      const bool follows = there.target && thing.kind == Class::who &&
                           (in_.text(group).high >= kAfterEntry || (one.role == 0 && open.low <= kLure));
      const float known = follows ? std::max(there.strength, one.strength) : there.strength;
      const double strength = std::sqrt(one.strength * known) *
                              std::exp2(-static_cast<double>(apart) / kDay / half_life(thing.kind, was_entered));
      const auto add = [&](double& to) { to = 1 - (1 - to) * (1 - strength); };
      if (thing.kind == Class::who)
        add(was_entered ? entered : wide);
      else
        add(sides[static_cast<std::size_t>(thing.kind)]);
      if (strength >= 0.1) {
        nearest = std::min(nearest, apart);
        if (shared) shared->push_back(one.thing);
      }
    }
    const Text& text = in_.text(group);
    const auto same = open.rules.find(text.rule_number);
    const bool goes_on =
        same != open.rules.end() && gap(group.first, group.last, same->second.first, same->second.second) <= kDay;
    // Two findings of one detector with nothing but targets and wide networks in common: it holds them for two things.
    const bool apart = same != open.rules.end() && text.rule->kind == casefile::RuleKind::detector &&
                       text.high < kAfterEntry && brings_infrastructure && !same_address;
    if (apart) wide = sides[static_cast<std::size_t>(Class::infrastructure)] = 0;
    sides[static_cast<std::size_t>(Class::who)] = 1 - (1 - entered) * (1 - wide);
    Score out;
    double sum = 0;
    for (const double side : sides) {
      sum += std::min(side, kClassMax);
      out.sides += side >= kTwoSides;
    }
    out.entered = entered >= kEntered;
    if (sum < kSharedMin) return out;
    out.total = sum;
    if (text.high == 0 || open.high == 0)
      out.total += kStageUnknown;
    else if (text.high > open.high)
      out.total += kOnward;
    else if (text.high >= open.low)
      out.total += kSameStage;
    else
      out.total += kBackward;
    if (nearest <= kHour)
      out.total += kWithinHour;
    else if (nearest <= kDay)
      out.total += kWithinDay;
    if (apart)
      ;
    else if (goes_on)
      out.total += kSameRule;
    else if (std::ranges::any_of(text.techniques,
                                 [&](const std::string& one) { return open.techniques.contains(parent(one)); }))
      out.total += kSameTechnique;
    return out;
  }

  void place(std::uint32_t number, bool may_start) {
    const Group& group = in_.groups[number];
    boost::container::small_vector<std::uint32_t, 16> candidates;
    for (const Mention& one : in_.mentions(group)) {
      if (one.strength <= 0) continue;
      for (const std::uint32_t cluster : recent_[one.thing]) candidates.push_back(root(cluster));
    }
    std::ranges::sort(candidates);
    candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
    std::uint32_t best = 0;
    double most = 0;
    boost::container::small_vector<std::uint32_t, 4> also;
    for (const std::uint32_t cluster : candidates) {
      const Score made = score(group, open_[cluster], nullptr);
      if (made.total < kJoin) continue;
      if (made.total >= kMerge && (made.sides >= 2 || made.entered)) also.push_back(cluster);
      if (made.total <= most) continue;
      most = made.total;
      best = cluster;
    }
    if (most == 0) {
      if (!may_start) return;
      best = static_cast<std::uint32_t>(open_.size());
      open_.emplace_back();
      parent_.push_back(best);
    } else {
      shared_.clear();
      score(group, open_[best], &shared_);
      for (const std::uint32_t thing : shared_) ++open_[best].bonds[thing];
    }
    add(best, number, may_start);
    if (may_start && std::ranges::find(also, best) != also.end())
      for (const std::uint32_t other : also)
        if (other != best) best = merge(best, other);
  }

  void add(std::uint32_t to, std::uint32_t number, bool shapes) {
    Open& open = open_[to];
    const Group& group = in_.groups[number];
    const Text& text = in_.text(group);
    open.groups.push_back(number);
    if (!shapes) return;  // what only joins doesn't widen what others join by
    for (const Mention& one : in_.mentions(group)) {
      if (one.strength <= 0) continue;
      const auto [at, fresh] =
          open.things.try_emplace(one.thing, Presence{group.first, group.last, one.strength, false, false});
      Presence& there = at->second;
      there.first = std::min(there.first, group.first);
      there.last = std::max(there.last, group.last);
      there.strength = std::max(there.strength, one.strength);
      there.entered |= one.role == 0;
      there.target |= one.role == 2;
      if (in_.things[one.thing].kind == Class::where && !in_.things[one.thing].derived) open.places.insert(one.thing);
      remember(one.thing, to);
    }
    const auto [at, fresh] = open.rules.try_emplace(text.rule_number, group.first, group.last);
    at->second.first = std::min(at->second.first, group.first);
    at->second.second = std::max(at->second.second, group.last);
    for (const std::string& technique : text.techniques) open.techniques.insert(parent(technique));
    if (text.high > 0) {
      open.low = open.low == 0 ? text.low : std::min(open.low, text.low);
      open.high = std::max(open.high, text.high);
    }
  }

  void remember(std::uint32_t thing, std::uint32_t cluster) {
    auto& list = recent_[thing];
    for (std::uint32_t& one : list) one = root(one);
    if (const auto found = std::ranges::find(list, cluster); found != list.end())
      list.erase(found);
    else if (list.size() >= kRecentMax)
      list.erase(list.begin());
    list.push_back(cluster);
  }

  std::uint32_t merge(std::uint32_t a, std::uint32_t b) {
    const std::uint32_t into = std::min(a, b), from = std::max(a, b);
    Open& to = open_[into];
    Open gone = std::move(open_[from]);
    open_[from] = {};
    parent_[from] = into;
    for (const auto& [thing, there] : gone.things) {
      const auto [at, fresh] = to.things.try_emplace(thing, there);
      at->second.first = std::min(at->second.first, there.first);
      at->second.last = std::max(at->second.last, there.last);
      at->second.strength = std::max(at->second.strength, there.strength);
      at->second.entered |= there.entered;
      at->second.target |= there.target;
    }
    for (const auto& [rule, span] : gone.rules) {
      const auto [at, fresh] = to.rules.try_emplace(rule, span);
      at->second.first = std::min(at->second.first, span.first);
      at->second.second = std::max(at->second.second, span.second);
    }
    to.places.insert(gone.places.begin(), gone.places.end());
    for (const auto& [thing, count] : gone.bonds) to.bonds[thing] += count;
    to.techniques.insert(gone.techniques.begin(), gone.techniques.end());
    if (gone.high > 0) {
      to.low = to.low == 0 ? gone.low : std::min(to.low, gone.low);
      to.high = std::max(to.high, gone.high);
    }
    to.groups.insert(to.groups.end(), gone.groups.begin(), gone.groups.end());
    return into;
  }

  Clustering finish() {
    Clustering out;
    for (Open& open : open_) {
      if (open.groups.empty()) continue;
      Cluster cluster;
      cluster.groups = std::move(open.groups);
      std::ranges::sort(cluster.groups);
      cluster.bonds.assign(open.bonds.begin(), open.bonds.end());
      std::ranges::sort(cluster.bonds, [](const auto& a, const auto& b) {
        return a.second != b.second ? a.second > b.second : a.first < b.first;
      });
      std::set<std::uint32_t> rules;
      for (const std::uint32_t number : cluster.groups) {
        const Text& text = in_.text(in_.groups[number]);
        if (text.level < Level::medium || routine_[text.rule_number]) continue;
        rules.insert(text.rule_number);
        cluster.incident |= text.level >= Level::high || text.rule->kind != casefile::RuleKind::sigma;
      }
      cluster.incident |= rules.size() >= 2;
      out.clusters.push_back(std::move(cluster));
    }
    std::ranges::sort(out.clusters, {}, [](const Cluster& one) { return one.groups.front(); });
    for (std::uint32_t rule = 0; rule < in_.rules; ++rule)
      if (routine_[rule]) out.routine.push_back(rule);
    return out;
  }

  const Findings& in_;
  std::vector<bool> routine_;
  std::vector<boost::container::small_vector<std::uint32_t, 2>> recent_;  // by thing
  std::vector<Open> open_;
  std::vector<std::uint32_t> parent_, shared_;
};

}  // namespace

Clustering cluster(const Findings& findings) { return Clusterer(findings).run(); }

}  // namespace tocsin::assess
