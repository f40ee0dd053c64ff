// Filters: documents that narrow rules, each `rule and (filter condition)`. An internal part of loading.
#pragma once
#include <span>

#include "base/result.h"
#include "sigma/document.h"
#include "sigma/load.h"

namespace tocsin::sigma {

// Applies the filter to the rules that it names and that its logsource covers. An error leaves every rule as it was.
Result<FilterUse> apply_filter(const Document& document, std::span<Rule> rules, const Placeholders& placeholders);

}  // namespace tocsin::sigma
