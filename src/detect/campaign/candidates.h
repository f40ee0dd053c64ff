// Candidates: failures from places new to their account, and successes from such places. What a campaign, once it is
// seen, is made of.
//
// One cell is one (account, source). Cells chain back through their account, so that a later success by the account
// from the same subnet (within a day) or network (within half an hour) can take the failure back.
// Bound: cells_max cells, of which accounts that never logged in may hold a quarter. Past that one in two of these is
// kept, by a hash of the cell, then one in four and so on, those to come as well: names made up to flush the table
// push nobody else out, and what is left of them still says how many there were on which day. While no alarm stands
// cells live for kKeepDays; of accounts that exist the oldest go first when there is no room.
#pragma once
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "detect/detector.h"
#include "detect/table.h"

namespace tocsin::detect {

struct Cell {
  std::uint64_t account = 0, source = 0, subnet = 0, network = 0;
  Ip address;
  Ordinal ordinal = 0;                                              // of the first try
  std::uint32_t watched = 0, watched_all = 0, watched_strange = 0;  // its number in a Watch, 0 if none
  std::uint32_t first = 0, last = 0;                                // seconds since 1970
  std::uint32_t tries = 0;
  std::uint32_t previous = UINT32_MAX;  // cell of the same account
  std::uint32_t agent = 0;              // hash; 0 not said
  std::uint16_t service = 0;            // hash
  std::uint8_t halved = 0;              // one in 2^halved of its kind was kept
  bool account_known : 1 = false;       // at its first try
  bool network_known : 1 = false;
  bool subnet_known : 1 = false;
  bool retracted : 1 = false;
  bool own : 1 = false;               // from a network and with an agent of the account's own
  bool many_addresses : 1 = false;    // of one IPv6 /64
  bool counted : 1 = false;           // was a first-contact failure by all rules of the watch
  std::uint8_t network_accounts = 0;  // that had logged in from the network before; 8 for more
  std::uint8_t agent_accounts = 0;    // … with the agent
};

// A success, or a right password with the second factor open, from a subnet new to the account.
struct Arrival {
  std::uint64_t account = 0, source = 0, subnet = 0, network = 0;
  Ip address;
  Ordinal ordinal = 0;
  std::uint32_t time = 0;
  std::uint32_t agent = 0;  // hashes, as in Cell
  std::uint16_t service = 0;
  bool legacy : 1 = false, network_known : 1 = false, partial : 1 = false, account_known : 1 = false,
                agent_known : 1 = false;
  std::uint8_t source_accounts = 0, network_accounts = 0, agent_accounts = 0;  // before it
};

class Candidates {
 public:
  static constexpr std::int64_t kKeepDays = 14;

  explicit Candidates(std::size_t memory);

  // Fetches what the others will look at.
  void expect(const Sighting& seen) const {
    index_.expect(mix(seen.account, seen.source));
    heads_.expect(seen.account);
  }
  // The cell of (account, source), made if new. The reference holds until the next call; it is to a cell that isn't kept
  // where names that nobody has are thinned out.
  Cell& failure(const Sighting& seen, bool& fresh);
  void arrival(const Sighting& seen, bool partial);
  // Calls `each` for the account's cells touched within `span` seconds, newest first, among its last 64, until it
  // returns true.
  template <class Each>
  void recent(std::uint64_t account, std::int64_t now, std::int64_t span, Each each) {
    const std::uint32_t* head = heads_.find(account);
    std::uint32_t at = head ? *head - 1 : UINT32_MAX;  // kept one higher
    for (unsigned steps = 0; at != UINT32_MAX && steps < 64; ++steps) {
      Cell& cell = cells_[at];
      at = cell.previous;
      if (static_cast<std::int64_t>(cell.last) + span >= now && each(cell)) return;
    }
  }
  // Drops what is older than kKeepDays before `now`, unless it is `held` by an alarm.
  void expire(std::int64_t now, bool held);

  const std::vector<Cell>& cells() const { return cells_; }
  const std::vector<Arrival>& arrivals() const { return arrivals_; }
  // The account as it was written at its first failure or arrival; "" if it isn't kept.
  std::string name(std::uint64_t account) const;
  // At most `max` cells: of accounts that exist the newest, of others one in so many, in a fifth of the room.
  std::vector<Cell> sample(std::size_t max) const;
  std::uint64_t dropped() const { return dropped_; }  // of accounts that exist, and arrivals
  std::size_t bytes() const;

 private:
  void keep_name(const Sighting& seen);
  void rebuild(std::uint32_t oldest, std::size_t unknown_max, std::size_t known_max);

  std::size_t cells_max_, arrivals_max_;
  std::vector<Cell> cells_;
  std::vector<Arrival> arrivals_;
  Table<std::uint32_t> index_, heads_;
  boost::unordered_flat_map<std::uint64_t, std::string> names_;
  std::size_t name_bytes_ = 0, unknown_ = 0, offered_ = 0;  // of names that nobody has: kept; new ones today
  unsigned halved_ = 0;                                     // as Cell::halved, of those to come
  Cell spare_;
  std::uint64_t dropped_ = 0;
};

}  // namespace tocsin::detect
