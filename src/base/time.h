// Time: an instant in UTC, with as many digits of a second as its source had.
//
// Nothing in here reads a clock; event time comes from evidence alone.
#pragma once
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tocsin {

struct Time {
  std::int64_t seconds = 0;       // since 1970-01-01T00:00:00Z, leap seconds not counted; may be negative
  std::uint32_t nanoseconds = 0;  // 0 .. 999,999,999
  std::uint8_t digits = 0;        // digits after the second that the source gave, 0 .. 9; not part of the order

  // A record without a readable time sorts before all others and prints as "".
  static constexpr Time none() { return {INT64_MIN, 0, 0}; }
  constexpr bool known() const { return seconds != INT64_MIN; }

  // 100 ns ticks since 1601-01-01 (Windows FILETIME, MS-DTYP 2.3.3); seven digits.
  static Time from_filetime(std::uint64_t ticks);
  // From UTC fields; the month may be out of 1..12 only by the caller's bug, the day may overflow.
  static Time from_civil(std::int64_t year, unsigned month, unsigned day, unsigned hour = 0, unsigned minute = 0,
                         unsigned second = 0, std::uint32_t nanoseconds = 0, std::uint8_t digits = 0);
  static Time from_nanoseconds(std::int64_t since_1970, std::uint8_t digits = 9);

  // ISO 8601 / RFC 3339 with Z, ±HH:MM, ±HHMM or ±HH, `T` or a space between date and time, a fraction of any
  // length after `.` or `,` (cut to nine digits). Without a zone it is `offset_minutes` east of UTC. The whole text must fit.
  static std::optional<Time> parse_iso(std::string_view text, int offset_minutes = 0);

  // "2020-08-24T01:12:09.1234567Z"; "" when unknown. Years past 9999 are written with their digits.
  std::string iso() const;
  // The same into a buffer of at least 40 bytes; returns the length.
  std::size_t write_iso(char* out) const;

  Time plus_seconds(std::int64_t count) const { return {seconds + count, nanoseconds, digits}; }

  friend constexpr std::strong_ordering operator<=>(const Time& a, const Time& b) {
    if (auto order = a.seconds <=> b.seconds; order != 0) return order;
    return a.nanoseconds <=> b.nanoseconds;
  }
  friend constexpr bool operator==(const Time& a, const Time& b) { return (a <=> b) == 0; }
};

struct Civil {
  std::int64_t year;
  unsigned month, day, hour, minute, second, weekday, week;  // weekday 0 = Sunday; week by ISO 8601, 1 .. 53
};
Civil civil(Time time);

}  // namespace tocsin
