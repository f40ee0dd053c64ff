// Conditions: `selection and not 1 of filter_*` as nodes over the selections' nodes.
#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sigma/program.h"

namespace tocsin::sigma {

inline constexpr std::size_t kConditionDepthMax = 200;
inline constexpr std::size_t kConditionWordsMax = 20'000;

// Appends to `nodes` (which hold the selections already) and returns the root's index. The error quotes the word
// that is wrong.
Result<std::uint32_t> parse_condition(std::string_view text, std::span<const Selection> selections,
                                      std::vector<Node>& nodes);

}  // namespace tocsin::sigma
