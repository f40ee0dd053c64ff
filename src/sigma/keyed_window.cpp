#include "sigma/keyed_window.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "sigma/correlate.h"
#include "sigma/naive.h"

namespace tocsin::sigma {
namespace {

using Type = Correlation::Type;

// Unknown times are never in a window, so the earliest time means "no chain yet".
constexpr Time kNever = Time::none();

bool counts_values(const Correlation& rule) {
  return rule.type == Type::value_count || (rule.type == Type::value_percentile && !rule.percentile);
}

}  // namespace

void Members::add(const Member& member) {
  if (count == 0 || member.time < first) first = member.time;
  if (count == 0 || member.time > last) last = member.time;
  ++count;
  kept.push_back(member);
  if (kept.size() >= 4 * CorrelationFinding::kEventsMax) trim();
}

void Members::add(const Members& others) {
  if (others.count == 0) return;
  if (count == 0 || others.first < first) first = others.first;
  if (count == 0 || others.last > last) last = others.last;
  count += others.count;
  kept.insert(kept.end(), others.kept.begin(), others.kept.end());
  if (kept.size() >= 4 * CorrelationFinding::kEventsMax) trim();
}

void Members::trim() {
  std::stable_sort(kept.begin(), kept.end(), [](const Member& a, const Member& b) { return a.time < b.time; });
  std::vector<Member> once;
  for (const Member& member : kept) {
    if (once.size() == CorrelationFinding::kEventsMax) break;
    if (std::find_if(once.begin(), once.end(), [&](const Member& m) { return m.event == member.event; }) == once.end())
      once.push_back(member);
  }
  // One event may come in by several inputs; while all are kept, they are counted once.
  if (kept.size() == count && once.size() < CorrelationFinding::kEventsMax) count = once.size();
  kept = std::move(once);
}

KeyedWindow::KeyedWindow(const Correlation& rule, const std::vector<Term>& terms) : rule_(&rule), terms_(&terms) {
  if (rule.type == Type::temporal || rule.type == Type::temporal_ordered) present_.resize(rule.inputs.size());
  if (rule.type == Type::temporal_ordered)
    for (const Term& term : terms) {
      const std::vector<Time> none(term.wanted.size(), kNever);
      progress_.push_back({none, none});
    }
}

void KeyedWindow::enter(std::uint32_t input, std::uint64_t value) {
  if (!present_.empty()) ++present_[input];
  if (counts_values(*rule_)) ++values_[value];
  const double number = std::bit_cast<double>(value);
  if (rule_->type == Type::value_sum || rule_->type == Type::value_avg) sum_ += number;
  if (rule_->percentile) sorted_.insert(std::upper_bound(sorted_.begin(), sorted_.end(), number), number);
}

void KeyedWindow::leave(std::uint32_t input, std::uint64_t value) {
  if (!present_.empty()) --present_[input];
  if (counts_values(*rule_))
    if (const auto found = values_.find(value); --found->second == 0) values_.erase(found);
  const double number = std::bit_cast<double>(value);
  if (rule_->type == Type::value_sum || rule_->type == Type::value_avg) sum_ -= number;
  if (rule_->percentile) sorted_.erase(std::lower_bound(sorted_.begin(), sorted_.end(), number));
  if (size() == 0) sum_ = 0;  // what rounding left
}

void KeyedWindow::expire(Time before) {
  while (head_ < entries_.size() && entries_[head_].time < before) {
    const Entry entry = entries_[head_++];
    leave(entry.input, entry.value);
  }
  if (head_ > 32 && head_ > entries_.size() / 2) {
    entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(head_));
    collected_ -= std::min(collected_, head_);
    head_ = 0;
    if (entries_.capacity() > 4 * entries_.size() + 64) entries_.shrink_to_fit();
  }
  for (std::size_t i = chained_.size(); i-- > 0;) {
    if (!(chained_[i].last < before)) continue;
    const Chained gone = std::move(chained_[i]);
    chained_.erase(chained_.begin() + static_cast<std::ptrdiff_t>(i));
    leave(gone.input, gone.value);
  }
}

std::size_t KeyedWindow::cut(std::size_t most) {
  std::size_t gone = 0;
  for (; entries_.size() - head_ > most; ++gone) {
    const Entry entry = entries_[head_++];
    leave(entry.input, entry.value);
  }
  const std::size_t chained_most = std::min<std::size_t>(most, 1000);
  for (; chained_.size() > chained_most; ++gone) {
    const Chained oldest = std::move(chained_.front());
    chained_.erase(chained_.begin());
    leave(oldest.input, oldest.value);
  }
  return gone;
}

void KeyedWindow::insert(const Arrival& arrival) {
  advance(arrival);
  if (arrival.news != nullptr) {
    const auto known =
        std::find_if(chained_.begin(), chained_.end(), [&](const Chained& c) { return c.serial == arrival.serial; });
    if (known != chained_.end()) {
      known->members.add(*arrival.news);
      known->last = arrival.time;
      return;
    }
    chained_.push_back({*arrival.news, arrival.serial, arrival.value, arrival.time, arrival.input, 0});
  } else {
    // An event that met several of the rules is counted once.
    if (present_.empty() && entries_.size() > head_ && entries_.back().event == arrival.event &&
        entries_.back().value == arrival.value)
      return;
    entries_.push_back({arrival.time, arrival.event, arrival.value, arrival.input});
  }
  enter(arrival.input, arrival.value);
}

// An event can't follow itself: what it completed is not there yet for its other rules.
void KeyedWindow::advance(const Arrival& arrival) {
  if (progress_.empty()) return;
  const bool same_event = progressed_ && progress_event_ == arrival.event;
  progressed_ = true;
  progress_event_ = arrival.event;
  for (std::size_t i = 0; i < progress_.size(); ++i) {
    Progress& progress = progress_[i];
    if (!same_event) progress.before = progress.now;
    const std::vector<std::uint32_t>& wanted = (*terms_)[i].wanted;
    const auto at = std::lower_bound(wanted.begin(), wanted.end(), arrival.input);
    if (at == wanted.end() || *at != arrival.input) continue;
    const auto step = static_cast<std::size_t>(at - wanted.begin());
    const Time start = step == 0 ? arrival.time : progress.before[step - 1];
    progress.now[step] = std::max(progress.now[step], start);
  }
}

std::uint64_t KeyedWindow::terms_holding(Time window_start) const {
  std::uint64_t out = 0;
  for (std::size_t i = 0; i < terms_->size(); ++i) {
    const Term& term = (*terms_)[i];
    const auto occurs = [&](std::uint32_t input) { return present_[input] > 0; };
    bool holds = !occurs_any(term.unwanted);
    if (progress_.empty()) {
      holds = holds && std::all_of(term.wanted.begin(), term.wanted.end(), occurs);
    } else {
      holds = holds && progress_[i].now.back().known() && !(progress_[i].now.back() < window_start);
    }
    if (holds) out |= 1ULL << i;
  }
  return out;
}

bool KeyedWindow::occurs_any(const std::vector<std::uint32_t>& inputs) const {
  return std::any_of(inputs.begin(), inputs.end(), [&](std::uint32_t input) { return present_[input] > 0; });
}

// Nearest rank: the smallest value that has at least that many percent of all at or below it.
double KeyedWindow::percentile() const {
  if (sorted_.empty()) return 0;
  const double rank = std::ceil(*rule_->percentile / 100 * static_cast<double>(sorted_.size()));
  return sorted_[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
}

bool KeyedWindow::holds(const Arrival& arrival, Time window_start, double& measure) {
  switch (rule_->type) {
    case Type::event_count:
      measure = static_cast<double>(size());
      break;
    case Type::value_count:
      measure = static_cast<double>(values_.size());
      break;
    case Type::value_sum:
      measure = static_cast<double>(sum_);
      break;
    case Type::value_avg:
      measure = static_cast<double>(sum_ / static_cast<long double>(std::max<std::size_t>(size(), 1)));
      break;
    case Type::value_percentile:
      if (rule_->percentile) {
        measure = percentile();
      } else {
        const auto found = values_.find(arrival.value);
        measure =
            found == values_.end() ? 0 : 100.0 * found->second / static_cast<double>(std::max<std::size_t>(size(), 1));
      }
      break;
    case Type::temporal:
    case Type::temporal_ordered: {
      std::size_t inputs = 0;
      for (const std::uint32_t count : present_) inputs += count > 0;
      measure = static_cast<double>(inputs);
      if (rule_->type == Type::temporal_ordered || !rule_->condition.empty() || rule_->bounds.empty())
        return terms_holding(window_start) != 0;
      break;
    }
  }
  return std::all_of(rule_->bounds.begin(), rule_->bounds.end(),
                     [&](const Correlation::Bound& bound) { return sigma::holds(bound.order, measure, bound.number); });
}

Members KeyedWindow::collect() {
  Members out;
  std::optional<std::uint64_t> before;
  for (std::size_t i = std::max(head_, collected_); i < entries_.size(); ++i) {
    if (before != entries_[i].event) out.add(Member{entries_[i].time, entries_[i].event});
    before = entries_[i].event;
  }
  collected_ = entries_.size();
  for (Chained& chained : chained_) {
    if (chained.collected == chained.members.count) continue;
    if (chained.collected == 0) {
      out.add(chained.members);
    } else {
      // Its first events are known already; the later ones are counted, and shown while there is room.
      Members later = chained.members;
      later.count -= chained.collected;
      out.add(later);
    }
    chained.collected = chained.members.count;
  }
  return out;
}

void KeyedWindow::collect_anew() {
  collected_ = head_;
  for (Chained& chained : chained_) chained.collected = 0;
}

std::size_t KeyedWindow::memory() const {
  std::size_t sum = sizeof(KeyedWindow) + entries_.capacity() * sizeof(Entry) + present_.capacity() * 4 +
                    values_.size() * 48 + sorted_.capacity() * 8;
  for (const Progress& progress : progress_) sum += sizeof progress + 2 * progress.now.size() * sizeof(Time);
  for (const Chained& chained : chained_) sum += sizeof chained + chained.members.kept.capacity() * sizeof(Member);
  return sum;
}

}  // namespace tocsin::sigma
