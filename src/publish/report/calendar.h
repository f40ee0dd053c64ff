// What else happened at the time: elections, electoral silence, summits. Put beside the timeline so that timing can be
// seen; it is no evidence by itself.
//
// CSV (RFC 4180) with a header: start, end, kind, title. Dates or times of ISO 8601; `end` may be empty or a date,
// whose whole day counts; kind is election, silence, summit or any other word. Or iCalendar (RFC 5545): DTSTART, DTEND,
// SUMMARY and the first of CATEGORIES of each VEVENT; times without a zone and times with a TZID are taken as UTC,
// which a remark says.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace tocsin::publish {

struct Mark {
  Time start = Time::none(), end = Time::none();  // end is exclusive
  std::string kind, title;
};

struct Calendar {
  std::vector<Mark> marks;           // by start, end, title; the first kMarksMax
  std::vector<std::string> remarks;  // lines that could not be read
  static constexpr std::size_t kMarksMax = 10'000;
};

Result<Calendar> load_calendar(const std::string& path);
Result<Calendar> parse_calendar(std::string_view text, const std::string& name);

}  // namespace tocsin::publish
