// Words: what statements of detectors have in common.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip.h"
#include "detect/detector.h"

namespace tocsin::detect {

inline Time at_second(std::int64_t seconds) { return {seconds, 0, 0}; }
// "1 account", "214 accounts".
std::string counted(std::uint64_t count, std::string_view noun);
// "6 minutes", "3.5 hours", "12 days".
std::string duration(std::int64_t seconds);
// An address, or its /64 where several addresses of it were seen.
Entity address_entity(const Ip& address, bool many, std::string role);
// Sorted, once each.
void settle(std::vector<Entity>& entities);
// The first 100 in time, the alarm among them.
void settle(std::vector<Ordinal>& members, Ordinal alarm);

// Whether the failed login says that somebody tried (and not that a service was down or a second factor missing), and
// the source can be believed.
bool is_try(const Login& login);
// The account failed from a place, or by a device on a network, of its own: a stale or mistyped password.
bool at_home(const Sighting& seen);
// Accounts, sources, first ordinals and times of an episode; names that nobody has are left out.
struct Episode;
void fill(Statement& said, const Episode& episode);

}  // namespace tocsin::detect
