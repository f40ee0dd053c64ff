#include "readers/text/sink.h"

namespace tocsin::text {

Names::Names(const Demand& demand, std::span<const std::string_view> fixed) : demand_(&demand), fixed_(fixed) {
  for (const std::string_view name : fixed) {
    const auto slot = demand.find(name);
    slots_.push_back(slot ? *slot : -1);
  }
  for (const std::string& name : demand.names())
    if (!name.empty()) lengths_[static_cast<unsigned char>(name[0])] |= std::uint64_t{1} << (name.size() & 63);
}

}  // namespace tocsin::text
