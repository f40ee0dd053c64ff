// A campaign shows in three ways that single tries don't: its accounts are tried evenly and from many places, its
// sources come in kinds (network new to the site or not, agent known or not, tries each, accounts each) that outnumber
// what the same kinds did before the onset, and it begins. So:
//   1. targets are the accounts tried from about as many subnets as the account of the median try;
//   2. a source takes part when it tried a target, serves nobody here, was not failing before the onset, and its kind
//   is
//      seen at least 2.5 times as often on the targets as the days before let expect (empirical Bayes: the share of its
//      kind that is not the usual noise is 0.6 or more);
//   3. walking back by the hour, the onset is where the tries of such kinds on the targets stop exceeding that noise;
// and once more with the onset found. What was taken back by a success of the account counts for nothing.
#include "detect/campaign/attribute.h"

#include <algorithm>
#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cmath>
#include <map>

namespace tocsin::detect {
namespace {

constexpr std::int64_t kHour = 3600, kDay = 86400;
constexpr std::int64_t kBaselineDays = 13, kMargin = kDay;
constexpr double kKindShare = 0.6;      // of a kind that must be in excess of the noise
constexpr double kPseudoPerDay = 0.05;  // sources a day that any kind is believed to have without being seen
constexpr double kEvenness = 0.25;      // of the median target's subnets that make another target
constexpr double kServingMin = 12;      // sources that also serve the site, before their kind is suspected at all
constexpr double kStrangersMax =
    2;  // people expected to come by networks of the campaign, past which these tell nothing
constexpr std::size_t kSourcesMin = 6, kTargetsMin = 4;

using Accounts = boost::unordered_flat_map<std::uint64_t, std::uint32_t>;

struct Source {
  std::uint64_t key = 0;
  std::size_t from = 0, to = 0;  // in Judge::order_
  std::uint32_t accounts = 0, known_accounts = 0, on_targets = 0;
  std::uint32_t arrivals = 0, before = 0;  // accounts that logged in from it in the span; before its first failure
  bool early = false, benign = false, member = false;
  unsigned kind = 0;
};

class Judge {
 public:
  Judge(const Candidates& candidates, const Site& site, Campaign& out)
      : cells_(candidates.cells()), arrivals_(candidates.arrivals()), candidates_(candidates), site_(site), out_(out) {
    for (std::uint32_t i = 0; i < cells_.size(); ++i) order_.push_back(i);
    std::ranges::sort(order_, [&](std::uint32_t a, std::uint32_t b) {
      return std::tie(cells_[a].source, cells_[a].first, a) < std::tie(cells_[b].source, cells_[b].first, b);
    });
    for (const Cell& cell : cells_) evidence_start_ = std::min<std::int64_t>(evidence_start_, cell.first);
  }

  void judge(Span span) {
    span_ = span;
    gather();
    find_targets();
    find_members();
    const std::int64_t closed = span_.end;
    span_ = begin_and_end();
    gather();
    find_targets();
    find_members();
    report();
    enter(closed);
  }

 private:
  bool in_span(const Cell& cell) const { return cell.last >= span_.since && cell.first <= span_.end; }
  bool known(const Cell& cell) const { return cell.account_known || site_.knows(cell.account); }

  // Sources of the span, and of the days before it, with what speaks for and against them.
  void gather() {
    std::map<std::uint64_t, std::vector<std::uint64_t>> arrived;
    for (const Arrival& a : arrivals_)
      if (a.time >= span_.since && a.time <= span_.end && !a.partial) arrived[a.source].push_back(a.account);
    sources_.clear(), base_.clear();
    early_hits_.clear();
    const std::int64_t base_from = span_.since - kBaselineDays * kDay, base_to = span_.since - kMargin;
    base_days_ = static_cast<double>(base_to - std::max(base_from, evidence_start_)) / kDay;
    for (std::size_t at = 0; at < order_.size();) {
      std::size_t to = at;
      Source now{.from = at}, before{.from = at};
      now.key = before.key = cells_[order_[at]].source;
      bool seen = false;
      for (; to < order_.size() && cells_[order_[to]].source == now.key; ++to) {
        const Cell& cell = cells_[order_[to]];
        if (cell.first < base_to && !cell.retracted) {
          now.early = true;
          if (cell.first >= base_from)
            ++before.accounts, before.known_accounts += known(cell), ++early_hits_[cell.account];
        }
        if (!in_span(cell)) continue;
        if (!seen) now.before = site_count(cell);
        seen = true;
        if (!cell.retracted) ++now.accounts, now.known_accounts += known(cell);
      }
      now.to = before.to = to;
      at = to;
      if (before.accounts) base_.push_back(before);
      if (!now.accounts) continue;
      if (const auto found = arrived.find(now.key); found != arrived.end()) {
        std::ranges::sort(found->second);
        now.arrivals = static_cast<std::uint32_t>(std::ranges::unique(found->second).begin() - found->second.begin());
      }
      now.benign = benign(now);
      sources_.push_back(now);
    }
  }

  // Accounts served by the cell's source without those that arrived in the span.
  std::uint32_t site_count(const Cell& cell) const { return site_.accounts_of(cell.source); }

  // It serves people here. Up to eight accounts are told apart; arrivals of the span are counted all.
  bool benign(Source& source) const {
    const std::uint32_t served = std::max(source.before, source.arrivals);
    source.before = source.before > source.arrivals ? source.before - source.arrivals : 0;
    if (source.before >= 3) return true;
    if (source.accounts == 1) return source.before >= 1 || source.arrivals >= 2 + (crowd(source) < 3);
    return served > source.accounts || (served >= 3 && 3 * served > source.accounts);
  }

  std::uint32_t crowd(const Source& source) const { return cells_[order_[source.from]].network_accounts; }

  bool is_target(std::uint64_t account) const {
    const auto found = places_.find(account);
    return found != places_.end() && found->second >= targets_from_ && (found->second >= 2 || site_.knows(account));
  }

  void find_targets() {
    std::vector<std::pair<std::uint64_t, std::uint64_t>> pairs;
    for (const Source& source : sources_) {
      if (source.benign || source.early) continue;
      bool known_too = false;
      for (std::size_t i = source.from; i < source.to; ++i)
        known_too |= known(cells_[order_[i]]) && in_span(cells_[order_[i]]) && !cells_[order_[i]].retracted;
      for (std::size_t i = source.from; i < source.to; ++i) {
        const Cell& cell = cells_[order_[i]];
        // A name that nobody has: tried by those who try accounts, or by nobody before.
        if (!known(cell) && !known_too && (base_days_ < 2 || early_hits_.contains(cell.account))) continue;
        if (in_span(cell) && !cell.retracted) pairs.emplace_back(cell.account, cell.subnet);
      }
    }
    std::ranges::sort(pairs);
    pairs.erase(std::ranges::unique(pairs).begin(), pairs.end());
    places_.clear();
    for (const auto& pair : pairs) ++places_[pair.first];
    // Accounts alone set the measure: made-up names come in any number.
    std::vector<std::uint32_t> counts;
    std::uint64_t all = 0;
    for (const auto& [account, count] : places_)
      if (site_.knows(account)) counts.push_back(count), all += count;
    std::ranges::sort(counts);
    // The count of the account that the median try is on.
    std::uint64_t sum = 0;
    std::uint32_t median = 0;
    for (const std::uint32_t count : counts)
      if ((sum += count) * 2 >= all) {
        median = count;
        break;
      }
    targets_from_ = median >= 4 ? std::max<std::uint32_t>(2, static_cast<std::uint32_t>(median * kEvenness)) : 1;
    known_targets_ = 0;
    for (const auto& [account, count] : places_) known_targets_ += count >= targets_from_ && site_.knows(account);
  }

  // Of the source's cells that were begun before `to` and not over before `from`.
  unsigned kind_of(const Source& source, std::int64_t from, std::int64_t to) const {
    unsigned network_known = 1, crowd = 2, agents = 1, chronic = 1, tries = 0, novel_name = 1, accounts = 0;
    for (std::size_t i = source.from; i < source.to; ++i) {
      const Cell& cell = cells_[order_[i]];
      if (cell.retracted || cell.last < from || cell.first > to) continue;
      ++accounts;
      network_known &= cell.network_known;
      crowd = std::min(crowd, cell.network_accounts >= 3 ? 2U : cell.network_accounts >= 1 ? 1U : 0U);
      agents &= cell.agent_accounts > 0;
      tries = std::max(tries, cell.tries >= 6 ? 2U : cell.tries >= 3 ? 1U : 0U);
      const auto early = early_hits_.find(cell.account);
      const std::uint32_t hits = early == early_hits_.end() ? 0 : early->second;
      chronic &= hits >= 3;
      if (known(cell)) novel_name = 0;
    }
    accounts = std::clamp(accounts, 1U, 3U) - 1;
    return (((((((accounts * 2 + source.benign) * 2 + network_known) * 3 + crowd) * 2 + agents) * 2 + chronic) * 3 +
             tries) *
            2) +
           novel_name;
  }
  static constexpr std::size_t kKinds = 3 * 2 * 2 * 3 * 2 * 2 * 3 * 2;
  static bool few_accounts(std::size_t kind) { return kind < kKinds / 3; }
  static bool serves(std::size_t kind) { return kind / (kKinds / 6) % 2; }
  static bool of_novel_names(std::size_t kind) { return kind % 2; }

  void find_members() {
    std::array<double, kKinds> before{}, now{}, beside{};
    for (const Source& source : base_) before[kind_of(source, 0, span_.since - kMargin)] += 1;
    for (Source& source : sources_) {
      source.member = false;
      source.on_targets = 0;
      if (source.early && !source.benign) continue;
      for (std::size_t i = source.from; i < source.to; ++i) {
        const Cell& cell = cells_[order_[i]];
        if (in_span(cell) && !cell.retracted) source.on_targets += is_target(cell.account);
      }
      source.kind = kind_of(source, span_.since, span_.end);
      (source.on_targets ? now : beside)[source.kind] += 1;
    }
    const double days = std::max(1.0 / 24, static_cast<double>(span_.end - span_.since) / kDay);
    const double active = static_cast<double>(std::max<std::size_t>(site_.accounts_active(), 1));
    const double share = std::min(1.0, static_cast<double>(known_targets_) / active);
    for (std::size_t kind = 0; kind < kKinds; ++kind) {
      const double per_day = (before[kind] + kPseudoPerDay) / std::max(base_days_, 1.0);
      // Names that nobody has are targets only if many try them, so what tries them mostly tries targets.
      const double on_targets = of_novel_names(kind) ? 1 : few_accounts(kind) ? share : std::min(1.0, 2 * share);
      // What the same kind did in the span to accounts that are no targets says the same, bursts included.
      const double per_other = share < 0.9 && !of_novel_names(kind) ? beside[kind] / (1 - share) / days : 0;
      expected_[kind] = std::max(per_day, per_other) * on_targets;
      member_kind_[kind] =
          now[kind] >= (serves(kind) ? kServingMin : 1) && expected_[kind] * days <= (1 - kKindShare) * now[kind];
    }
    for (Source& source : sources_) source.member = source.on_targets && member_kind_[source.kind];
  }

  // The span of hours whose tries of the found kinds on the targets exceed the noise by most.
  Span begin_and_end() const {
    const std::int64_t from = std::max(span_.since - Candidates::kKeepDays * kDay, evidence_start_);
    std::vector<std::uint32_t> hours(static_cast<std::size_t>((span_.end - from) / kHour + 1));
    double within = 0;
    for (std::size_t at = 0, to; at < order_.size(); at = to) {
      for (to = at; to < order_.size() && cells_[order_[to]].source == cells_[order_[at]].source;) ++to;
      Source source{.key = cells_[order_[at]].source, .from = at, .to = to};
      source.benign = site_.accounts_of(source.key) >= 3;
      if (!member_kind_[kind_of(source, from, span_.end)]) continue;
      for (std::size_t i = at; i < to; ++i) {
        const Cell& cell = cells_[order_[i]];
        if (cell.retracted || cell.first < from || cell.first > span_.end || !is_target(cell.account)) continue;
        ++hours[static_cast<std::size_t>((cell.first - from) / kHour)];
        within += cell.first >= span_.since;
      }
    }
    double noise = 0;
    for (std::size_t kind = 0; kind < kKinds; ++kind)
      if (member_kind_[kind]) noise += expected_[kind] / 24;
    const double rate = within / std::max(1.0, static_cast<double>(span_.end - span_.since) / kHour);
    const double drift = 2 * noise + 0.05 * rate + 0.02;
    double sum = 0, best = 0;
    std::size_t start = 0;
    Span found = span_;
    for (std::size_t i = 0; i < hours.size(); ++i) {
      if (sum <= 0) sum = 0, start = i;
      sum += hours[i] - drift;
      if (sum <= best) continue;
      best = sum;
      found = {from + static_cast<std::int64_t>(start) * kHour, from + static_cast<std::int64_t>(i + 1) * kHour};
    }
    return found;
  }

  void report() {
    boost::unordered_flat_map<std::uint64_t, std::uint64_t> tried;
    out_.onset = UINT32_MAX;
    for (const Source& source : sources_) {
      if (!source.member) continue;
      Campaign::Source& made = out_.sources.emplace_back();
      made.key = source.key;
      made.accounts = source.accounts;
      made.first = UINT32_MAX;
      made.ordinal = UINT64_MAX;
      for (std::size_t i = source.from; i < source.to; ++i) {
        const Cell& cell = cells_[order_[i]];
        if (!in_span(cell)) continue;
        made.address = cell.first < made.first ? cell.address : made.address;
        made.many_addresses |= cell.many_addresses || made.address != cell.address;
        made.network = cell.network;
        made.first = std::min(made.first, cell.first);
        made.last = std::max(made.last, cell.last);
        made.tries += cell.tries;
        made.ordinal = std::min(made.ordinal, cell.ordinal);
        tried[cell.account] += cell.tries;
        out_.tries += cell.tries;
        out_.strange_agents += cell.agent_accounts == 0 ? cell.tries : 0;
        out_.ordinals.push_back(cell.ordinal);
      }
      out_.onset = std::min(out_.onset, made.first);
      out_.end = std::max(out_.end, made.last);
    }
    for (const auto& [account, tries] : tried) {
      const bool exists = site_.knows(account);
      if (!exists) ++out_.unknown_names;
      out_.targets.push_back({account, candidates_.name(account), tries, exists});
    }
    std::ranges::sort(out_.sources, {}, [](const auto& s) { return std::tie(s.address, s.key); });
    std::ranges::sort(out_.targets, {}, [](const auto& t) { return std::tie(t.name, t.account); });
    std::ranges::sort(out_.ordinals);
    out_.ordinals.resize(std::min<std::size_t>(out_.ordinals.size(), 100));
    if (out_.sources.size() < kSourcesMin || out_.targets.size() < kTargetsMin) out_.sources.clear();
  }

  struct Place {
    std::uint32_t members = 0, before = 8;
    std::vector<std::uint64_t> arrived;
    bool of_campaign(std::size_t spare) const {
      return members > 0 && before < 3 && (arrived.size() <= spare || 4 * arrived.size() <= members);
    }
  };

  // Up to `closed`: who has got in stays in.
  void enter(std::int64_t closed) {
    if (out_.sources.empty()) return;
    std::map<std::uint64_t, Place> places;  // networks and subnets
    boost::unordered_flat_map<std::uint64_t, const Source*> members;
    for (const Source& source : sources_) {
      if (!source.member) continue;
      members[source.key] = &source;
      const Cell& cell = cells_[order_[source.from]];
      for (const std::uint64_t key : {cell.network, cell.subnet}) ++places[key].members;
      for (const std::uint64_t key : {cell.network, cell.subnet})
        places[key].before = std::min<std::uint32_t>(places[key].before, cell.network_accounts);
    }
    for (const Arrival& a : arrivals_) {
      if (a.time < out_.onset || a.time > closed || a.partial) continue;
      for (const std::uint64_t key : {a.network, a.subnet})
        if (const auto found = places.find(key); found != places.end()) found->second.arrived.push_back(a.account);
    }
    for (auto& [key, place] : places) {
      std::ranges::sort(place.arrived);
      place.arrived.erase(std::ranges::unique(place.arrived).begin(), place.arrived.end());
    }
    // How many would be flagged by their network if nobody had attacked: as many as came there in the days before.
    std::size_t strangers = 0;
    for (const Arrival& a : arrivals_)
      if (a.time < out_.onset - kMargin && a.time + kBaselineDays * kDay >= out_.onset && a.account_known &&
          !a.network_known && !a.agent_known && !a.partial && places.contains(a.network) &&
          places[a.network].before < 3)
        ++strangers;
    const double expected =
        static_cast<double>(strangers) / std::max(base_days_, 1.0) * static_cast<double>(closed - out_.onset) / kDay;
    const bool networks_tell = expected <= kStrangersMax;
    boost::unordered_flat_map<std::uint64_t, std::size_t> entered;
    for (const Arrival& a : arrivals_) {
      if (a.time < out_.onset || a.time > closed) continue;
      Campaign::Entry entry{.account = a.account,
                            .name = candidates_.name(a.account),
                            .address = a.address,
                            .ordinal = a.ordinal,
                            .time = a.time,
                            .partial = a.partial,
                            .legacy = a.legacy};
      if (const auto member = members.find(a.source); member != members.end() && !member->second->benign) {
        for (std::size_t i = member->second->from; i < member->second->to; ++i) {
          const Cell& cell = cells_[order_[i]];
          entry.failed_accounts += cell.account != a.account && cell.first <= a.time;
        }
        entry.grade = entry.failed_accounts ? 1 : 2;
        // A failure or two beside it, on an address of a provider that many here use, and no strange agent: chance.
        if (entry.failed_accounts <= 2 && a.network_accounts >= 3 && (a.agent_known || !a.agent)) entry.grade = 3;
      } else if (places.contains(a.subnet) && places[a.subnet].of_campaign(2)) {
        entry.grade = 2;
      } else if (networks_tell && !a.agent_known && places.contains(a.network) && places[a.network].of_campaign(3)) {
        entry.grade = 2;
      } else if (is_target(a.account) && a.account_known && !a.network_known && a.network_accounts == 0 &&
                 a.time <= out_.end) {
        entry.grade = 3;
      } else {
        continue;
      }
      const auto [at, fresh] = entered.emplace(a.account, out_.entries.size());
      if (fresh) {
        out_.entries.push_back(entry);
      } else if (Campaign::Entry& had = out_.entries[at->second]; had.grade == 3 && entry.grade < 3) {
        had = entry;
      }
    }
    std::ranges::sort(out_.entries, {}, [](const auto& e) { return e.ordinal; });
  }

  const std::vector<Cell>& cells_;
  const std::vector<Arrival>& arrivals_;
  const Candidates& candidates_;
  const Site& site_;
  Campaign& out_;
  Span span_;
  std::int64_t evidence_start_ = INT64_MAX;
  std::vector<std::uint32_t> order_;  // cells by source
  std::vector<Source> sources_, base_;
  Accounts places_, early_hits_;  // subnets that tried an account; failures of it before
  std::uint32_t targets_from_ = 1;
  std::size_t known_targets_ = 0;
  double base_days_ = 0;
  std::array<double, kKinds> expected_{};
  std::array<bool, kKinds> member_kind_{};
};

}  // namespace

void attribute(const Candidates& candidates, const Site& site, Span span, Campaign& campaign) {
  Judge(candidates, site, campaign).judge(span);
}

}  // namespace tocsin::detect
