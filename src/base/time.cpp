// Calendar arithmetic after Howard Hinnant's "chrono-compatible low-level date
// algorithms" (proleptic Gregorian, exact for every int64 day we can meet).
#include "base/time.h"

#include <algorithm>

#include "base/check.h"

namespace tocsin {
namespace {

std::int64_t days_from_civil(std::int64_t year, unsigned month, unsigned day) {
  year -= month <= 2;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const unsigned year_of_era = static_cast<unsigned>(year - era * 400);
  const unsigned day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  const unsigned day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + static_cast<std::int64_t>(day_of_era) - 719468;
}

struct Date {
  std::int64_t year;
  unsigned month, day;
};

Date civil_from_days(std::int64_t days) {
  days += 719468;
  const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const unsigned day_of_era = static_cast<unsigned>(days - era * 146097);
  const unsigned year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const unsigned day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const unsigned shifted = (5 * day_of_year + 2) / 153;
  const unsigned month = shifted < 10 ? shifted + 3 : shifted - 9;
  return {static_cast<std::int64_t>(year_of_era) + era * 400 + (month <= 2), month,
          day_of_year - (153 * shifted + 2) / 5 + 1};
}

char* two(char* out, unsigned value) {
  *out++ = static_cast<char>('0' + value / 10);
  *out++ = static_cast<char>('0' + value % 10);
  return out;
}

// Reads exactly `count` digits.
bool take(std::string_view& text, int count, unsigned& value) {
  if (text.size() < static_cast<std::size_t>(count)) return false;
  value = 0;
  for (int i = 0; i < count; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    value = value * 10 + static_cast<unsigned>(text[i] - '0');
  }
  text.remove_prefix(count);
  return true;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

Time Time::from_filetime(std::uint64_t ticks) {
  constexpr std::int64_t kFrom1601 = 11644473600;
  return {static_cast<std::int64_t>(ticks / 10'000'000) - kFrom1601,
          static_cast<std::uint32_t>(ticks % 10'000'000 * 100), 7};
}

Time Time::from_civil(std::int64_t year, unsigned month, unsigned day, unsigned hour, unsigned minute, unsigned second,
                      std::uint32_t nanoseconds, std::uint8_t digits) {
  CHECK(month >= 1 && month <= 12);
  return {days_from_civil(year, month, day) * 86400 + hour * 3600 + minute * 60 + second, nanoseconds, digits};
}

Time Time::from_nanoseconds(std::int64_t since_1970, std::uint8_t digits) {
  std::int64_t whole = since_1970 / 1'000'000'000, part = since_1970 % 1'000'000'000;
  if (part < 0) part += 1'000'000'000, --whole;
  return {whole, static_cast<std::uint32_t>(part), digits};
}

std::optional<Time> Time::parse_iso(std::string_view text, int offset_minutes) {
  unsigned year, month, day, hour = 0, minute = 0, second = 0;
  if (!take(text, 4, year) || !take(text, '-') || !take(text, 2, month) || !take(text, '-') || !take(text, 2, day))
    return std::nullopt;
  if (month < 1 || month > 12 || day < 1 || day > 31) return std::nullopt;
  std::uint32_t nanoseconds = 0;
  std::uint8_t digits = 0;
  if (!text.empty()) {
    if (!take(text, 'T') && !take(text, ' ') && !take(text, 't')) return std::nullopt;
    if (!take(text, 2, hour) || !take(text, ':') || !take(text, 2, minute)) return std::nullopt;
    if (take(text, ':') && !take(text, 2, second)) return std::nullopt;
    if (hour > 23 || minute > 59 || second > 60) return std::nullopt;
    if (take(text, '.') || take(text, ',')) {
      if (text.empty() || text[0] < '0' || text[0] > '9') return std::nullopt;
      std::uint32_t scale = 100'000'000;
      while (!text.empty() && text[0] >= '0' && text[0] <= '9') {
        if (digits < 9) {
          nanoseconds += scale * static_cast<std::uint32_t>(text[0] - '0');
          scale /= 10;
          ++digits;
        }
        text.remove_prefix(1);
      }
    }
    if (take(text, 'Z') || take(text, 'z')) {
      offset_minutes = 0;
    } else if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
      const int sign = text[0] == '-' ? -1 : 1;
      text.remove_prefix(1);
      unsigned hours, minutes = 0;
      if (!take(text, 2, hours)) return std::nullopt;
      take(text, ':');
      if (!text.empty() && !take(text, 2, minutes)) return std::nullopt;
      if (hours > 23 || minutes > 59) return std::nullopt;
      offset_minutes = sign * static_cast<int>(hours * 60 + minutes);
    }
    if (!text.empty()) return std::nullopt;
  }
  Time time = from_civil(year, month, day, hour, minute, second, nanoseconds, digits);
  time.seconds -= offset_minutes * 60;
  return time;
}

std::size_t Time::write_iso(char* out) const {
  if (!known()) return 0;
  char* const begin = out;
  std::int64_t days = seconds / 86400, rest = seconds % 86400;
  if (rest < 0) rest += 86400, --days;
  const Date date = civil_from_days(days);
  if (date.year >= 0 && date.year <= 9999) {
    out = two(out, static_cast<unsigned>(date.year) / 100);
    out = two(out, static_cast<unsigned>(date.year) % 100);
  } else {
    const std::string year = std::to_string(date.year);
    out = std::copy(year.begin(), year.end(), out);
  }
  const unsigned of_day = static_cast<unsigned>(rest);
  *out++ = '-', out = two(out, date.month), *out++ = '-', out = two(out, date.day), *out++ = 'T';
  out = two(out, of_day / 3600), *out++ = ':', out = two(out, of_day / 60 % 60), *out++ = ':';
  out = two(out, of_day % 60);
  if (digits > 0) {
    *out++ = '.';
    std::uint32_t scale = 100'000'000, value = nanoseconds;
    for (int i = 0; i < digits && i < 9; ++i, scale /= 10) *out++ = static_cast<char>('0' + value / scale % 10);
  }
  *out++ = 'Z';
  return static_cast<std::size_t>(out - begin);
}

std::string Time::iso() const {
  char buffer[48];
  return {buffer, write_iso(buffer)};
}

Civil civil(Time time) {
  std::int64_t days = time.seconds / 86400, rest = time.seconds % 86400;
  if (rest < 0) rest += 86400, --days;
  const Date date = civil_from_days(days);
  const unsigned weekday = static_cast<unsigned>(((days + 4) % 7 + 7) % 7);
  // ISO 8601: a week belongs to the year that holds its Thursday.
  const std::int64_t thursday = days - (weekday + 6) % 7 + 3;
  const std::int64_t first_day = days_from_civil(civil_from_days(thursday).year, 1, 1);
  const unsigned of_day = static_cast<unsigned>(rest);
  return {date.year, date.month, date.day, of_day / 3600, of_day / 60 % 60, of_day % 60, weekday,
          static_cast<unsigned>((thursday - first_day) / 7 + 1)};
}

}  // namespace tocsin
