#include "readers/dated.h"

#include "readers/lines/undated.h"
#include "readers/text/encoding.h"
#include "readers/text/stamp.h"

namespace tocsin {
namespace {

// Audit records and the like: audit(1598231529.123:456)
std::optional<Time> audit_time(std::string_view line) {
  const std::size_t at = line.find("audit(");
  text::Stamp stamp;
  if (at == std::string_view::npos || !text::read_stamp(line.substr(at + 6), stamp, true) || !stamp.is_epoch)
    return std::nullopt;
  return stamp.at(0, 0);
}

// Key=value firewalls write date=2020-08-24 time=01:12:09.
std::optional<Time> key_value_time(std::string_view line) {
  const std::size_t date = line.find("date=");
  if (date == std::string_view::npos) return std::nullopt;
  std::string_view day = line.substr(date + 5), rest = day;
  if (day.starts_with('"')) day.remove_prefix(1);
  const std::size_t clock = rest.substr(0, 64).find("time=");
  if (clock == std::string_view::npos || day.size() < 10) return std::nullopt;
  std::string_view hour = rest.substr(clock + 5);
  if (hour.starts_with('"')) hour.remove_prefix(1);
  if (hour.size() < 8) return std::nullopt;
  return Time::parse_iso(std::string(day.substr(0, 10)) + 'T' + std::string(hour.substr(0, 8)));
}

}  // namespace

std::optional<Time> dated_head(std::string_view head) {
  Arena arena;
  const std::string_view utf8 = text::head_as_utf8(head, arena, 65536);
  std::optional<Time> found;
  text::first_lines(utf8, true, 4096, [&](std::string_view line) {
    text::Stamp stamp;
    if (text::read_stamp(line, stamp, true) && stamp.dated()) {
      found = stamp.at(0, 0);
    } else if (auto time = audit_time(line)) {
      found = time;
    } else if (auto day = key_value_time(line)) {
      found = day;
    } else if (text::find_dated_stamp(line, 8192, stamp)) {
      found = stamp.at(0, 0);
    }
    return !found;
  });
  return found;
}

bool has_undated_lines(std::string_view head) {
  return year_from_evidence(head, Time::from_civil(2000, 1, 1)).has_value();
}

std::optional<int> year_of_own_lines(std::string_view head) {
  const text::Mark mark = text::byte_order_mark(head);
  std::optional<Time> before;
  return lines::year_within(head.substr(mark.size), mark.encoding, before);
}

std::optional<int> year_from_evidence(std::string_view head, Time evidence) {
  Arena arena;
  const std::string_view utf8 = text::head_as_utf8(head, arena, 65536);
  std::optional<int> year;
  text::first_lines(utf8, true, 4096, [&](std::string_view line) {
    if (const lines::MonthDay date = lines::undated(line); date.month)
      year = latest_year(evidence, date.month, date.day);
    return !year;
  });
  return year;
}

int latest_year(Time evidence, unsigned month, unsigned day) {
  const int year = static_cast<int>(civil(evidence).year);
  const Time limit = evidence.plus_seconds(86400);
  for (int candidate = year + 1; candidate > year - 8; --candidate) {
    const bool leap = (candidate % 4 == 0 && candidate % 100 != 0) || candidate % 400 == 0;
    if (month == 2 && day == 29 && !leap) continue;
    if (Time::from_civil(candidate, month, day) <= limit) return candidate;
  }
  return year - 8;  // Feb 29 around a century that has none
}

}  // namespace tocsin
