// Years for lines that name month and day only ("Aug 24 01:12:09 host …").
//
// The rule: a log speaks of the past of whatever dated evidence lies beside it. So the year is the latest one that
// doesn't put the log's first line after the dated evidence by more than a day (which bears clocks and zones that
// differ). No clock is ever asked; without dated evidence the year is assumed, and said to be so.
//
// Where the pipeline finds the evidence: dated_head() of the files around (same folder first, then all), the latest
// of them. Pass year_from_evidence() of the undated file's head as ReadOptions::year, with year_assumed false.
#pragma once
#include <optional>
#include <string_view>

#include "base/time.h"

namespace tocsin {

// A leap year, so that Feb 29 exists.
inline constexpr int kAssumedYear = 1972;

// The first time with a full date in the head of any text (log lines, JSON, XML, CSV …), read as UTC where it has no
// zone.
std::optional<Time> dated_head(std::string_view head);

// True if lines at the front of the head name month and day but no year.
bool has_undated_lines(std::string_view head);

// The year that an undated log's own lines betray: lines with a full date among them, or a full date within a line that
// agrees with its month and day. Other dates in messages ("valid to 2031-01-01") are no evidence. A reader that
// was given no year asks this by itself.
std::optional<int> year_of_own_lines(std::string_view head);

// The rule above, for the first such line of the head. Nothing if there is none.
std::optional<int> year_from_evidence(std::string_view head, Time evidence);

// The rule above, for a date.
int latest_year(Time evidence, unsigned month, unsigned day);

}  // namespace tocsin
