#include "readers/json/moment.h"

#include <charconv>
#include <optional>
#include <string>

namespace tocsin {
namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }

// Seconds with a fraction, or a whole count of a smaller unit.
std::optional<Time> epoch(std::string_view text) {
  const bool negative = text.starts_with('-');
  const std::string_view number = negative ? text.substr(1) : text;
  std::size_t whole = 0;
  while (whole < number.size() && digit(number[whole])) ++whole;
  if (whole < 9 || whole > 19) return std::nullopt;
  std::int64_t count = 0;
  if (std::from_chars(number.data(), number.data() + whole, count).ec != std::errc{}) return std::nullopt;
  std::string_view fraction = number.substr(whole);
  // Ten digits reach the year 2286; each unit has three more.
  int unit = whole <= 11 ? 0 : whole <= 14 ? 3 : whole <= 17 ? 6 : 9;
  std::int64_t divisor = 1;
  for (int i = 0; i < unit; ++i) divisor *= 10;
  std::int64_t nanoseconds = count % divisor;
  for (int i = unit; i < 9; ++i) nanoseconds *= 10;
  int digits = unit;
  if (!fraction.empty()) {
    if (fraction[0] != '.' || fraction.size() < 2) return std::nullopt;
    std::int64_t scale = 100'000'000;
    for (int i = 0; i < unit; ++i) scale /= 10;
    for (const char c : fraction.substr(1)) {
      if (!digit(c)) return std::nullopt;
      if (scale == 0) continue;
      nanoseconds += (c - '0') * scale;
      scale /= 10;
      ++digits;
    }
  }
  Time time{count / divisor, static_cast<std::uint32_t>(nanoseconds), static_cast<std::uint8_t>(digits)};
  if (negative) {
    time.seconds = -time.seconds;
    if (nanoseconds > 0) {
      --time.seconds;
      time.nanoseconds = 1'000'000'000 - time.nanoseconds;
    }
  }
  return time;
}

// "6/30/2021 3:04:05 PM", "6/30/2021, 15:04:05"
std::optional<Time> month_first(std::string_view text, int offset_minutes) {
  const auto number = [&](unsigned& value) {
    const char* const end = text.data() + text.size();
    const auto [p, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{}) return false;
    text.remove_prefix(static_cast<std::size_t>(p - text.data()));
    return true;
  };
  const auto take = [&](char c) {
    if (!text.starts_with(c)) return false;
    text.remove_prefix(1);
    return true;
  };
  unsigned month, day, year, hour = 0, minute = 0, second = 0;
  if (!number(month) || !take('/') || !number(day) || !take('/') || !number(year)) return std::nullopt;
  if (month < 1 || month > 12 || day < 1 || day > 31 || year < 1970 || year > 9999) return std::nullopt;
  take(',');
  if (take(' ')) {
    if (!number(hour) || !take(':') || !number(minute)) return std::nullopt;
    if (take(':') && !number(second)) return std::nullopt;
    take(' ');
    if (text == "PM" || text == "pm") {
      hour = hour % 12 + 12;
    } else if (text == "AM" || text == "am") {
      hour %= 12;
    } else if (!text.empty()) {
      return std::nullopt;
    }
  }
  if (hour > 23 || minute > 59 || second > 60) return std::nullopt;
  return Time::from_civil(year, month, day, hour, minute, second).plus_seconds(-60 * offset_minutes);
}

}  // namespace

Time read_moment(std::string_view text, int offset_minutes) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  if (text.size() < 8) return Time::none();
  if (const auto time = Time::parse_iso(text, offset_minutes)) return *time;
  if (const auto time = epoch(text)) return *time;
  if (text.starts_with("/Date(") && text.ends_with(")/")) {
    text = text.substr(6, text.size() - 8);
    if (const auto zone = text.find_first_of("+-", 1); zone != text.npos) text = text.substr(0, zone);
    if (const auto time = epoch(text)) return *time;
  }
  if (text.ends_with(" UTC")) return read_moment(text.substr(0, text.size() - 4), 0);
  // "2021-03-04 05:06:07.123 +01:00"
  if (const std::size_t gap = text.rfind(' '); gap != text.npos && gap > 10 && gap + 1 < text.size() && gap < 40 &&
                                               (text[gap + 1] == '+' || text[gap + 1] == '-')) {
    std::string joined(text.substr(0, gap));
    joined += text.substr(gap + 1);
    if (const auto time = Time::parse_iso(joined)) return *time;
  }
  if (const auto time = month_first(text, offset_minutes)) return *time;
  return Time::none();
}

bool moment_has_zone(std::string_view text) {
  if (text.ends_with('Z') || text.ends_with('z') || text.ends_with("UTC") || text.starts_with("/Date(")) return true;
  const std::size_t clock = text.find(':');
  if (clock == text.npos) return true;
  return text.find_first_of("+-", clock) != text.npos;
}

}  // namespace tocsin
