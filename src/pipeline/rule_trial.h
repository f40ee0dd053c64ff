// Trying rules on evidence, one event at a time and by the naive evaluator: which selections hold, and what a near
// miss lacked. For `tocsin rules test`.
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "pipeline/options.h"
#include "pipeline/program.h"
#include "sigma/describe.h"

namespace tocsin {

struct TrialEvent {
  std::string evidence;
  std::uint64_t offset = 0, record = 0;
  Time time;
  std::uint32_t rule = 0;  // into Program::rules()
  std::string entry;       // the logsource entry through which the rule saw it
  bool met = false;
  std::vector<std::pair<std::string, bool>> selections;
  std::vector<sigma::Miss> misses;  // empty when met
  std::uint64_t distance = 0;       // tests that would have to come out otherwise
};

struct TrialSummary {
  std::uint64_t events = 0;        // read
  std::uint64_t of_logsource = 0;  // seen by one of the rules at least
  std::uint64_t met = 0;
  std::uint64_t incomplete = 0;  // pieces of evidence that could not be read to their end
};

// `tell` is called for every pair of event and rule that the rule's logsource lets through, in the order of the
// evidence.
Result<TrialSummary> try_rules(const ScanOptions& options, const Program& program, std::span<const std::uint32_t> rules,
                               const std::function<void(TrialEvent&&)>& tell,
                               const std::function<void(std::string_view, const Anomaly&)>& anomaly);

}  // namespace tocsin
