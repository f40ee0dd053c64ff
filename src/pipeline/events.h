// events(): every record of the evidence with all its fields, in evidence order. For people, other tools and tests.
#pragma once
#include <functional>
#include <string_view>

#include "base/result.h"
#include "pipeline/options.h"
#include "pipeline/program.h"

namespace tocsin {

struct EventsSummary {
  std::uint64_t files = 0, events = 0, anomalies = 0, incomplete = 0;
};

// `lines` receives whole lines of JSON, in order. `anomaly` receives each anomaly with its evidence. A piece of
// evidence is read twice, for its SHA-256 first; what comes from standard input is printed without one.
Result<EventsSummary> events(const ScanOptions& options, const Program& program,
                             const std::function<void(std::string_view)>& lines,
                             const std::function<void(std::string_view, const Anomaly&)>& anomaly);

}  // namespace tocsin
