// A stamp is read by a cursor that never looks back: each shape is decided by
// its first token (a number and the character after it, or a name).
#include "readers/text/stamp.h"

#include <algorithm>
#include <array>

namespace tocsin::text {
namespace {

bool is_digit(char c) { return static_cast<unsigned char>(c - '0') < 10; }
bool is_alpha(char c) { return static_cast<unsigned char>((c | 32) - 'a') < 26; }

struct Cursor {
  const char* at;
  const char* end;

  bool done() const { return at == end; }
  char peek(std::size_t ahead = 0) const { return static_cast<std::size_t>(end - at) > ahead ? at[ahead] : '\0'; }
  bool take(char c) {
    if (at == end || *at != c) return false;
    ++at;
    return true;
  }
  // Between `least` and `most` digits.
  bool number(int least, int most, unsigned& value) {
    value = 0;
    int count = 0;
    while (count < most && at < end && is_digit(*at)) value = value * 10 + static_cast<unsigned>(*at++ - '0'), ++count;
    return count >= least;
  }
  std::size_t digits() const {
    const char* p = at;
    while (p < end && is_digit(*p) && p - at < 16) ++p;
    return static_cast<std::size_t>(p - at);
  }
};

constexpr unsigned kDays[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
bool valid_date(const Stamp& s) { return s.month >= 1 && s.month <= 12 && s.day >= 1 && s.day <= kDays[s.month - 1]; }

bool is_weekday(const char* p) {
  static constexpr std::string_view kNames = "monTueWedThuFriSatSun";
  for (std::size_t i = 0; i < kNames.size(); i += 3)
    if ((p[0] | 32) == (kNames[i] | 32) && (p[1] | 32) == (kNames[i + 1] | 32) && (p[2] | 32) == (kNames[i + 2] | 32))
      return true;
  return false;
}

void fraction(Cursor& c, Stamp& s) {
  if ((c.peek() != '.' && c.peek() != ',') || !is_digit(c.peek(1))) return;
  ++c.at;
  std::uint32_t scale = 100'000'000;
  while (!c.done() && is_digit(*c.at)) {
    if (s.digits < 9) s.nanoseconds += scale * static_cast<unsigned>(*c.at - '0'), scale /= 10, ++s.digits;
    ++c.at;
  }
}

// HH:MM[:SS[.frac]][ AM|PM]
bool clock(Cursor& c, Stamp& s, bool seconds_needed = true) {
  if (!c.number(1, 2, s.hour) || !c.take(':') || !c.number(2, 2, s.minute)) return false;
  if (c.take(':')) {
    if (!c.number(2, 2, s.second)) return false;
    fraction(c, s);
  } else if (seconds_needed) {
    return false;
  }
  if (c.peek() == ' ' && (c.peek(2) | 32) == 'm' && ((c.peek(1) | 32) == 'a' || (c.peek(1) | 32) == 'p') &&
      s.hour >= 1 && s.hour <= 12 && !is_alpha(c.peek(3))) {
    s.hour = s.hour % 12 + ((c.peek(1) | 32) == 'p' ? 12 : 0);
    c.at += 3;
  }
  return s.hour < 24 && s.minute < 60 && s.second < 61;
}

struct ZoneName {
  std::string_view name;
  int minutes;
};
constexpr ZoneName kZones[] = {{"UTC", 0},    {"GMT", 0},    {"CET", 60},   {"CEST", 120}, {"EET", 120},  {"EEST", 180},
                               {"WET", 0},    {"WEST", 60},  {"MSK", 180},  {"EST", -300}, {"EDT", -240}, {"CDT", -300},
                               {"MDT", -360}, {"PST", -480}, {"PDT", -420}, {"JST", 540}};

// [ ](Z|±HH:MM|±HHMM|±HH|UTC|CEST|…); nothing read where there is none.
void zone(Cursor& c, Stamp& s) {
  Cursor t = c;
  const bool space = t.take(' ');
  if (!space && (t.peek() == 'Z' || t.peek() == 'z') && !is_alpha(t.peek(1))) {
    s.zone = 0;
    c.at = t.at + 1;
    return;
  }
  if (t.peek() == '+' || t.peek() == '-') {
    const int sign = *t.at++ == '-' ? -1 : 1;
    unsigned hours, minutes = 0;
    if (!t.number(2, 2, hours) || hours > 14) return;
    const bool colon = t.take(':');
    if (is_digit(t.peek())) {
      if (!t.number(2, 2, minutes) || minutes > 59) return;
    } else if (colon || space) {
      return;
    }
    if (is_digit(t.peek()) || is_alpha(t.peek())) return;
    s.zone = sign * static_cast<int>(hours * 60 + minutes);
    c = t;
    return;
  }
  if (!space) return;
  std::size_t length = 0;
  while (length < 5 && t.peek(length) >= 'A' && t.peek(length) <= 'Z') ++length;
  if (length < 3 || length > 4 || is_digit(t.peek(length)) || is_alpha(t.peek(length)) || t.peek(length) == '[') return;
  const std::string_view name(t.at, length);
  for (const ZoneName& known : kZones)
    if (known.name == name) {
      s.zone = known.minutes;
      c.at = t.at + length;
      return;
    }
}

bool month_name(Cursor& c, Stamp& s) {
  if (c.end - c.at < 3) return false;
  s.month = month_of(c.at);
  if (s.month == 0) return false;
  c.at += 3;
  return true;
}

bool year_number(Cursor& c, Stamp& s) {
  unsigned year;
  if (c.digits() != 4 || !c.number(4, 4, year) || year < 1970 || year > 2200) return false;
  s.year = static_cast<int>(year);
  return true;
}

// After the date: a separator, the clock, the zone.
bool rest_of_day(Cursor& c, Stamp& s) {
  if (c.peek() == ' ' && c.peek(1) == '-' && c.peek(2) == ' ') c.at += 2;
  if (c.peek() == ',' && c.peek(1) == ' ') ++c.at;
  if (c.peek() == ' ' && c.peek(1) == ' ') ++c.at;  // an hour padded with a blank
  if (!c.done() && (*c.at == 'T' || *c.at == 't')) {
    s.is_iso = true;
  } else if (c.peek() != ' ' && c.peek() != ':' && c.peek() != '-' && c.peek() != '_' && c.peek() != '\t') {
    return false;
  }
  ++c.at;
  if (!clock(c, s, !s.is_iso)) return false;
  zone(c, s);
  return true;
}

// YYYY-MM-DD and YYYY/MM/DD; day first with other separators.
bool numeric(Cursor& c, Stamp& s, bool epoch) {
  const std::size_t digits = c.digits();
  if (digits == 4) {
    if (!year_number(c, s)) return false;
    const char separator = c.peek();
    if ((separator != '-' && separator != '/' && separator != '.' && separator != ':') || !is_digit(c.peek(1)))
      return false;
    ++c.at;
    if (!c.number(1, 2, s.month) || !c.take(separator) || !c.number(1, 2, s.day)) return false;
    return rest_of_day(c, s);
  }
  if (digits == 1 || digits == 2) {
    unsigned first;
    c.number(1, 2, first);
    const char separator = c.peek();
    if (separator != '/' && separator != '-' && separator != '.' && separator != ' ') return false;
    ++c.at;
    if (is_alpha(c.peek())) {  // 24/Aug/2020, 24-Aug-2020, 24 Aug 2020
      s.day = first;
      return month_name(c, s) && c.take(separator) && year_number(c, s) && rest_of_day(c, s);
    }
    if (separator == ' ') return false;
    unsigned second;
    if (!c.number(1, 2, second) || !c.take(separator) || !year_number(c, s)) return false;
    const bool day_first = separator != '/' || first > 12;
    s.day = day_first ? first : second, s.month = day_first ? second : first;
    return rest_of_day(c, s);
  }
  if (digits == 8 && (c.peek(8) == 'T' || c.peek(8) == ' ' || c.peek(8) == '-')) {
    unsigned year;
    c.number(4, 4, year);
    if (year < 1970 || year > 2200) return false;
    s.year = static_cast<int>(year);
    c.number(2, 2, s.month), c.number(2, 2, s.day);
    ++c.at;
    if (c.digits() == 6) {
      c.number(2, 2, s.hour), c.number(2, 2, s.minute), c.number(2, 2, s.second);
      if (s.hour > 23 || s.minute > 59 || s.second > 60) return false;
      fraction(c, s);
    } else if (!clock(c, s)) {
      return false;
    }
    zone(c, s);
    return true;
  }
  if (epoch && (digits == 10 || digits == 13)) {
    std::int64_t value = 0;
    for (std::size_t i = 0; i < digits; ++i) value = value * 10 + (*c.at++ - '0');
    if (digits == 13) s.nanoseconds = static_cast<std::uint32_t>(value % 1000 * 1'000'000), s.digits = 3, value /= 1000;
    if (digits == 10) fraction(c, s);
    if (value < 315'532'800 || value > 4'102'444'800) return false;  // 1980 .. 2100
    if (!c.done() && (is_alpha(*c.at) || *c.at == '.' || *c.at == '-' || *c.at == '/')) return false;
    s.is_epoch = true;
    s.epoch = value;
    return true;
  }
  return false;
}

// Names: a weekday before anything else, then a month.
bool named(Cursor& c, Stamp& s, bool epoch) {
  if (c.end - c.at < 6) return false;
  if (is_weekday(c.at) && (c.at[3] == ' ' || c.at[3] == ',')) {
    c.at += 3;
    c.take(',');
    if (!c.take(' ')) return false;
    if (is_digit(c.peek())) return numeric(c, s, epoch) && !s.is_epoch;
    if (!month_name(c, s) || !c.take(' ')) return false;
    c.take(' ');
    if (!c.number(1, 2, s.day) || !c.take(' ') || !clock(c, s)) return false;
    zone(c, s);
    Cursor t = c;
    if (t.take(' ') && year_number(t, s)) c = t, s.is_ctime = true;
    return true;
  }
  if (!month_name(c, s)) return false;
  if (!c.take(' ')) return false;
  c.take(' ');
  if (!c.number(1, 2, s.day)) return false;
  c.take(',');
  if (!c.take(' ')) return false;
  if (c.digits() == 4 && c.peek(4) == ' ') {
    if (!year_number(c, s) || !c.take(' ')) return false;
  }
  if (!clock(c, s)) return false;
  zone(c, s);
  return true;
}

// The stamp of most lines, `Aug 24 01:12:09` before a host's name in lower case (nothing of which can be a zone or half
// of the day), without asking what else it may be.
bool classic(std::string_view text, Stamp& s) {
  if (text.size() < 18) return false;
  const char* const t = text.data();
  if (t[3] != ' ' || t[6] != ' ' || t[9] != ':' || t[12] != ':' || t[15] != ' ') return false;
  if (t[16] < 'a' || t[16] > 'z' || (t[17] | 32) == 'm') return false;
  const auto two = [&](std::size_t at) {
    return is_digit(t[at]) && is_digit(t[at + 1]) ? static_cast<unsigned>((t[at] - '0') * 10 + t[at + 1] - '0') : 99u;
  };
  s.day = t[4] == ' ' && is_digit(t[5]) ? static_cast<unsigned>(t[5] - '0') : two(4);
  s.hour = two(7), s.minute = two(10), s.second = two(13);
  if (s.hour > 23 || s.minute > 59 || s.second > 60) return false;
  s.month = month_of(t);
  s.size = 15;
  return s.month != 0 && valid_date(s);
}

// @ and 24 hexadecimal digits: TAI64N (cr.yp.to/libtai/tai64.html), as multilog writes it.
bool tai64n(Cursor& c, Stamp& s) {
  if (c.end - c.at < 25) return false;
  std::uint64_t seconds = 0;
  std::uint32_t nanoseconds = 0;
  for (int i = 1; i < 25; ++i) {
    const char digit = c.at[i], lower = static_cast<char>(digit | 32);
    if (!is_digit(digit) && (lower < 'a' || lower > 'f')) return false;
    const auto value = static_cast<unsigned>(is_digit(digit) ? digit - '0' : lower - 'a' + 10);
    if (i < 17) {
      seconds = seconds << 4 | value;
    } else {
      nanoseconds = nanoseconds << 4 | value;
    }
  }
  constexpr std::uint64_t kEpoch = (std::uint64_t{1} << 62) + 10;
  if (seconds < kEpoch || seconds - kEpoch > 4'102'444'800 || nanoseconds > 999'999'999) return false;
  s.is_epoch = true;
  s.epoch = static_cast<std::int64_t>(seconds - kEpoch);
  s.nanoseconds = nanoseconds, s.digits = 9;
  c.at += 25;
  return true;
}

// klog and glog: a letter of gravity, month and day, the clock: I0824 01:12:09.123456
bool klog(Cursor& c, Stamp& s) {
  const char gravity = c.peek();
  if (gravity != 'I' && gravity != 'W' && gravity != 'E' && gravity != 'F') return false;
  ++c.at;
  return c.digits() == 4 && c.number(2, 2, s.month) && c.number(2, 2, s.day) && c.take(' ') && clock(c, s);
}

bool starts_token(char before) {
  return before == ' ' || before == '[' || before == '(' || before == '"' || before == '\'' || before == '=' ||
         before == '\t' || before == '|' || before == ',' || before == ']' || before == ':' || before == '<' ||
         before == '>';
}

}  // namespace

unsigned month_of(const char* three) {
  const auto key = [](char a, char b, char c) { return static_cast<std::uint32_t>(a << 16 | b << 8 | c); };
  switch (static_cast<std::uint32_t>((three[0] | 32) << 16 | (three[1] | 32) << 8 | (three[2] | 32))) {
    case key('j', 'a', 'n'):
      return 1;
    case key('f', 'e', 'b'):
      return 2;
    case key('m', 'a', 'r'):
      return 3;
    case key('a', 'p', 'r'):
      return 4;
    case key('m', 'a', 'y'):
      return 5;
    case key('j', 'u', 'n'):
      return 6;
    case key('j', 'u', 'l'):
      return 7;
    case key('a', 'u', 'g'):
      return 8;
    case key('s', 'e', 'p'):
      return 9;
    case key('o', 'c', 't'):
      return 10;
    case key('n', 'o', 'v'):
      return 11;
    case key('d', 'e', 'c'):
      return 12;
    default:
      return 0;
  }
}

Time Stamp::at(int missing_year, int offset_minutes) const {
  if (is_epoch) return {epoch, nanoseconds, digits};
  Time time = Time::from_civil(year ? year : missing_year, month, day, hour, minute, second, nanoseconds, digits);
  time.seconds -= static_cast<std::int64_t>(zone == kNoZone ? offset_minutes : zone) * 60;
  return time;
}

bool read_stamp(std::string_view text, Stamp& out, bool epoch) {
  if (text.size() < 10) return false;
  out = {};
  if (classic(text, out)) return true;
  Cursor cursor{text.data(), text.data() + text.size()};
  out = {};
  const char first = text[0];
  const bool read = is_digit(first)                        ? numeric(cursor, out, epoch)
                    : is_alpha(first) && is_digit(text[1]) ? klog(cursor, out)
                    : is_alpha(first)                      ? named(cursor, out, epoch)
                    : first == '@' && epoch                ? tai64n(cursor, out)
                                                           : false;
  if (!read) return false;
  if (!out.is_epoch && !valid_date(out)) return false;
  out.size = static_cast<std::size_t>(cursor.at - text.data());
  return true;
}

std::optional<Time> read_epoch(std::string_view text) {
  Cursor cursor{text.data(), text.data() + text.size()};
  const std::size_t digits = cursor.digits();
  if (digits == 0 || digits > 12) return std::nullopt;
  Stamp stamp;
  stamp.is_epoch = true;
  for (std::size_t i = 0; i < digits; ++i) stamp.epoch = stamp.epoch * 10 + (*cursor.at++ - '0');
  fraction(cursor, stamp);
  if (!cursor.done()) return std::nullopt;
  return stamp.at(0, 0);
}

std::optional<std::size_t> find_dated_stamp(std::string_view text, std::size_t window, Stamp& out) {
  const std::size_t stop = std::min(window, text.size());
  for (std::size_t i = 0; i < stop; ++i) {
    const char c = text[i];
    if (!is_digit(c) && !(c >= 'A' && c <= 'Z')) continue;
    if (i > 0 && !starts_token(text[i - 1])) continue;
    if (read_stamp(text.substr(i), out) && out.dated()) return i;
  }
  return std::nullopt;
}

}  // namespace tocsin::text
