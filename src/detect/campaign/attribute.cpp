// From candidates to who took part:
//   1. the failures of the days before the alarm's window are the noise; what the window holds beyond it, by kind, is
//      the campaign (likelihood.h). A source whose share is a half or more takes part, unless it failed before;
//   2. the onset and the end are the hours between which the tries of such sources exceed what the days before would
//      have been taken for by most;
// and once more with the onset found. What was taken back by a success of the account counts for nothing.
#include "detect/campaign/attribute.h"

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <cmath>
#include <map>
#include <numeric>
#include <span>
#include <tuple>

#include "detect/campaign/entries.h"
#include "detect/campaign/likelihood.h"
#include "detect/table.h"

namespace tocsin::detect {
namespace {

constexpr std::int64_t kHour = 3600, kDay = 86400;
constexpr std::int64_t kBaselineDays = 13, kMargin = kDay;
constexpr std::uint32_t kQuarter = 6 * 3600;
constexpr double kShareEarly = 0.995;        // where few days before are known
constexpr double kShare = 0.93;              // of doubt there are more innocents than tries to win
constexpr std::uint32_t kStays = 20 * 3600;  // seconds between first and last login of who lives at a place
constexpr std::size_t kSourcesMin = 6, kTargetsMin = 4, kSecondMin = 30;

struct Source {
  std::uint64_t key = 0;
  std::size_t from = 0, to = 0;  // in Judge::order_
  std::uint32_t trace = 0;       // in Judge::now_
  std::uint32_t accounts = 0;
  bool early = false, benign = false, member = false;
};

class Judge {
 public:
  Judge(const Candidates& candidates, const Site& site, const Past& past, Campaign& out)
      : past_(past),
        cells_(candidates.cells()),
        arrivals_(candidates.arrivals()),
        candidates_(candidates),
        site_(site),
        out_(out) {
    order_ = ordered(cells_), past_order_ = ordered(past_.cells);
    for (const std::vector<Cell>* of : {&cells_, &past_.cells})
      for (const Cell& cell : *of) evidence_start_ = std::min<std::int64_t>(evidence_start_, cell.first);
    for (const Arrival& a : arrivals_)
      if (!a.partial) arrived_.emplace_back(a.source, a.account);
    std::ranges::sort(arrived_);
    arrived_.erase(std::ranges::unique(arrived_).begin(), arrived_.end());
    for (const Campaign& campaign : past.campaigns)
      for (const Campaign::Source& source : campaign.sources) named_.insert(source.key);
  }

  void judge(Span span) {
    span_ = span;
    find_members();
    const std::int64_t closed = span_.end;
    span_ = begin_and_end();
    find_members();
    report();
    enter(closed);
  }

 private:
  bool in_span(const Cell& cell) const { return cell.last >= span_.since && cell.first <= span_.end; }
  bool known(const Cell& cell) const { return cell.account_known || site_.knows(cell.account); }

  // Accounts that log in from it; passers-by count where the network serves many.
  // Who came and went may also be who takes part and got in, if fewer than those it failed on.
  std::uint32_t served(const Cell& cell, std::uint32_t failed) const {
    const std::uint32_t count = site_.accounts_of(cell.source);
    std::uint32_t passed = 0;
    for (auto at = std::ranges::lower_bound(arrived_, std::pair{cell.source, std::uint64_t{0}});
         at != arrived_.end() && at->first == cell.source; ++at)
      passed += site_.stay(at->second, cell.source) < kStays;
    return cell.network_accounts >= 3 || passed > failed ? count : count - std::min(passed, count);
  }

  using Order = std::vector<std::uint32_t>;
  static Order ordered(const std::vector<Cell>& cells) {
    Order order(cells.size());
    std::iota(order.begin(), order.end(), 0U);
    std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
      return std::tie(cells[a].source, cells[a].first, a) < std::tie(cells[b].source, cells[b].first, b);
    });
    return order;
  }
  // Calls each(from, to) for the cells of each source.
  template <class Each>
  static void by_source(const std::vector<Cell>& cells, const Order& order, Each each) {
    for (std::size_t at = 0, to; at < order.size(); at = to) {
      for (to = at; to < order.size() && cells[order[to]].source == cells[order[at]].source;) ++to;
      each(at, to);
    }
  }

  // Of the cells of a source that were begun before `until` and not over before `since`; false if none stands.
  bool trace(Traces& traces, std::size_t at, std::size_t to, std::int64_t since, std::int64_t until) const {
    return trace(traces, cells_, {order_.data() + at, to - at}, since, until);
  }
  bool trace(Traces& traces, const std::vector<Cell>& cells, std::span<const std::uint32_t> of, std::int64_t since,
             std::int64_t until) const {
    Trace made;
    made.from = static_cast<std::uint32_t>(traces.tries.size());
    made.crowd = Trace::kCrowds - 1;
    made.network = cells[of.front()].network;
    made.quarter = cells[of.front()].first / kQuarter;
    std::uint32_t most = 0, exist = 0;
    unsigned halved = 0;
    for (const std::uint32_t i : of) {
      const Cell& cell = cells[i];
      if (cell.retracted || cell.last < since || cell.first > until) continue;
      made.crowd = std::min<std::uint8_t>(made.crowd, cell.network_accounts >= 3   ? 2
                                                      : cell.network_accounts >= 1 ? 1
                                                                                   : 0);
      most = std::max(most, cell.tries);
      exist += known(cell);
      halved = cell.halved;
      Tried& tried = traces.tries.emplace_back();
      tried.account = cell.account;
      tried.client = cell.agent ^ (std::uint32_t{cell.service} << 16);
      tried.device = mix(mix(cell.account, tried.client), cell.first / kQuarter);
      tried.group = mix(mix(cell.account, cell.network), cell.first / kDay);
      tried.agent = cell.agent == 0 ? 0 : cell.agent_accounts >= 3 ? 1 : 2;
      // Who lives in the network now did so then, though the evidence had not shown it yet.
      const bool lives = cell.network_known || site_.stay(cell.account, cell.network) >= kStays;
      tried.near = cell.subnet_known ? 2 : lives ? 1 : 0;
      tried.known = known(cell);
    }
    made.to = static_cast<std::uint32_t>(traces.tries.size());
    const std::uint32_t accounts = made.to - made.from;
    if (accounts == 0) return false;
    const std::uint32_t serves = served(cells[of.front()], accounts);
    made.serves = serves >= 3 ? 2 : serves >= 1 ? 1 : 0;
    const unsigned tries = most >= 6 ? 3 : most >= 3 ? 2 : most - 1;
    made.shape = static_cast<std::uint8_t>((accounts >= 4 ? 8 : accounts >= 2 ? 4 : 0) + tries);
    made.names = exist == accounts ? 0 : exist ? 1 : 2;
    // Of a source with more left there were many, and it would have been seen anyhow.
    if (made.names == 2 && accounts == 1) made.stands_for = std::ldexp(1.0, static_cast<int>(halved));
    traces.traces.push_back(made);
    return true;
  }

  void find_members() {
    const std::int64_t base_from = span_.since - kBaselineDays * kDay, base_to = span_.since - kMargin;
    base_days_ = static_cast<double>(base_to - std::max(base_from, evidence_start_)) / kDay;
    base_ = {}, now_ = {};
    sources_.clear();
    boost::unordered_flat_set<std::uint64_t> early;
    by_source(past_.cells, past_order_, [&](std::size_t at, std::size_t to) {
      const std::uint64_t key = past_.cells[past_order_[at]].source;
      if (named_.contains(key)) return;
      if (trace(base_, past_.cells, {past_order_.data() + at, to - at}, base_from, base_to)) early.insert(key);
    });
    by_source(cells_, order_, [&](std::size_t at, std::size_t to) {
      Source source{.key = cells_[order_[at]].source, .from = at, .to = to};
      source.early = early.contains(source.key);
      if (!trace(now_, at, to, span_.since, span_.end)) return;
      source.trace = static_cast<std::uint32_t>(now_.traces.size() - 1);
      source.accounts = now_.traces.back().to - now_.traces.back().from;
      source.benign = now_.traces.back().serves > 0;
      sources_.push_back(source);
    });
    base_.settle(), now_.settle();
    const double active = static_cast<double>(site_.accounts_active());
    const double days = std::max(1.0 / 24, static_cast<double>(span_.end - span_.since) / kDay);
    likelihoods_.clear();
    likelihoods_.emplace_back(base_, base_days_, active).fit(now_, days);
    find_second(active, days);
    targets_.clear();
    for (Source& source : sources_) {
      const Trace& trace = now_.traces[source.trace];
      // Without some days before, who tries names alone that nobody has can't be told from the bots of the internet.
      // A network of few people, and many of them come from this source: an office, or a tool.
      if (trace.serves == Trace::kServes - 1 && trace.crowd < Trace::kCrowds - 1) continue;
      source.member = (trace.names != 2 || base_days_ >= 5) && trace.share >= (base_days_ < 5 ? kShareEarly : kShare) &&
                      (!source.early || source.benign);
      if (!source.member) continue;
      for (std::uint32_t i = trace.from; i < trace.to; ++i) ++targets_[now_.tries[i].account];
    }
  }

  // A campaign may be two in one (a spray, and junk that is to hide it): what the first leaves over is asked again,
  // among sources that look like nobody's.
  void find_second(double active, double days) {
    Traces rest;
    std::vector<std::size_t> of;
    for (std::size_t k = 0; k < now_.traces.size(); ++k) {
      Trace trace = now_.traces[k];
      if (trace.share >= kShare || trace.crowd == Trace::kCrowds - 1 || trace.names == 2) continue;
      trace.from = static_cast<std::uint32_t>(rest.tries.size());
      rest.tries.insert(rest.tries.end(), now_.tries.begin() + now_.traces[k].from,
                        now_.tries.begin() + now_.traces[k].to);
      trace.to = static_cast<std::uint32_t>(rest.tries.size());
      rest.traces.push_back(trace);
      of.push_back(k);
    }
    if (of.size() < kSecondMin) return;
    likelihoods_.emplace_back(base_, base_days_, active).fit(rest, days);
    for (std::size_t k = 0; k < of.size(); ++k) now_.traces[of[k]].share = rest.traces[k].share;
  }

  // The span of hours whose tries of members exceed what the days before would have been taken for by most.
  Span begin_and_end() const {
    const std::int64_t from = std::max(span_.since - Candidates::kKeepDays * kDay, evidence_start_);
    std::vector<std::uint32_t> hours(static_cast<std::size_t>((span_.end - from) / kHour + 1));
    double within = 0, alike = 0.5;
    Traces before;
    std::vector<std::pair<std::size_t, std::size_t>> places;
    by_source(cells_, order_, [&](std::size_t at, std::size_t to) {
      if (trace(before, at, to, from, span_.end)) places.emplace_back(at, to);
    });
    before.settle();
    for (std::size_t k = 0; k < places.size(); ++k) {
      if (std::ranges::none_of(likelihoods_,
                               [&](const Likelihood& one) { return one.share(before, before.traces[k]) >= kShare; }))
        continue;
      for (std::size_t i = places[k].first; i < places[k].second; ++i) {
        const Cell& cell = cells_[order_[i]];
        if (cell.retracted || cell.first < from || cell.first > span_.end) continue;
        ++hours[static_cast<std::size_t>((cell.first - from) / kHour)];
        within += cell.first >= span_.since;
        alike += cell.first < span_.since - kMargin;
      }
    }
    const double noise = alike / std::max(24.0, static_cast<double>(span_.since - kMargin - from) / kHour);
    const double rate = within / std::max(1.0, static_cast<double>(span_.end - span_.since) / kHour);
    const double drift = std::min(2 * noise, 0.5 * rate) + 0.05 * rate + 0.02;
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
      // Who asked before it began and goes on after its end (a device) moves neither.
      out_.onset = std::min(out_.onset, std::max(made.first, static_cast<std::uint32_t>(span_.since)));
      out_.end = std::max(out_.end, std::min(made.last, static_cast<std::uint32_t>(span_.end)));
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

  void enter(std::int64_t closed) {
    if (out_.sources.empty()) return;
    Siege siege;
    siege.onset = out_.onset, siege.end = out_.end, siege.closed = closed;
    // In the first days everybody's own places are new.
    const std::int64_t settled = evidence_start_ + std::min(4 * kDay, (siege.onset - evidence_start_) / 2);
    siege.quiet_from = std::max(siege.onset - kBaselineDays * kDay, settled);
    for (const Source& source : sources_) {
      if (!source.member) continue;
      Participant& made = siege.participants.emplace_back();
      made.source = source.key;
      made.serves = source.benign;
      for (std::size_t i = source.from; i < source.to; ++i) made.cells.push_back(&cells_[order_[i]]);
    }
    out_.entries = find_entries(siege, candidates_);
  }

  const Past& past_;
  const std::vector<Cell>& cells_;
  const std::vector<Arrival>& arrivals_;
  const Candidates& candidates_;
  const Site& site_;
  Campaign& out_;
  Span span_;
  std::int64_t evidence_start_ = INT64_MAX;
  Order order_, past_order_;                                      // cells by source
  std::vector<std::pair<std::uint64_t, std::uint64_t>> arrived_;  // source, account
  boost::unordered_flat_set<std::uint64_t> named_;                // sources of campaigns before
  std::vector<Source> sources_;
  Traces base_, now_;
  std::vector<Likelihood> likelihoods_;
  boost::unordered_flat_map<std::uint64_t, std::uint32_t> targets_;  // sources that take part, of each account
  double base_days_ = 0;
};

}  // namespace

void attribute(const Candidates& candidates, const Site& site, const Past& past, Span span, Campaign& campaign) {
  Judge(candidates, site, past, campaign).judge(span);
}

}  // namespace tocsin::detect
