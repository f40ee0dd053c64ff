// Worlds: what happens to an institution without anybody attacking it, and looks like it.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace tocsin::rehearse {

enum class World : std::uint8_t {
  travel,
  conference,
  narrow_nat,
  wide_nat,
  expiry,
  migration,
  branch,
  egress,
  egress_in_campaign,
  outage,
  relay,
  bots,
  connectors,
  cold_start,
};
inline constexpr int kWorlds = 14;

struct WorldSpec {
  World world;
  std::string_view name, summary;
};
std::span<const WorldSpec> all_worlds();  // in the order of World
std::optional<World> find_world(std::string_view name);

// A set of them; the empty one is the plain world.
class Worlds {
 public:
  constexpr Worlds() = default;
  constexpr Worlds(World world) : bits_(1U << static_cast<int>(world)) {}  // NOLINT: a world is a set of one
  static constexpr Worlds all() {
    Worlds set;
    set.bits_ = (1U << kWorlds) - 1;
    return set;
  }
  constexpr bool has(World world) const { return (bits_ >> static_cast<int>(world) & 1U) != 0; }
  friend constexpr Worlds operator|(Worlds a, Worlds b) {
    a.bits_ |= b.bits_;
    return a;
  }

 private:
  std::uint32_t bits_ = 0;
};

}  // namespace tocsin::rehearse
