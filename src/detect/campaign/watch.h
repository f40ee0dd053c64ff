// Watch: does a site see more first-contact failures than it should?
//
// Counts what stands (added, not retracted) in windows of 15 minutes, 1, 6 and 24 hours as min(distinct accounts,
// distinct subnets), and asks of each whether a negative binomial around the frozen baseline would give as many with a
// chance below 1e-6; the overdispersion (r = 5) stands for busy mornings. Slow attacks are met by a CUSUM over the
// hours of the last 16 days, computed anew each hour so that retractions count (Page 1954; Javed & Paxson, CCS 2013,
// for site-wide counts). The baseline is learned two days late, from days without alarm or outage alone, so that an
// attack cannot teach itself in. Bound: 16 days of hours, and at most kStandingMax failures of the last 24 hours; past
// that an alarm stands anyway.
#pragma once
#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <deque>

namespace tocsin::detect {

struct WatchSettings {
  double prior_per_account_day = 0.008;  // unresolved first-contact failures of one active account in a day
  double prior_days = 4;                 // how many days of evidence the prior is worth
  double factor = 1.5;                   // of the baseline that is still ordinary
  double per_novel_success = 0.03;       // failures that go with one success from a network new to its account
  double tail = 1e-6;
  double dispersion = 5;  // r of the negative binomial
  double cusum_limit = 20;
  double cusum_drift = 0.35;  // an hour, beside the baseline
  // In the first days nothing is known of who is always tried (bots on common names): fewer accounts are no alarm.
  double warm_up_days = 4, warm_up_share = 0.05;
  std::size_t warm_up_accounts = 40;
};

class Watch {
 public:
  static constexpr std::array<std::int64_t, 4> kWindows{900, 3600, 6 * 3600, 24 * 3600};
  static constexpr std::size_t kStandingMax = 1 << 16, kHours = 16 * 24;

  explicit Watch(const WatchSettings& settings) : settings_(settings) {}

  // Time passes: expires, closes hours and days. `active` accounts; `learning` is false while an alarm or an outage
  // stands.
  void tick(std::int64_t now, std::size_t active, bool learning);
  // A first-contact failure stands. Returns its number for retract(); 0 if it was not kept.
  std::uint32_t add(std::int64_t now, std::uint64_t account, std::uint64_t subnet);
  void retract(std::uint32_t number);
  void novel_success(std::int64_t now);
  // The window in seconds that is over its limit (0: none), the CUSUM's start included.
  struct Verdict {
    std::int64_t window = 0;  // of the test that spoke, in seconds; 0 for none
    std::int64_t since = 0;   // from when the excess counts
  };
  Verdict verdict() const;
  // Whether the last `hours` hold no more than the baseline lets expect.
  bool quiet(std::size_t hours) const;
  // Forgets what stands, keeps the baseline: an alarm was closed.
  void reset();
  bool warm() const { return static_cast<double>(now_ - start_) >= settings_.warm_up_days * 86400; }
  double per_day() const { return baseline_; }
  std::size_t standing() const { return standing_.size(); }

 private:
  struct Failure {
    std::uint64_t account, subnet;
    std::int64_t time;
    bool stands, hourly;
  };
  struct Window {
    boost::unordered_flat_map<std::uint64_t, std::uint32_t> accounts, subnets;
    std::size_t oldest = 0;          // index into standing_ of the first failure inside
    std::deque<std::int64_t> novel;  // times of novel successes inside
  };
  struct Hour {
    std::int64_t start = 0;
    std::uint32_t failures = 0, novel = 0;
    float expected = 0;
    bool learnable = true;
  };

  void count(Window& window, const Failure& failure, int by);
  double mean(std::size_t window) const;
  void close_day(std::int64_t day);
  Hour& hour_of(std::int64_t now);
  std::size_t floor_of(std::size_t window) const;

  WatchSettings settings_;
  std::deque<Failure> standing_;
  std::uint32_t first_number_ = 1;  // of standing_.front()
  std::array<Window, kWindows.size()> windows_;
  std::deque<Hour> hours_;
  boost::unordered_flat_map<std::uint64_t, bool> hour_accounts_, hour_subnets_;
  double baseline_ = 0, learned_sum_ = 0, learned_days_ = 0;
  std::int64_t now_ = INT64_MIN, day_ = INT64_MIN, start_ = INT64_MIN;
  std::size_t active_ = 0;
};

}  // namespace tocsin::detect
