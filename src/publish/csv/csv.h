// Findings as CSV (RFC 4180) for spreadsheets: no cell is ever a formula.
#pragma once
#include <cstdio>
#include <string>
#include <string_view>

#include "case/case.h"

namespace tocsin::publish {

// Quoted where needed. What a spreadsheet would take for a formula gets an apostrophe before it: the usual way, and it
// shows in other programs, so that the value is not silently another.
void append_csv_cell(std::string& out, std::string_view value);

void csv_header(std::string& out);
Result<void> csv_finding(casefile::Case& from, const casefile::Finding& finding, std::string& out);

Result<void> write_csv(casefile::Case& from, const casefile::FindingFilter& filter, std::FILE* to);

}  // namespace tocsin::publish
