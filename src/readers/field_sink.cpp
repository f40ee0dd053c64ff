#include "readers/field_sink.h"

#include <bit>

namespace tocsin {

FieldTable::FieldTable(const Demand& demand) {
  std::size_t names = 0;
  for (const std::string& name : demand.names()) {
    ++names;
    for (const char c : name) names += c == '.';
  }
  entries_.resize(std::bit_ceil(4 * names + 4));
  mask_ = entries_.size() - 1;
  for (std::size_t slot = 0; slot < demand.size(); ++slot) {
    const std::string_view name = demand.names()[slot];
    insert(name, static_cast<std::uint32_t>(slot), false);
    for (std::size_t dot = name.find('.'); dot != name.npos; dot = name.find('.', dot + 1))
      insert(name.substr(0, dot), kNone, true);
  }
}

void FieldTable::insert(std::string_view name, std::uint32_t slot, bool below) {
  const std::uint64_t hash = hash_of(name);
  for (std::size_t at = hash & mask_;; at = (at + 1) & mask_) {
    Entry& entry = entries_[at];
    if (!entry.name.data()) entry = {hash, name, kNone, false};
    if (entry.hash != hash || entry.name != name) continue;
    if (slot != kNone) entry.slot = slot;
    entry.below |= below;
    return;
  }
}

}  // namespace tocsin
