#include "sigma/check.h"

namespace tocsin::sigma {

std::string_view kind_of(const Refusal& refusal) {
  struct Kind {
    std::string_view words, name;
  };
  // The first whose words stand in the reason.
  static constexpr Kind kKinds[] = {
      {"the placeholder %", "need a placeholder"},
      {"status: deprecated", "status deprecated"},
      {"status: unsupported", "status unsupported"},
      {"not YAML", "not YAML"},
      {"YAML", "not YAML"},
      {"not UTF-8", "not YAML"},
      {"the key '", "not YAML"},
      {"can't be read", "unreadable"},
      {"stands already in", "id twice"},
      {"old aggregation syntax", "old aggregation"},
      {"the expression '", "expression"},
      {"the correlation ", "correlation"},
      {"the filter", "filter"},
      {"modifier '", "modifier"},
      {"the condition ", "condition"},
      {"selection '", "selection"},
  };
  for (const Kind& kind : kKinds)
    if (refusal.reason.find(kind.words) != std::string::npos) return kind.name;
  return "other";
}

std::map<std::string, std::uint64_t> kinds_of(const RuleSet& rules) {
  std::map<std::string, std::uint64_t> out;
  for (const Refusal& refusal : rules.refused) ++out[std::string(kind_of(refusal))];
  return out;
}

}  // namespace tocsin::sigma
