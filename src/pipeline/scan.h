// scan(): evidence in, findings in a case out. The only place that knows readers, rules and the case together.
//
// Threads share three stations (crew.h): intake (serial: read, hash, cut), work (decode and match), and the case
// (serial, in evidence order). Rules that feed correlations leave their matches in the case; once all evidence is
// in, the ordered stages run over them in event-time order, from disk, so memory stays bounded whatever was found.
#pragma once
#include "base/result.h"
#include "case/case.h"
#include "pipeline/options.h"
#include "pipeline/program.h"
#include "pipeline/summary.h"

namespace tocsin {

// `into` is open for writing. An error: the case cannot be written, or no path could be opened at all; what was
// committed before stands.
Result<ScanSummary> scan(const ScanOptions& options, const Program& program, casefile::Case& into);

}  // namespace tocsin
