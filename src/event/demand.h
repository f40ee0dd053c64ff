// Demand: the fields that rules, correlations and detectors use. Readers decode
// these and nothing else; all the rest of a record stays reachable through
// RecordAccess (event/record.h).
//
// Names are the vendor's own, as the reader's normal form spells them: "CommandLine",
// "EventID", "Provider_Name", "userIdentity.type". A dot steps into an object.
// Filled before the first reader opens, const and shared by threads from then on.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tocsin {

using Slot = std::uint16_t;  // a field's place in the Demand
inline constexpr std::size_t kSlotsMax = 65535;

class Demand {
 public:
  Slot add(std::string_view name);  // the same name gives the same slot
  std::optional<Slot> find(std::string_view name) const;
  std::span<const std::string> names() const { return names_; }
  std::size_t size() const { return names_.size(); }
  const std::string& name(Slot slot) const { return names_[slot]; }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  std::vector<std::string> names_;
  std::unordered_map<std::string, Slot, Hash, std::equal_to<>> slots_;
};

}  // namespace tocsin
