// Lines whose time lacks a year, and the year that runs along with them.
//
// Lines come in order, give or take a few: a fall of seven months or more (Dec → Jan) is a new year; a rise of eleven
// (Jan → Dec) is a straggler of the year before. cut() runs over the lines first, so that decode(), which may
// see blocks in any order, starts each block with its year.
#pragma once
#include <optional>
#include <string_view>

#include "readers/text/encoding.h"
#include "readers/text/stamp.h"

namespace tocsin::lines {

struct MonthDay {
  unsigned month = 0, day = 0;  // month 0: no such time
};

// What may stand before a line's time: <PRI>, RFC 5424's version, and the marks * . [ : of routers and others.
struct Front {
  int priority = -1;
  bool version = false;
  bool bracket = false;
  std::size_t size = 0;
};
Front front_of(std::string_view line);

// The month and day at the front of a line that gives no year.
MonthDay undated(std::string_view line);

class RunningYear {
 public:
  explicit RunningYear(int year) : year_(year) {}
  int of(unsigned month) {
    if (month_ != 0 && month + 7 <= month_) ++year_;
    if (month_ != 0 && month >= month_ + 11) --year_;
    month_ = month;
    return year_;
  }

 private:
  int year_;
  unsigned month_ = 0;  // of the line before; 0 at the start
};

// The year that the lines themselves betray: a full date within an undated line whose month and day agree with it, or a
// line with a full date before the first undated one (which then isn't earlier by more than a day), or after it
// (dated.h). `before` is a full date seen earlier, and is set to the last one here before the first undated line.
std::optional<int> year_within(std::string_view data, text::Encoding encoding, std::optional<Time>& before);

}  // namespace tocsin::lines
