#include "detect/campaign/watch.h"

#include <algorithm>
#include <cmath>

namespace tocsin::detect {
namespace {

constexpr std::int64_t kHour = 3600, kDay = 86400;
// A window is asked only from this many on, whatever the baseline; scaled down for sites of fewer than 100 accounts.
constexpr std::array<std::size_t, 4> kFloors{6, 7, 10, 16};

std::int64_t hour_start(std::int64_t t) { return t - ((t % kHour) + kHour) % kHour; }
std::int64_t day_of(std::int64_t t) { return (t - ((t % kDay) + kDay) % kDay) / kDay; }

// P(X >= k) for a negative binomial of mean m and size r.
double tail(std::size_t k, double m, double r) {
  if (m <= 0) return k > 0 ? 0 : 1;
  const double p = r / (r + m);
  double mass = std::pow(p, r), below = 0;
  for (std::size_t i = 0; i < k; ++i) {
    below += mass;
    mass *= (1 - p) * (static_cast<double>(i) + r) / (static_cast<double>(i) + 1);
  }
  if (1 - below > 1e-9) return 1 - below;
  // Cancelled: the terms themselves, which fall geometrically past the mean.
  double sum = 0;
  for (std::size_t i = k; i < k + 400 && mass > 0; ++i) {
    sum += mass;
    mass *= (1 - p) * (static_cast<double>(i) + r) / (static_cast<double>(i) + 1);
  }
  return sum;
}

}  // namespace

Watch::Hour& Watch::hour_of(std::int64_t now) {
  const std::int64_t start = hour_start(now);
  if (hours_.empty() || start - hours_.back().start > static_cast<std::int64_t>(kHours) * kHour) {
    hours_.assign(1, Hour{.start = start});
    return hours_.back();
  }
  while (hours_.back().start < start) hours_.push_back({.start = hours_.back().start + kHour});
  while (hours_.size() > kHours) hours_.pop_front();
  const std::int64_t back = (hours_.back().start - start) / kHour;
  if (back >= static_cast<std::int64_t>(hours_.size())) return hours_.front();
  return hours_[hours_.size() - 1 - static_cast<std::size_t>(back)];
}

void Watch::tick(std::int64_t now, std::size_t active, bool learning) {
  active_ = active;
  if (start_ == INT64_MIN) start_ = now;
  const double prior = settings_.prior_per_account_day * static_cast<double>(std::max<std::size_t>(active, 50));
  baseline_ = (prior * settings_.prior_days + learned_sum_) / (settings_.prior_days + learned_days_);
  if (now_ == INT64_MIN || hour_start(now) != hour_start(now_)) {
    hour_accounts_.clear(), hour_subnets_.clear();
    hour_of(now).expected = static_cast<float>(baseline_ / 24);
  }
  Hour& hour = hour_of(now);
  if (!learning) hour.learnable = false;
  if (day_ != day_of(now)) {
    if (day_ != INT64_MIN)
      for (std::int64_t day = std::max(day_, day_of(now) - 4); day < day_of(now); ++day) close_day(day - 1);
    day_ = day_of(now);
  }
  now_ = now;
  for (std::size_t w = 0; w < kWindows.size(); ++w) {
    Window& window = windows_[w];
    while (window.oldest < standing_.size() && standing_[window.oldest].time <= now - kWindows[w])
      count(window, standing_[window.oldest++], -1);
    while (!window.novel.empty() && window.novel.front() <= now - kWindows[w]) window.novel.pop_front();
  }
  // The last window is the longest: what it has left behind is in none.
  while (windows_.back().oldest > 0) {
    standing_.pop_front(), ++first_number_;
    for (Window& window : windows_) --window.oldest;
  }
}

void Watch::count(Window& window, const Failure& failure, int by) {
  if (!failure.stands) return;
  for (auto [map, key] : {std::pair{&window.accounts, failure.account}, {&window.subnets, failure.subnet}}) {
    auto& n = (*map)[key];
    n = static_cast<std::uint32_t>(static_cast<int>(n) + by);
    if (n == 0) map->erase(key);
  }
}

std::uint32_t Watch::add(std::int64_t now, std::uint64_t account, std::uint64_t subnet) {
  if (standing_.size() >= kStandingMax) return 0;
  Failure failure{account, subnet, now, true, false};
  if (!hour_accounts_.contains(account) && !hour_subnets_.contains(subnet)) {
    hour_accounts_[account] = hour_subnets_[subnet] = true;
    failure.hourly = true;
    ++hour_of(now).failures;
  }
  for (Window& window : windows_) count(window, failure, +1);
  standing_.push_back(failure);
  return first_number_ + static_cast<std::uint32_t>(standing_.size()) - 1;
}

void Watch::retract(std::uint32_t number) {
  if (number < first_number_ || number >= first_number_ + standing_.size()) return;
  const std::size_t index = number - first_number_;
  Failure& failure = standing_[index];
  if (!failure.stands) return;
  for (Window& window : windows_)
    if (index >= window.oldest) count(window, failure, -1);
  failure.stands = false;
  if (failure.hourly) {
    Hour& hour = hour_of(failure.time);
    if (hour.failures > 0) --hour.failures;
  }
}

void Watch::novel_success(std::int64_t now) {
  ++hour_of(now).novel;
  for (Window& window : windows_)
    if (window.novel.size() < kStandingMax) window.novel.push_back(now);
}

double Watch::mean(std::size_t w) const {
  const double days = static_cast<double>(kWindows[w]) / kDay;
  return settings_.factor * baseline_ * days +
         settings_.per_novel_success * static_cast<double>(windows_[w].novel.size());
}

std::size_t Watch::floor_of(std::size_t w) const {
  return std::max<std::size_t>(4, active_ >= 100 ? kFloors[w] : kFloors[w] * std::max<std::size_t>(active_, 50) / 100);
}

Watch::Verdict Watch::verdict() const {
  const auto few = std::max(settings_.warm_up_accounts,
                            static_cast<std::size_t>(settings_.warm_up_share * static_cast<double>(active_)));
  for (std::size_t w = 0; w < kWindows.size(); ++w) {
    const std::size_t n = std::min(windows_[w].accounts.size(), windows_[w].subnets.size());
    if (n < floor_of(w)) continue;
    if (!warm() && n < few) continue;
    if (tail(n, mean(w), settings_.dispersion) < settings_.tail) return {kWindows[w], now_ - kWindows[w]};
  }
  if (!warm()) return {};
  double sum = 0;
  std::int64_t since = 0;
  for (const Hour& hour : hours_) {
    if (static_cast<double>(hour.start - start_) < settings_.warm_up_days * kDay) continue;
    if (sum == 0) since = hour.start;
    sum += hour.failures - settings_.factor * static_cast<double>(hour.expected) -
           settings_.per_novel_success * hour.novel - settings_.cusum_drift;
    sum = std::max(sum, 0.0);
  }
  if (sum >= settings_.cusum_limit) return {now_ - since, since};
  return {};
}

bool Watch::quiet(std::size_t count) const {
  double seen = 0, expected = 0;
  const std::size_t from = hours_.size() > count ? hours_.size() - count : 0;
  for (std::size_t i = from; i < hours_.size(); ++i) {
    seen += hours_[i].failures;
    expected += baseline_ / 24 * settings_.factor + settings_.per_novel_success * hours_[i].novel;
  }
  return seen <= expected + 2 * std::sqrt(expected) + 3;
}

void Watch::reset() {
  first_number_ += static_cast<std::uint32_t>(standing_.size());
  standing_.clear();
  for (Window& window : windows_) window.accounts.clear(), window.subnets.clear(), window.oldest = 0;
  for (Hour& hour : hours_) hour.failures = 0, hour.learnable = false;
}

void Watch::close_day(std::int64_t day) {
  // Who is always tried isn't known yet on the first three days, and counts.
  if (day < day_of(start_) + 3) return;
  double sum = 0;
  std::size_t known = 0;
  for (const Hour& hour : hours_) {
    if (day_of(hour.start) != day) continue;
    if (!hour.learnable) return;
    sum += hour.failures, ++known;
  }
  if (known == 0) return;
  // No day teaches more than twice what is believed, and old days fade: three weeks of memory.
  sum = std::min(sum, 2 * baseline_ + 4);
  learned_sum_ = learned_sum_ * 20 / 21 + sum;
  learned_days_ = learned_days_ * 20 / 21 + 1;
}

}  // namespace tocsin::detect
