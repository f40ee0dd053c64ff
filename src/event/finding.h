// Finding: a rule's or detector's statement about events. The words are those of INTERFACES: see docs/JSON.md.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace tocsin {

enum class Level : std::uint8_t { informational, low, medium, high, critical };
inline constexpr std::string_view kLevelNames[] = {"informational", "low", "medium", "high", "critical"};
inline std::string_view name(Level level) { return kLevelNames[static_cast<int>(level)]; }
inline std::optional<Level> parse_level(std::string_view text) {
  for (int i = 0; i < 5; ++i)
    if (kLevelNames[i] == text) return static_cast<Level>(i);
  return std::nullopt;
}

enum class EntityType : std::uint8_t { account, host, address, network, domain, url, file, mailbox, service, process, hash };
inline constexpr std::string_view kEntityTypeNames[] = {"account", "host", "address", "network", "domain", "url",
                                                        "file",    "mailbox", "service", "process", "hash"};

struct Entity {
  EntityType type;
  std::string value;
  std::string role;  // "source", "target", "entered", … ; "" when the rule doesn't say
  friend auto operator<=>(const Entity&, const Entity&) = default;
};

}  // namespace tocsin
