#include "detect/episodes.h"

#include <algorithm>

namespace tocsin::detect {
namespace {

constexpr std::int64_t kGap = 86400;  // without a try, after which an episode is over

}  // namespace

std::size_t Episode::entered() const {
  return static_cast<std::size_t>(std::ranges::count_if(accounts, [](const auto& a) { return a.second.entered; }));
}
std::size_t Episode::missing() const {
  return static_cast<std::size_t>(std::ranges::count_if(accounts, [](const auto& a) { return a.second.missing; }));
}

void Episodes::gather(Episode& episode, const Sighting& seen) {
  const Login& login = seen.activity.login;
  episode.tries += login.count;
  episode.last = seen.time;
  if (episode.ordinals.size() < 100) episode.ordinals.push_back(seen.ordinal);
  auto account = episode.accounts.find(seen.account);
  if (account == episode.accounts.end() && seen.account && episode.accounts.size() < kListed)
    account = episode.accounts.emplace(seen.account, Episode::Account{}).first;
  if (account != episode.accounts.end()) {
    Episode::Account& entry = account->second;
    if (entry.name.empty()) entry.name = seen.user.substr(0, 128);
    entry.tries += login.count;
    entry.known |= seen.account_known;
    entry.missing |= login.reason == LoginReason::unknown_user && !seen.account_known;
  } else if (seen.account) {
    ++episode.dropped;
  }
  if (seen.source && episode.sources.size() < kListed) episode.sources.emplace(seen.source, seen.address);
}

bool Episodes::pour(std::uint64_t key, const Sighting& seen, double ease) {
  if (!key) return false;
  Bucket& bucket = buckets_.touch(key, seen.time);
  const std::uint32_t now = Table<int>::seconds32(seen.time);
  if (bucket.episode) {
    Episode& episode = episodes_[bucket.episode - 1];
    if (seen.time - episode.last <= kGap) {
      gather(episode, seen);
      return true;
    }
    bucket = Bucket{};
  }
  const double leaked = bucket.last ? (now - bucket.last) / settings_.leak_seconds : 0;
  if (leaked >= static_cast<double>(bucket.level)) {
    bucket.level = 0, bucket.first = now, bucket.tries = 0;
    bucket.accounts_at = bucket.ordinals_count = 0;
    std::ranges::fill(bucket.accounts, std::uint64_t{0});
  } else {
    bucket.level -= static_cast<float>(leaked);
  }
  bucket.last = now;
  bucket.tries += seen.activity.login.count;
  const bool had = std::ranges::find(bucket.accounts, seen.account) != std::end(bucket.accounts);
  if (!had) {
    const unsigned slot = bucket.accounts_at++ % kPending;
    bucket.accounts[slot] = seen.account;
    const bool missing = seen.activity.login.reason == LoginReason::unknown_user && !seen.account_known;
    bucket.missing = static_cast<std::uint8_t>((bucket.missing & ~(1U << slot)) | (missing ? 1U << slot : 0U));
  }
  names_.keep(seen.account, seen.user);
  if (bucket.ordinals_count < kPending) bucket.ordinals[bucket.ordinals_count++] = seen.ordinal;
  if (settings_.accounts)
    bucket.level += had ? 0 : 1;
  else
    bucket.level += static_cast<float>(std::min<std::uint32_t>(seen.activity.login.count, 1000));
  if (static_cast<double>(bucket.level) < settings_.capacity * ease || episodes_.size() >= settings_.episodes_max)
    return false;

  Episode episode;
  episode.key = key;
  episode.address = seen.address;
  episode.host = seen.activity.login.host;
  episode.service = seen.activity.login.service;
  episode.alarm = seen.ordinal;
  episode.alarm_time = seen.time;
  episode.first = bucket.first;
  episode.tries = bucket.tries - seen.activity.login.count;
  for (unsigned slot = 0; slot < kPending; ++slot) {
    const std::uint64_t account = bucket.accounts[slot];
    if (account && account != seen.account)
      episode.accounts[account] = {std::string(names_.of(account)), 1, false, (bucket.missing >> slot & 1U) != 0};
  }
  episode.ordinals.assign(bucket.ordinals, bucket.ordinals + bucket.ordinals_count);
  if (episode.ordinals.back() == seen.ordinal) episode.ordinals.pop_back();
  gather(episode, seen);
  episodes_.push_back(std::move(episode));
  bucket.episode = static_cast<std::uint32_t>(episodes_.size());
  return true;
}

void Episodes::enter(std::uint64_t key, const Sighting& seen) {
  if (episodes_.empty() || !key) return;
  const Bucket* bucket = buckets_.find(key);
  if (!bucket || !bucket->episode) return;
  Episode& episode = episodes_[bucket->episode - 1];
  if (seen.time - episode.last > kGap || !episode.sources.contains(seen.source)) return;
  auto account = episode.accounts.find(seen.account);
  if (account == episode.accounts.end()) {
    if (episode.accounts.size() >= kListed) return;
    account = episode.accounts.emplace(seen.account, Episode::Account{std::string(seen.user.substr(0, 128))}).first;
  }
  account->second.known = account->second.entered = true;
}

std::vector<const Episode*> Episodes::all() const {
  std::vector<const Episode*> out;
  for (const Episode& episode : episodes_) out.push_back(&episode);
  return out;
}

}  // namespace tocsin::detect
