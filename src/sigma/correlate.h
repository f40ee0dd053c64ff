// Correlations at run time: base matches in the order of event time → findings.
//
// Windows slide over event time: at an event of time T they hold what happened from T - timespan to T, both
// included, for one combination of group-by values; those are compared without case, and a match that lacks one of
// them (or its time) doesn't correlate and is counted. The condition is asked at each match.
//
// A finding first stands at the match at which the condition first holds (`time`); its members reach back as far as
// the window did. Every later match at which the condition holds again, no more than a timespan after the previous
// one, extends the finding (`count`, `last`, `events`); after a longer pause a new finding begins, with the next
// `occurrence`. So a burst is one finding, however long.
//
//   temporal          every input (or the condition's tree) has occurred in the window
//   temporal_ordered  … and in the listed order, each by an event of its own
//   `not x`           x occurs neither within the timespan before the match that completes the rest nor after it: the
//                     finding is known once the timespan has passed
//   chained           a correlation's finding enters the outer window at its alarm and stays as long as it is
//                     extended; it counts as one match and brings its events along. Its group-by values are its own;
//                     other fields are those of the base match at which it stood
//   value_*           a match without the field (or without a number in it, for sum, avg and percentile) is not counted
//
// Memory is bounded: past `memory_max` the keys whose latest match is oldest are dropped, and a window keeps its
// newest `window_max` matches. Both are counted. Not thread-safe; the result depends on the matches alone.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "sigma/program.h"

namespace tocsin::sigma {

struct CorrelateOptions {
  std::size_t memory_max = 128u << 20;  // bytes of state, about
  std::size_t window_max = 200'000;     // matches of one key (raised to twice a rule's own bound)
};

struct CorrelationFinding {
  static constexpr std::size_t kEventsMax = 100;
  std::uint32_t correlation = 0;      // index into RuleSet::correlations
  std::vector<std::string> key;       // values of group_by, as first seen
  std::uint32_t occurrence = 0;       // 0, 1, … of this key
  Time time, first, last;             // alarm; the members' bounds
  std::uint64_t event = 0;            // the base event at which it first stood
  std::uint64_t count = 0;            // base events
  std::vector<std::uint64_t> events;  // the first kEventsMax of them in time
  double measure = 0;                 // what the condition measured at the alarm: the count, sum, average …
};

struct CorrelateStats {
  std::uint64_t matches = 0;
  std::uint64_t without_time = 0, without_key = 0, without_value = 0;  // matches that didn't correlate, and why
  std::uint64_t keys_evicted = 0;  // keys with matches still in their window, dropped for memory
  std::uint64_t matches_cut = 0;   // matches dropped from windows at window_max
};

class Correlator {
 public:
  // `rules` must outlive it.
  explicit Correlator(const RuleSet& rules, CorrelateOptions options = {});
  ~Correlator();
  Correlator(Correlator&&) noexcept;

  // The fields that a match of this rule brings, as the rule's logsource names them; nothing when no correlation uses
  // the rule.
  std::span<const std::string> fields(std::uint32_t rule) const;
  bool uses(std::uint32_t rule) const;

  struct Match {
    std::uint32_t rule;
    Time time;
    std::uint64_t event;                                 // opaque, the same for all rules that one event met
    std::span<const std::optional<std::string>> values;  // of fields(rule): the first value that is not null
  };
  // Times never decrease; events of one time in an order that the evidence gives.
  void add(const Match& match);

  // Findings that nothing can extend any more; at the end, finish() gives all others. Sorted by time, correlation, key.
  std::vector<CorrelationFinding> take();
  std::vector<CorrelationFinding> finish();

  const CorrelateStats& stats() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tocsin::sigma
