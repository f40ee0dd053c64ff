// Site: which accounts have logged in, from where, and how many accounts a place serves. Learned from successful
// logins alone, so that no failing attacker can fill or bend it.
//
// Accounts. `DOM\user`, `user@dom` and `user` are one account as long as one mail domain goes with the local part: the
// domain of its first successful login. The same local part with another domain is another account; before any success
// the local part alone counts. Letter case never counts.
// Bound: four tables whose sizes come from the memory given; when one is full the half longest unused is forgotten.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "detect/detector.h"
#include "detect/table.h"
#include "event/networks.h"

namespace tocsin::detect {

// A user name's parts, folded: "EXAMPLE\Anna" → ("anna", ""); "Anna@Example.org" → ("anna", "example.org").
struct UserName {
  std::string_view local, domain;
};
// Views into `buffer`, which is overwritten.
UserName user_name(std::string_view user, std::string& buffer);

class Site {
 public:
  Site(const Networks& networks, std::size_t memory);

  // What was known before this activity. Does not learn.
  Sighting look(const Activity& activity, Ordinal ordinal, std::int64_t time);
  // Learns from a successful login.
  void learn(const Sighting& sighting);

  // Whether the account has logged in from the place (a source, subnet or network key).
  bool has_been(std::uint64_t account, std::uint64_t place) const { return places_.find(mix(account, place)); }
  // Seconds between the first and the last login of the account from the place (a source or network key).
  std::uint32_t stay(std::uint64_t account, std::uint64_t place) const {
    const Place* at = places_.find(mix(account, place));
    return at && at->first ? at->refreshed - at->first : 0;
  }
  bool knows(std::uint64_t account) const { return accounts_.find(account); }
  // Accounts that have logged in from the place; 8 for "8 or more".
  unsigned accounts_of(std::uint64_t place) const;
  // Accounts that logged in within the last 14 days, counted by the day.
  std::size_t accounts_active() const { return active_; }
  std::size_t bytes() const { return accounts_.bytes() + places_.bytes() + crowds_.bytes() + sessions_.bytes(); }

  static std::uint64_t source_key(const Ip& address);
  static std::uint64_t subnet_key(const Ip& address);

 private:
  struct Account {
    std::uint64_t domain = 0;
    std::uint16_t day = 0, days = 0;  // of the last success, since 1970; with a success
  };
  struct Place {
    std::uint32_t refreshed = 0, first = 0;
  };
  struct Crowd {
    std::array<std::uint32_t, 8> prints{};  // of accounts
    std::uint8_t count = 0;
  };
  struct Session {
    Ip address;  // of the login that began it
  };
  static constexpr std::int64_t kRefresh = 6 * 3600;

  void look_at_mail(Sighting& seen, const Account* account) const;
  std::uint64_t account_key(std::string_view user, bool success, std::int64_t now);
  static std::uint64_t agent_key(std::string_view agent);
  static std::uint64_t session_key(std::uint64_t account, std::string_view session);
  std::uint64_t network_key(const Ip& address, std::uint64_t subnet);
  void join(std::uint64_t place, std::uint64_t account, std::int64_t now);
  void count_active(std::int32_t day, std::int32_t before);

  const Networks& networks_;
  Table<Account> accounts_;
  Table<Place> places_;
  Table<Crowd> crowds_;
  Table<Session> sessions_;
  struct Cached {
    std::uint64_t subnet = 0, network = 0;
  };
  std::array<Cached, 4096> cache_{};
  std::array<std::size_t, 14> active_by_day_{};  // accounts by the day of their last success, modulo 14
  std::int32_t today_ = INT32_MIN;
  std::size_t active_ = 0;
  std::string buffer_;
};

}  // namespace tocsin::detect
