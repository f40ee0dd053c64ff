// Episodes: leaky buckets by key, and what ran over.
//
// A bucket fills with tries (or with accounts not among the last ones) and leaks steadily; when it holds `capacity`, an
// episode begins and gathers all that follows under the same key until a day passes without any.
// Bound: buckets_max buckets, of which the half longest idle goes when they are full; episodes_max episodes, each with
// at most 2,000 accounts and sources and 100 ordinals, the rest counted only.
#pragma once
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "detect/detector.h"
#include "detect/names.h"
#include "detect/table.h"

namespace tocsin::detect {

struct Episode {
  std::uint64_t key = 0;
  Ip address;  // of the first try
  std::string host, service;
  Ordinal alarm = 0;
  std::int64_t alarm_time = 0, first = 0, last = 0;
  std::uint64_t tries = 0, dropped = 0;
  struct Account {
    std::string name;
    std::uint64_t tries = 0;
    bool known = false, missing = false,
         entered = false;  // has logged in; the log says there is none; got in afterwards
  };
  boost::unordered_flat_map<std::uint64_t, Account> accounts;
  boost::unordered_flat_map<std::uint64_t, Ip> sources;
  std::vector<Ordinal> ordinals;

  std::size_t entered() const;
  std::size_t missing() const;
};

struct BucketSettings {
  double capacity = 5;
  double leak_seconds = 60;  // for one unit
  bool accounts = false;     // an account fills once, else every try does
  std::size_t buckets_max = 22000, episodes_max = 4000;
};

class Episodes {
 public:
  explicit Episodes(const BucketSettings& settings)
      : settings_(settings), buckets_(settings.buckets_max), names_(std::size_t{2} << 20) {}
  // A try under `key`; `ease` times the capacity is needed for an episode to begin. True while one goes on.
  bool pour(std::uint64_t key, const Sighting& seen, double ease = 1);
  // Fetches what pour() of this key will look at.
  void expect(std::uint64_t key) const { buckets_.expect(key); }
  // A success under the key: noted if an episode of the last day holds the account or the source.
  void enter(std::uint64_t key, const Sighting& seen);
  // In order of alarm.
  std::vector<const Episode*> all() const;
  std::size_t bytes() const { return buckets_.bytes(); }

 private:
  static constexpr std::size_t kPending = 8, kListed = 2000;
  struct Bucket {
    float level = 0;
    std::uint32_t last = 0, first = 0, tries = 0;
    std::uint32_t episode = 0;           // its number, one higher; 0 none
    std::uint64_t accounts[kPending]{};  // the last ones, in turn
    Ordinal ordinals[kPending]{};
    std::uint8_t accounts_at = 0, ordinals_count = 0, missing = 0;  // bits: the log says there is no such account
  };
  void gather(Episode& episode, const Sighting& seen);

  BucketSettings settings_;
  Table<Bucket> buckets_;
  std::vector<Episode> episodes_;
  Names names_;
};

}  // namespace tocsin::detect
