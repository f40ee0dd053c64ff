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
inline constexpr double kCorrelationCountMax = 1e7;  // of event_count and value_count, which are counted exactly
inline constexpr std::int64_t kTimespanMax = 100LL * 366 * 86400;

// Of a temporal condition that is written out; they bound the work of terms_of.
inline constexpr std::size_t kTermsMax = 64, kTemporalInputsMax = 64, kTemporalNodesMax = 500;

// One way in which a temporal condition can hold: these inputs occurred (for temporal_ordered in this order), those
// did not.
struct Term {
  std::vector<std::uint32_t> wanted, unwanted;  // ascending
  friend auto operator<=>(const Term&, const Term&) = default;
};

// All of them; an error when there are more than kTermsMax, none, or one that wants nothing. Without a condition one
// term wants every input. temporal_ordered with a bound (`gte: 2`) wants that many of its inputs.
Result<std::vector<Term>> terms_of(const Correlation& correlation);

// What an id or name in `rules` means, or why it means nothing.
using Resolve = std::function<Result<Correlation::Input>(const std::string& reference)>;

// The ids and names that the document refers to, in order; empty when there are none.
std::vector<std::string> references_of(const Document& document);

Result<Correlation> read_correlation(const Document& document, const Resolve& resolve);

// `generate`, at the top or below `correlation`.
bool generates(const Document& document);

}  // namespace tocsin::sigma
