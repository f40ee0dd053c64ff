// What `scan` says at its end, for people.
#pragma once
#include <cstdio>

#include "pipeline/program.h"
#include "pipeline/summary.h"

namespace tocsin::cli {

void print_summary(const ScanSummary& summary, const Program& program, std::FILE* to);
// What to type next. `case_path` is "" for a scratch case.
void print_next(const ScanSummary& summary, const std::string& case_path, std::FILE* to);

}  // namespace tocsin::cli
