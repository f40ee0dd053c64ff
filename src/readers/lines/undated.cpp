#include "readers/lines/undated.h"

#include "readers/dated.h"
#include "readers/text/cutter.h"

namespace tocsin::lines {

std::optional<int> year_within(std::string_view data, text::Encoding encoding, std::optional<Time>& before) {
  Arena arena;
  std::optional<int> year;
  MonthDay first;
  std::size_t left = 4096;
  text::for_each_line(data.substr(0, 262144), encoding, [&](std::string_view raw, std::size_t) {
    if (year || left == 0 || raw.empty()) return;
    --left;
    const std::string_view line = text::decode_line(raw, encoding, arena);
    text::Stamp stamp;
    if (const MonthDay date = undated(line); date.month) {
      if (!first.month && before) {
        const Time least = before->plus_seconds(-86400);
        year = latest_year(*before, date.month, date.day);
        if (Time::from_civil(*year, date.month, date.day, 23, 59, 59) < least) ++*year;
        return;
      }
      if (!first.month) first = date;
      const auto at = text::find_dated_stamp(line.substr(std::min<std::size_t>(line.size(), 15)), 1024, stamp);
      if (at && !stamp.is_epoch && stamp.month == date.month && stamp.day == date.day) {
        RunningYear since(0);
        since.of(first.month);
        year = stamp.year - since.of(date.month);
      }
    } else if (text::read_stamp(line.substr(front_of(line).size), stamp, true) && stamp.dated()) {
      if (first.month) {
        year = latest_year(stamp.at(0, 0), first.month, first.day);
      } else {
        before = stamp.at(0, 0);
      }
    }
  });
  return year;
}

}  // namespace tocsin::lines
