// The summary that a scan ends with and `case show` repeats.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "case/case.h"
#include "publish/terminal/timeline.h"

namespace tocsin::publish {

// The findings of one rule. A detector says of each finding what it is, so that each is a group of its own while they
// are few.
struct RuleGroup {
  const casefile::RuleInfo* rule = nullptr;
  std::string title;
  Level level = Level::medium;  // of the gravest
  std::uint64_t findings = 0;
  Time first = Time::none(), last = Time::none();
  // Of the first kNamedMax findings, the first kNamesMax names of each kind.
  std::map<std::string, std::uint64_t> hosts, accounts, addresses;
  bool more_names = false;
  static constexpr std::size_t kNamesMax = 32, kNamedMax = 1000, kOwnMax = 100;
};

struct Overview {
  casefile::Counts counts;
  Time first = Time::none(), last = Time::none();
  std::vector<RuleGroup> groups;  // gravest first, then most findings, then rule id, then title
  Timeline timeline;
};

Result<Overview> overview(casefile::Case& from, const casefile::FindingFilter& filter);

struct SummaryWords {
  std::function<std::string(std::string_view)> reader_label;  // "evtx" → "EVTX"
  std::size_t rows = 20;                                      // of the table
};

// What the case holds, ready to print.
Result<std::string> summary(casefile::Case& from, const Terminal& terminal, const SummaryWords& words);

}  // namespace tocsin::publish
