#include "detect/campaign/tracker.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <tuple>

#include "detect/campaign/attribute.h"

namespace tocsin::detect {
namespace {

constexpr std::int64_t kHour = 3600, kDay = 86400;
constexpr std::uint8_t kBusySource = 3;          // accounts: a source that serves so many is nobody's own
constexpr std::int64_t kStaleSpan = 12 * kHour;  // three failures at home within it: a stale password
constexpr int kChronicDays = 3, kChronicSpan = 14;
constexpr std::size_t kChronicMax = 40;  // accounts, or a twenty-fifth: more chronic ones are a campaign themselves
constexpr std::uint32_t kRepeats = 3;    // tries of one source on one account
constexpr std::uint32_t kHammer = 13;    // … which nobody but a device goes on with
constexpr std::size_t kHotNetworks = 3, kHotAccounts = 10;
constexpr std::int64_t kQuietHours = 96;
constexpr double kFade = 900;  // seconds, of the outage guard
constexpr std::size_t kOwnMax = 100000, kFrozenMax = 50000;

// With those of three tries and more, which devices make as well.
constexpr WatchSettings kAllSettings{.prior_per_account_day = 0.012};

// From networks where nobody ever logged in: few, and hardly any of people.
constexpr WatchSettings kStrangerSettings{.prior_per_account_day = 0.003, .per_novel_success = 0.01};

// While most logins fail, honest people fail from new places as well: nothing below a fortieth of the accounts counts.
constexpr WatchSettings kOutageSettings{.warm_up_days = 1e6, .warm_up_share = 0.025, .warm_up_accounts = 25};

}  // namespace

Tracker::Tracker(const Site& site, const Networks& networks, std::size_t memory)
    : site_(site),
      networks_(networks),
      candidates_(memory),
      singles_({}),
      all_(kAllSettings),
      strangers_(kStrangerSettings),
      in_outage_(kOutageSettings),
      own_(kOwnMax) {}

void Tracker::feed(const Sighting& seen) {
  if (!seen.account || !seen.source) return;
  const Login& login = seen.activity.login;
  if (login.source_grade > Provenance::peer || login.user_grade == Provenance::ambiguous) return;
  if (last_ != seen.time) {
    last_ = seen.time;
    if (seen.time / 60 != ticked_) tick(seen.time);
  }
  if (login.outcome == Outcome::success)
    succeeded(seen);
  else if (login.outcome == Outcome::failure)
    failed(seen);
}

void Tracker::tick(std::int64_t now) {
  ticked_ = now / 60;
  const bool learning = !alarm_ && now >= outage_until_;
  singles_.tick(now, site_.accounts_active(), learning);
  all_.tick(now, site_.accounts_active(), learning);
  strangers_.tick(now, site_.accounts_active(), learning);
  in_outage_.tick(now, site_.accounts_active(), false);
  if (now / kDay != day_) {
    day_ = now / kDay;
    renew_chronic(static_cast<std::int32_t>(day_));
    candidates_.expire(now, alarm_.has_value());
  }
  if (now / kHour == hour_) return;
  hour_ = now / kHour;
  erase_if(hot_, [&](const auto& entry) { return entry.second + kDay < now; });
  if (alarm_ && now - alarm_->time > kQuietHours * kHour && singles_.quiet(kQuietHours) && all_.quiet(kQuietHours) &&
      strangers_.quiet(kQuietHours))
    close(now);
}

void Tracker::weigh_outage(std::int64_t now, bool failure) {
  if (now > outage_time_) {
    const double keep = std::exp(-static_cast<double>(now - outage_time_) / kFade);
    known_all_ *= keep, known_failed_ *= keep;
    outage_time_ = now;
  }
  known_all_ += 1, known_failed_ += failure;
  if (failure && outage()) outage_until_ = now + kHour / 2;
}

bool Tracker::stale(const Sighting& seen) {
  const Own* own = own_.find(seen.account);
  if (!own) return false;
  const std::uint32_t limit = Table<int>::seconds32(seen.time - kStaleSpan);
  return std::ranges::all_of(own->times, [&](std::uint32_t t) { return t > limit; });
}

bool Tracker::often_hit(std::uint64_t account, std::int32_t day) const {
  const auto found = hits_.find(account);
  if (found == hits_.end()) return false;
  const std::int32_t past = day - found->second.day;
  if (past < 0 || past >= kChronicSpan) return false;
  // Days before today alone.
  const std::uint64_t mask =
      (std::uint64_t{found->second.mask} << past) & ((1U << kChronicSpan) - 1) & ~std::uint64_t{1};
  return std::popcount(mask) >= kChronicDays;
}

// Those hit on most days and most often, as many as are believed to be bots' favourites; more are a campaign's targets.
// Who was chronic yesterday comes first: an attack can't push the favourites out.
void Tracker::renew_chronic(std::int32_t day) {
  std::vector<std::tuple<int, std::int64_t, std::uint64_t>> often;
  for (const auto& [account, hits] : hits_)
    if (often_hit(account, day))
      often.emplace_back(-std::popcount(hits.mask) - (chronic_.contains(account) ? 3 : 0), -std::int64_t{hits.total},
                         account);
  std::ranges::sort(often);
  often.resize(std::min(often.size(), std::max(kChronicMax, site_.accounts_active() / 25)));
  chronic_.clear();
  for (const auto& [days, total, account] : often) chronic_.insert(account);
}

void Tracker::note_hit(std::uint64_t account, std::int32_t day) {
  Hits& hits = hits_[account];
  const std::int32_t past = day - hits.day;
  hits.mask = past >= 32 ? 0 : hits.mask << std::max(past, 0);
  hits.mask |= 1;
  ++hits.total;
  hits.day = day;
}

void Tracker::note_hot(std::uint64_t account, std::int64_t now) {
  std::uint64_t networks[kHotNetworks];
  std::size_t count = 0;
  candidates_.recent(account, now, kDay, [&](const Cell& cell) {
    if (!cell.counted || cell.retracted || static_cast<std::int64_t>(cell.first) + kDay < now) return false;
    if (std::find(networks, networks + count, cell.network) == networks + count) networks[count++] = cell.network;
    return count == kHotNetworks;
  });
  if (count == kHotNetworks) hot_[account] = now;
}

void Tracker::failed(const Sighting& seen) {
  const Login& login = seen.activity.login;
  switch (login.reason) {
    case LoginReason::unavailable:
      return;
    case LoginReason::mfa_required:
    case LoginReason::mfa_denied:
    case LoginReason::expired:
      if (!seen.subnet_known) candidates_.arrival(seen, true);
      return;
    default:
      break;
  }
  bool own_failure = false;
  if (seen.network_known) {
    weigh_outage(seen.time, true);
    own_failure = seen.agent_known || login.user_agent.empty();
  }
  if (own_failure) {
    Own& own = own_.touch(seen.account, seen.time);
    own.times[0] = own.times[1], own.times[1] = own.times[2];
    own.times[2] = Table<int>::seconds32(seen.time);
  }
  if (seen.source_known) return;

  const auto day = static_cast<std::int32_t>(day_);
  bool fresh = false;
  Cell& cell = candidates_.failure(seen, fresh);
  cell.own |= own_failure;
  if (own_failure && stale(seen))
    candidates_.recent(seen.account, seen.time, kStaleSpan,
                       [](Cell& mine) { return mine.retracted |= mine.own, false; });
  // New within a subnet of the account's own: it counts as part of what else the source does.
  if (fresh && seen.subnet_known) return;
  if (fresh) {
    if (!seen.account_known || seen.network_known || seen.source_accounts >= kBusySource) return;
    bool again = false;
    candidates_.recent(seen.account, seen.time, 7 * kDay,
                       [&](const Cell& of) { return again = of.network == seen.network && of.source != seen.source; });
    if (again || stale(seen)) return;
    if (seen.time < outage_until_) {
      in_outage_.add(seen.time, seen.account, seen.subnet);
      if (!alarm_) ask(seen);
      return;
    }
    if (!alarm_) note_hit(seen.account, day);
    if (chronic_.contains(seen.account)) return;
    cell.counted = true;
    cell.watched = singles_.add(seen.time, seen.account, seen.subnet);
    cell.watched_all = all_.add(seen.time, seen.account, seen.subnet);
    if (seen.network_accounts == 0) cell.watched_strange = strangers_.add(seen.time, seen.account, seen.subnet);
    note_hot(seen.account, seen.time);
    if (!alarm_) ask(seen);
    return;
  }
  if (!cell.counted || cell.retracted) return;
  if (cell.tries >= kRepeats) singles_.retract(cell.watched);
  if (cell.tries >= kHammer) all_.retract(cell.watched_all), strangers_.retract(cell.watched_strange);
}

void Tracker::succeeded(const Sighting& seen) {
  if (seen.network_known) weigh_outage(seen.time, false);
  candidates_.recent(seen.account, seen.time, kDay, [&](Cell& cell) {
    if (cell.retracted) return false;
    const bool same_network = !cell.network_known && cell.network == seen.network &&
                              static_cast<std::int64_t>(cell.last) + kHour / 2 >= seen.time;
    // Who is at home in the subnet logs in there anyway: what takes the failure back is the same address.
    const bool same_subnet = cell.subnet_known ? cell.source == seen.source : cell.subnet == seen.subnet;
    if (!same_subnet && !same_network) return false;
    cell.retracted = true;
    if (!cell.counted) return false;
    if (const auto hits = hits_.find(cell.account); hits != hits_.end())
      if (const auto past = static_cast<std::int64_t>(hits->second.day) - cell.first / kDay; past >= 0 && past < 32)
        hits->second.mask &= ~(1U << past);
    singles_.retract(cell.watched), all_.retract(cell.watched_all), strangers_.retract(cell.watched_strange);
    return false;
  });
  if (seen.subnet_known) return;
  candidates_.arrival(seen, false);
  if (!seen.account_known || seen.network_known) return;
  for (Watch* watch : {&singles_, &all_, &strangers_}) watch->novel_success(seen.time);
}

void Tracker::ask(const Sighting& seen) {
  Watch::Verdict verdict = singles_.verdict();
  if (!verdict.window) verdict = all_.verdict();
  if (!verdict.window) verdict = strangers_.verdict();
  if (!verdict.window && seen.time < outage_until_) verdict = in_outage_.verdict();
  if (!verdict.window && singles_.warm()) {
    const std::size_t active = site_.accounts_active();
    const std::size_t limit = active >= 40 ? kHotAccounts : std::max<std::size_t>(4, active / 4);
    if (hot_.size() >= limit) verdict = {kDay, seen.time - kDay};
  }
  if (!verdict.window) return;
  alarm_ = Alarm{seen.ordinal, seen.time, verdict.window, verdict.since};
  frozen_ = candidates_.sample(kFrozenMax);
  dropped_ = candidates_.dropped();
}

// Those of before the alarm, from what still stands as long as nothing was pushed out.
std::vector<Cell> Tracker::past_cells() {
  if (candidates_.dropped() != dropped_) return std::move(frozen_);
  return candidates_.cells();
}

void Tracker::close(std::int64_t now) {
  Campaign campaign;
  campaign.alarm = alarm_->ordinal;
  campaign.alarm_time = Table<int>::seconds32(alarm_->time);
  campaign.window = alarm_->window;
  campaign.expected_per_day = singles_.per_day() + all_.per_day();
  attribute(candidates_, site_, {.cells = past_cells(), .campaigns = campaigns_}, {alarm_->since, now}, campaign);
  frozen_.clear();
  if (!campaign.sources.empty()) campaigns_.push_back(std::move(campaign));
  alarm_.reset();
  singles_.reset(), all_.reset(), strangers_.reset(), in_outage_.reset();
  hot_.clear();
}

void Tracker::finish() {
  if (alarm_) close(last_);
}

}  // namespace tocsin::detect
