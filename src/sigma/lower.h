// Lowering: a `detection` map → atoms and nodes. Modifiers are applied in the order in which they are written, and
// nothing of them is left afterwards but the primitive tests of program.h.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/yaml.h"
#include "sigma/program.h"

namespace tocsin::sigma {

inline constexpr std::size_t kAtomsMax = 200'000;  // of one rule, once modifiers have multiplied its values

// Placeholder name (without its percent signs) → the values it stands for.
using Placeholders = std::map<std::string, std::vector<std::string>, std::less<>>;

// Selections and condition, or filter and condition: `body` is a map with a `condition` and else selections, save
// the keys in `skip`. Appends to the rule's atoms, nodes and selections and returns the condition's node. An error's
// `where` is the line alone. Placeholders that were used are added to `used`.
Result<std::uint32_t> lower_detection(const Yaml& body, std::span<const std::string_view> skip,
                                      const Placeholders& placeholders, Rule& rule, Placeholders& used);

// One item of a selection, `Field|modifier|modifier: values`; for lower_detection and tests.
Result<std::uint32_t> lower_item(std::string_view key, const Yaml& values, const Placeholders& placeholders, Rule& rule,
                                 Placeholders& used);

}  // namespace tocsin::sigma
