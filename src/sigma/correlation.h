// Correlation documents → Correlation. An internal part of loading; running them is correlate.h.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sigma/document.h"
#include "sigma/program.h"

namespace tocsin::sigma {

inline constexpr std::size_t kCorrelationInputsMax = 1000;
inline constexpr double kCorrelationCountMax = 1e7;       // of event_count and value_count, which are counted exactly
inline constexpr std::int64_t kTimespanMax = 100LL * 366 * 86400;

// What an id or name in `rules` means, or why it means nothing.
using Resolve = std::function<Result<Correlation::Input>(const std::string& reference)>;

// The ids and names that the document refers to, in order; empty when there are none.
std::vector<std::string> references_of(const Document& document);

Result<Correlation> read_correlation(const Document& document, const Resolve& resolve);

// `generate`, at the top or below `correlation`.
bool generates(const Document& document);

}  // namespace tocsin::sigma
