// Tracker: the one watch over campaigns of a run. Detectors campaign/ and takeover/ read what it found.
//
// Online it keeps candidates (candidates.h), counts first-contact failures (watch.h) and raises the alarm. When the
// site is quiet again for four days, or at the end of the evidence, attribute() says who took part, from the onset on.
//
// A first-contact failure is a failed try on an account that has logged in before, from a subnet and a network that
// never served it, by a source that serves fewer than three accounts. Not counted, because people and their devices do
// it: tries of an account that fails from its own networks as well (a stale password), the same account and network
// within a week, accounts hit on three or more of 14 days (bots on common names; void when there are many). While most
// logins from known networks fail (an outage) only a fortieth of the accounts at once is an alarm. Taken back when the
// account then succeeds from the same subnet within a day or the same network within half an hour. One to two tries of
// a source on an account and one to twelve are counted apart, and a third time those from networks that serve nobody
// here, each against a baseline of its own.
#pragma once
#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "detect/campaign/candidates.h"
#include "detect/campaign/watch.h"
#include "detect/detector.h"
#include "detect/site.h"

namespace tocsin::detect {

struct Campaign {
  struct Source {
    Ip address;
    bool many_addresses = false;  // several of one IPv6 /64
    std::uint64_t key = 0, network = 0;
    std::uint32_t first = 0, last = 0, accounts = 0;
    std::uint64_t tries = 0;
    Ordinal ordinal = 0;
  };
  struct Target {
    std::uint64_t account = 0;
    std::string name;  // as first written; "" if not kept
    std::uint64_t tries = 0;
    bool known = false;  // has ever logged in
  };
  struct Entry {
    std::uint64_t account = 0;
    std::string name;
    Ip address;
    Ordinal ordinal = 0;
    std::uint32_t time = 0;
    int grade =
        0;  // 1: the source failed others; 2: a network of the campaign; 3: a target, from a network new to the site
    bool partial = false;  // the password was right, the second factor not given
    bool legacy = false;
    std::uint32_t failed_accounts = 0;  // of the source, before
  };
  Ordinal alarm = 0;
  std::uint32_t alarm_time = 0, onset = 0, end = 0;
  std::int64_t window = 0;        // of the test that spoke, in seconds
  std::vector<Source> sources;    // by address
  std::vector<Target> targets;    // by name
  std::vector<Entry> entries;     // by ordinal
  std::vector<Ordinal> ordinals;  // of first tries, in order; at most 100
  std::uint64_t tries = 0, unknown_names = 0, strange_agents = 0;
  double expected_per_day = 0;  // first-contact failures of the frozen baseline
};

class Tracker {
 public:
  Tracker(const Site& site, const Networks& networks, std::size_t memory);
  void expect(const Sighting& seen) const { candidates_.expect(seen); }
  void feed(const Sighting& seen);
  void finish();  // closes what stands

  const std::vector<Campaign>& campaigns() const { return campaigns_; }
  const Networks& networks() const { return networks_; }
  const Site& site() const { return site_; }
  std::size_t bytes() const { return candidates_.bytes() + frozen_.capacity() * sizeof(Cell); }

 private:
  struct Own {  // failures of an account from its own networks
    std::uint32_t times[3]{};
  };
  struct Hits {  // days on which an account had a counted failure
    std::int32_t day = 0;
    std::uint32_t mask = 0;  // bit 0 is `day`
    std::uint32_t total = 0;
  };

  void tick(std::int64_t now);
  void failed(const Sighting& seen);
  void succeeded(const Sighting& seen);
  void weigh_outage(std::int64_t now, bool failure);
  bool outage() const { return known_all_ >= 20 && known_failed_ >= 0.6 * known_all_; }
  bool stale(const Sighting& seen);
  bool often_hit(std::uint64_t account, std::int32_t day) const;
  void renew_chronic(std::int32_t day);
  void note_hit(std::uint64_t account, std::int32_t day);
  void note_hot(std::uint64_t account, std::int64_t now);
  void ask(const Sighting& seen);
  void close(std::int64_t now);
  std::vector<Cell> past_cells();

  const Site& site_;
  const Networks& networks_;
  Candidates candidates_;
  Watch singles_, all_, strangers_, in_outage_;
  Table<Own> own_;
  boost::unordered_flat_map<std::uint64_t, Hits> hits_;  // of accounts that have logged in
  boost::unordered_flat_map<std::uint64_t, std::int64_t> hot_;
  boost::unordered_flat_set<std::uint64_t> chronic_;
  double known_all_ = 0, known_failed_ = 0;  // logins from known networks, fading over a quarter of an hour
  std::int64_t outage_time_ = 0, ticked_ = INT64_MIN, hour_ = INT64_MIN, day_ = INT64_MIN;
  std::int64_t outage_until_ = INT64_MIN;
  struct Alarm {
    Ordinal ordinal = 0;
    std::int64_t time = 0, window = 0, since = 0;
  };
  std::optional<Alarm> alarm_;
  std::vector<Cell> frozen_;  // candidates as they stood at the alarm
  std::uint64_t dropped_ = 0;
  std::int64_t last_ = INT64_MIN;
  std::vector<Campaign> campaigns_;
};

}  // namespace tocsin::detect
