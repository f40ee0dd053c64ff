// Checking: what became of a folder of rules, for the checker and for a scan's summary.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "sigma/program.h"

namespace tocsin::sigma {

// A few words for the group that a refusal belongs to: "need a placeholder", "not YAML", "status deprecated" …
std::string_view kind_of(const Refusal& refusal);

// Refusals by kind.
std::map<std::string, std::uint64_t> kinds_of(const RuleSet& rules);

}  // namespace tocsin::sigma
