// Traffic Light Protocol 2.0 (FIRST, https://www.first.org/tlp/): how far a thing may travel.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace tocsin::publish {

enum class Tlp : std::uint8_t { clear, green, amber, amber_strict, red };  // ascending: the higher, the closer kept
inline constexpr std::string_view kTlpNames[] = {"clear", "green", "amber", "amber+strict", "red"};
inline std::string_view name(Tlp tlp) { return kTlpNames[static_cast<int>(tlp)]; }

// "clear", "TLP:AMBER+STRICT", "amber-strict"; "white" is the old name of clear. Without letter case.
std::optional<Tlp> parse_tlp(std::string_view text);

// What the institution's own systems recorded names its people and machines: for it and its clients alone, unless
// somebody decides otherwise.
inline constexpr Tlp kOwnTelemetry = Tlp::amber;
// A claim whose giver didn't say how far it may go goes no further than what is our own.
inline constexpr Tlp kNotSaid = Tlp::amber;

}  // namespace tocsin::publish
