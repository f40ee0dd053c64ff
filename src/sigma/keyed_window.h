// The window of one correlation for one key: what is in it, what the condition measures, what a finding gathers from
// it. An internal part of correlate.cpp, which owns one for each key and feeds it in the order of time.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/time.h"
#include "sigma/correlation.h"
#include "sigma/program.h"

namespace tocsin::sigma {

struct Member {
  Time time;
  std::uint64_t event;
  friend auto operator<=>(const Member&, const Member&) = default;
};

// Events that prove something: all are counted, the first in time are kept.
struct Members {
  std::vector<Member> kept;
  std::uint64_t count = 0;
  Time first, last;

  void add(const Member& member);
  void add(const Members& others);
  void trim();  // sorted, each event once, the first kEventsMax
};

// What arrives: a base match, or a chained finding (then `serial` names it and `news` are the events that are new).
struct Arrival {
  std::uint32_t input;
  Time time;
  std::uint64_t event;
  std::uint64_t value = 0;  // hash of the value, or the bits of a double
  std::uint64_t serial = 0;
  const Members* news = nullptr;
};

class KeyedWindow {
 public:
  KeyedWindow(const Correlation& rule, const std::vector<Term>& terms);

  void expire(Time before);           // forgets what is older
  std::size_t cut(std::size_t most);  // keeps the newest; returns how many went
  void insert(const Arrival& arrival);
  // Whether the condition holds now; `measure` is what it looked at. `arrival` is the latest one.
  bool holds(const Arrival& arrival, Time window_start, double& measure);
  // Bit by term: the terms that hold now (temporal types).
  std::uint64_t terms_holding(Time window_start) const;

  bool occurs_any(const std::vector<std::uint32_t>& inputs) const;  // temporal types
  Members collect();    // what stands in the window and was not collected before
  void collect_anew();  // forgets that anything was collected
  std::size_t size() const { return entries_.size() - head_ + chained_.size(); }
  std::size_t memory() const;

 private:
  struct Entry {
    Time time;
    std::uint64_t event, value;
    std::uint32_t input;
  };
  struct Chained {
    Members members;
    std::uint64_t serial, value;
    Time last;
    std::uint32_t input;
    std::uint64_t collected = 0;  // of members.count
  };
  struct Progress {  // of one term in the listed order: the latest start of a chain that has come this far
    std::vector<Time> now, before;  // `before` the event that came last
  };

  void enter(std::uint32_t input, std::uint64_t value);
  void leave(std::uint32_t input, std::uint64_t value);
  void advance(const Arrival& arrival);
  double percentile() const;

  const Correlation* rule_;
  const std::vector<Term>* terms_;
  std::vector<Entry> entries_;
  std::size_t head_ = 0;       // the first entry that is still in the window
  std::size_t collected_ = 0;  // entries before this one were collected
  std::vector<Chained> chained_;
  std::vector<std::uint32_t> present_;  // by input (temporal types)
  std::vector<Progress> progress_;      // by term (temporal_ordered)
  std::uint64_t progress_event_ = 0;
  bool progressed_ = false;
  std::unordered_map<std::uint64_t, std::uint32_t> values_;  // value_count and shares
  std::vector<double> sorted_;                               // percentiles
  long double sum_ = 0;
};

}  // namespace tocsin::sigma
