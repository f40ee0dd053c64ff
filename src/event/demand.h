// Demand: the fields that rules, correlations and detectors use. Readers decode
// these and nothing else; all the rest of a record stays reachable through
// RecordAccess (event/record.h).
//
// Names are the vendor's own, as the reader's normal form spells them: "CommandLine",
// "EventID", "Provider_Name", "userIdentity.type". A dot steps into an object.
// Filled before the first reader opens, const and shared by threads from then on.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tocsin {

using Slot = std::uint16_t;  // a field's place in the Demand
inline constexpr std::size_t kSlotsMax = 65535;

// What rules search for in all values of a record. A reader that knows better tells the engine through
// Event::keywords_elsewhere that it needn't look.
class Keywords {
 public:
  virtual ~Keywords() = default;
  // The groups, as bits, that have a keyword in this UTF-8 text; more bits than that do no harm.
  virtual std::uint64_t groups_in(std::string_view text) const = 0;
};

class Demand {
 public:
  Slot add(std::string_view name);  // the same name gives the same slot
  std::optional<Slot> find(std::string_view name) const;
  std::span<const std::string> names() const { return names_; }
  std::size_t size() const { return names_.size(); }
  const std::string& name(Slot slot) const { return names_[slot]; }

  void watch(std::shared_ptr<const Keywords> keywords) { keywords_ = std::move(keywords); }
  const std::shared_ptr<const Keywords>& keywords() const { return keywords_; }  // null: nobody searches

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  std::shared_ptr<const Keywords> keywords_;
  std::vector<std::string> names_;
  std::unordered_map<std::string, Slot, Hash, std::equal_to<>> slots_;
};

}  // namespace tocsin
