#include "event/demand.h"

#include "base/check.h"

namespace tocsin {

Slot Demand::add(std::string_view name) {
  if (const auto found = slots_.find(name); found != slots_.end()) return found->second;
  CHECK(names_.size() < kSlotsMax);
  const Slot slot = static_cast<Slot>(names_.size());
  names_.emplace_back(name);
  slots_.emplace(std::string(name), slot);
  return slot;
}

std::optional<Slot> Demand::find(std::string_view name) const {
  const auto found = slots_.find(name);
  return found == slots_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace tocsin
