// Stamps: the ways in which logs write a time.
#pragma once
#include <climits>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/time.h"

namespace tocsin::text {

struct Stamp {
  int year = 0;  // 0: the line doesn't say
  unsigned month = 0, day = 0, hour = 0, minute = 0, second = 0;
  std::uint32_t nanoseconds = 0;
  std::uint8_t digits = 0;
  int zone = kNoZone;  // minutes east of UTC
  bool is_epoch = false;
  std::int64_t epoch = 0;  // seconds since 1970, when is_epoch
  bool is_iso = false;     // date and time joined by T
  bool is_ctime = false;   // "Mon Aug 24 01:12:09 2020"
  std::size_t size = 0;    // bytes read

  static constexpr int kNoZone = INT_MIN;
  bool dated() const { return is_epoch || year != 0; }
  // `missing_year` and `offset_minutes` stand in for what the line doesn't say.
  Time at(int missing_year, int offset_minutes) const;
};

// A time at the very front of the text, in any of these shapes (fractions and zones where they are usual):
//   2020-08-24T01:12:09.123+02:00   2020-08-24 01:12:09,123   2020/08/24 01:12:09   20200824T011209Z
//   24/Aug/2020:01:12:09 +0200      24-Aug-2020 01:12:09.123  24 Aug 2020 01:12:09  08/24/2020 01:12:09   24.08.2020
//   01:12:09 Aug 24 01:12:09[.123]           Aug 24 2020 01:12:09      Aug 24, 2020 1:12:09 AM Mon Aug 24 01:12:09.123
//   2020    Mon, 24 Aug 2020 01:12:09 +0200                 Mon 2020-08-24 01:12:09 UTC 1598231529.123  1598231529123
//   (only with `epoch`, and only followed by a space or another delimiter)
bool read_stamp(std::string_view text, Stamp& out, bool epoch = false);

// The same, for a fully dated time, anywhere in the first `window` bytes, where a token begins. Returns its place.
std::optional<std::size_t> find_dated_stamp(std::string_view text, std::size_t window, Stamp& out);

// "1598231529.123456": seconds since 1970, the whole text, up to 12 digits before the point.
std::optional<Time> read_epoch(std::string_view text);

// 1 .. 12 from "Jan" (any case), 0 if it is none.
unsigned month_of(const char* three);

}  // namespace tocsin::text
