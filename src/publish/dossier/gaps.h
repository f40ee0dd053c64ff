// Gaps: where the logs are silent while an incident runs, though they usually speak.
//
// A source is one log: pieces of evidence that one reader read and that follow each other under one name (auth.log,
// auth.log.1, security-2026-09-14.json: digits and compression aside), without overlap. Only a source that speaks
// regularly is judged: kEventsMin events in kHoursMin hours at least.
//   silent  no event in kSilentHours whole hours or more of an incident's time, where by the median of the same hours on
//           other days (working days and weekends apart) kExpectedMin events were due; where there are fewer than
//           kDaysMin such days, a silence four times as long as any other in a log that speaks around the clock
//   ends    the source ends before the incident does, by more than its longest silence so far and kEdgeHours
//   begins  it begins after the incident, by as much
// By event time alone; the same evidence gives the same gaps whatever its files' order.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "case/case.h"
#include "case/story.h"

namespace tocsin::publish {

struct Gap {
  enum class Kind : std::uint8_t { silent, ends, begins };
  Kind kind = Kind::silent;
  std::string source;       // path of its first piece
  std::uint64_t files = 1;  // pieces
  Time from = Time::none(), to = Time::none();
  std::uint64_t expected = 0;  // events that were due; 0 not known
  std::string incident;        // id of the first one that it concerns
  static constexpr std::size_t kShown = 50;
};

struct Speech {  // of one piece of evidence
  std::string path, reader;
  Time first = Time::none(), last = Time::none();
  std::vector<casefile::HourCount> hours;
};

inline constexpr std::uint64_t kEventsMin = 50, kHoursMin = 6, kExpectedMin = 20, kDaysMin = 3;
inline constexpr std::int64_t kSilentHours = 2, kEdgeHours = 3;

// By time, then source.
std::vector<Gap> find_gaps(std::vector<Speech> pieces, std::span<const casefile::Incident> incidents);

}  // namespace tocsin::publish
