#include "detect/site.h"

#include <algorithm>
#include <cstring>

#include "base/hash.h"
#include "base/text.h"

namespace tocsin::detect {
namespace {

std::uint64_t bytes_key(const std::uint8_t* bytes, std::size_t count, std::uint64_t tag) {
  std::uint64_t high = 0, low = 0;
  std::memcpy(&high, bytes, std::min<std::size_t>(count, 8));
  if (count > 8) std::memcpy(&low, bytes + 8, count - 8);
  return mix(high ^ tag, low + tag);
}

}  // namespace

UserName user_name(std::string_view user, std::string& buffer) {
  while (!user.empty() && user.front() == ' ') user.remove_prefix(1);
  while (!user.empty() && user.back() == ' ') user.remove_suffix(1);
  if (is_ascii(user)) {
    buffer.resize(user.size());
    for (std::size_t i = 0; i < user.size(); ++i)
      buffer[i] = static_cast<char>(user[i] >= 'A' && user[i] <= 'Z' ? user[i] + 32 : user[i]);
  } else {
    buffer = fold(user);
  }
  std::string_view text = buffer;
  if (const auto slash = text.rfind('\\'); slash != text.npos && slash + 1 < text.size()) text.remove_prefix(slash + 1);
  const auto at = text.rfind('@');
  if (at == text.npos || at == 0) return {text, ""};
  return {text.substr(0, at), text.substr(at + 1)};
}

Site::Site(const Networks& networks, std::size_t memory)
    : networks_(networks),
      // A table doubles at seven tenths: these are the entries that fit without another doubling.
      accounts_(memory / 4 / 32 * 7 / 10),
      places_(memory / 2 / 16 * 7 / 10),
      crowds_(memory / 4 / 56 * 7 / 10 * 7 / 8),
      sessions_(memory / 32 / 32 * 7 / 10) {}

std::uint64_t Site::source_key(const Ip& address) {
  return address.is_v4() ? bytes_key(address.bytes.data() + 12, 4, 0x51) : bytes_key(address.bytes.data(), 8, 0x52);
}

std::uint64_t Site::subnet_key(const Ip& address) {
  return address.is_v4() ? bytes_key(address.bytes.data() + 12, 3, 0x53) : bytes_key(address.bytes.data(), 6, 0x54);
}

std::uint64_t Site::session_key(std::uint64_t account, std::string_view session) {
  return mix(account, mix(hash64(session), 0x57));
}

std::uint64_t Site::agent_key(std::string_view agent) { return mix(hash64(agent), 0x56); }

std::uint64_t Site::network_key(const Ip& address, std::uint64_t subnet) {
  Cached& cached = cache_[subnet % cache_.size()];
  if (cached.subnet != subnet) cached = {subnet, mix(networks_.network_of(address), 0x55)};
  return cached.network;
}

std::uint64_t Site::account_key(std::string_view user, bool success, std::int64_t now) {
  if (user.empty()) return 0;
  const UserName name = user_name(user, buffer_);
  const std::uint64_t local = mix(hash64(name.local), 0x61);
  const std::uint64_t domain = name.domain.empty() ? 0 : hash64(name.domain) | 1;
  Account* known = accounts_.find(local);
  if (known && domain && known->domain && known->domain != domain) return mix(local, domain);
  if (success && domain && (!known || !known->domain)) accounts_.touch(local, now).domain = domain;
  return local;
}

unsigned Site::accounts_of(std::uint64_t place) const {
  const Crowd* crowd = crowds_.find(place);
  return crowd ? crowd->count : 0;
}

Sighting Site::look(const Activity& activity, Ordinal ordinal, std::int64_t time) {
  Sighting seen{.activity = activity, .ordinal = ordinal, .time = time};
  const std::optional<Ip>* address = nullptr;
  bool success = false;
  switch (activity.kind) {
    case ActivityKind::login:
      seen.user = activity.login.user;
      address = &activity.login.source;
      success = activity.login.outcome == Outcome::success && activity.login.user_grade != Provenance::ambiguous;
      break;
    case ActivityKind::mail_access:
      seen.user = activity.mail.user.empty() ? activity.mail.mailbox : activity.mail.user;
      address = &activity.mail.source;
      break;
    case ActivityKind::mailbox_change:
      seen.user = activity.change.user.empty() ? activity.change.mailbox : activity.change.user;
      address = &activity.change.source;
      break;
    default:
      return seen;
  }
  seen.account = account_key(seen.user, success, time);
  // What an IMAP session read is logged without its source, which the login that began it had.
  std::optional<Ip> of_session;
  if (activity.kind == ActivityKind::mail_access && !*address && !activity.mail.session.empty() && seen.account)
    if (const Session* session = sessions_.find(session_key(seen.account, activity.mail.session))) {
      of_session = session->address;
      address = &of_session;
    }
  if (*address && !(*address)->is_unspecified()) {
    seen.address = **address;
    seen.source = source_key(seen.address);
    seen.subnet = subnet_key(seen.address);
    seen.network = network_key(seen.address, seen.subnet);
  }
  if (!seen.account) return seen;
  const Account* account = accounts_.find(seen.account);
  seen.account_known = account;
  if (!seen.source) return seen;
  seen.source_known = seen.subnet_known = seen.network_known =
      seen.account_known && places_.find(mix(seen.account, seen.source));
  if (activity.kind != ActivityKind::login) {
    look_at_mail(seen, account);
    return seen;
  }
  if (seen.source_known) return seen;
  seen.subnet_known = seen.account_known && places_.find(mix(seen.account, seen.subnet));
  seen.network_known = seen.account_known && places_.find(mix(seen.account, seen.network));
  seen.source_accounts = static_cast<std::uint8_t>(accounts_of(seen.source));
  seen.subnet_accounts = static_cast<std::uint8_t>(accounts_of(seen.subnet));
  seen.network_accounts = static_cast<std::uint8_t>(accounts_of(seen.network));
  seen.agent_accounts = 8;
  if (activity.login.user_agent.empty()) return seen;
  const std::uint64_t agent = agent_key(activity.login.user_agent);
  seen.agent_accounts = static_cast<std::uint8_t>(accounts_of(agent));
  seen.agent_known = seen.account_known && places_.find(mix(seen.account, agent));
  return seen;
}

void Site::look_at_mail(Sighting& seen, const Account* account) const {
  const std::string_view client =
      seen.activity.kind == ActivityKind::mail_access ? seen.activity.mail.client : std::string_view();
  const auto since = [&](std::uint64_t what) {
    const Place* place = places_.find(mix(seen.account, what));
    return place ? place->first : 0;
  };
  seen.account_days = account ? account->days : 0;
  seen.network_since = since(seen.network);
  seen.subnet_since = since(seen.subnet);
  seen.source_accounts = static_cast<std::uint8_t>(accounts_of(seen.source));
  seen.network_accounts = static_cast<std::uint8_t>(accounts_of(seen.network));
  seen.agent_accounts = 8;
  if (client.empty()) return;
  const std::uint64_t agent = agent_key(client);
  seen.agent_since = since(agent);
  seen.agent_accounts = static_cast<std::uint8_t>(accounts_of(agent));
}

void Site::join(std::uint64_t place, std::uint64_t account, std::int64_t now) {
  Crowd& crowd = crowds_.touch(place, now);
  const auto print = static_cast<std::uint32_t>(account >> 32);
  for (unsigned i = 0; i < crowd.count; ++i)
    if (crowd.prints[i] == print) return;
  if (crowd.count < crowd.prints.size()) crowd.prints[crowd.count++] = print;
}

void Site::count_active(std::int32_t day, std::int32_t before) {
  if (today_ == INT32_MIN) today_ = day;
  for (; today_ < day; ++today_) {
    if (day - today_ > 14) {
      active_by_day_.fill(0), active_ = 0, today_ = day - 1;
      continue;
    }
    std::size_t& expiring = active_by_day_[static_cast<std::size_t>((today_ + 1) % 14)];
    active_ -= expiring, expiring = 0;
  }
  if (before == day) return;
  if (before >= 0 && day - before < 14) {
    std::size_t& old = active_by_day_[static_cast<std::size_t>(before % 14)];
    if (old > 0) --old, --active_;
  }
  ++active_by_day_[static_cast<std::size_t>(day % 14)], ++active_;
}

void Site::learn(const Sighting& seen) {
  if (seen.activity.kind != ActivityKind::login || !seen.account) return;
  const Login& login = seen.activity.login;
  if (login.outcome != Outcome::success || login.user_grade == Provenance::ambiguous) return;
  const auto day = static_cast<std::uint16_t>(std::clamp<std::int64_t>(seen.time / 86400, 1, UINT16_MAX));
  Account& account = accounts_.touch(seen.account, seen.time);
  const std::uint32_t now = Table<Place>::seconds32(seen.time);
  if (account.day != day) {
    count_active(day, account.day ? account.day : -1);
    account.day = day;
    account.days += account.days < UINT16_MAX;
  }
  if (!login.user_agent.empty())
    if (Place& agent = places_.touch(mix(seen.account, agent_key(login.user_agent)), seen.time); !agent.first)
      agent.first = now;
  if (!seen.source || login.source_grade == Provenance::ambiguous) return;
  if (!login.session.empty())
    sessions_.touch(session_key(seen.account, login.session), seen.time).address = seen.address;
  Place& place = places_.touch(mix(seen.account, seen.source), seen.time);
  if (place.refreshed && now - place.refreshed < kRefresh) return;
  if (!place.first) place.first = now;
  place.refreshed = now;
  if (Place& subnet = places_.touch(mix(seen.account, seen.subnet), seen.time); !subnet.first) subnet.first = now;
  Place& network = places_.touch(mix(seen.account, seen.network), seen.time);
  if (!network.first) network.first = now;
  network.refreshed = now;
  for (const std::uint64_t key : {seen.source, seen.subnet, seen.network}) join(key, seen.account, seen.time);
  if (!login.user_agent.empty()) join(agent_key(login.user_agent), seen.account, seen.time);
}

}  // namespace tocsin::detect
