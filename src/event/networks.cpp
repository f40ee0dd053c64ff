#include "event/networks.h"

namespace tocsin {
namespace {

class PrefixNetworks final : public Networks {
 public:
  std::uint64_t network_of(const Ip& address) const override {
    if (address.is_v4()) return std::uint64_t{1} << 32 | address.v4_value() >> 16;
    const auto& b = address.bytes;
    return std::uint64_t{2} << 32 | std::uint64_t{b[0]} << 24 | std::uint64_t{b[1]} << 16 | std::uint64_t{b[2]} << 8 |
           b[3];
  }
  std::string name_of(const Ip& address) const override { return address.network_text(address.is_v4() ? 16 : 32); }
  bool knows_as() const override { return false; }
  std::string country_of(const Ip&) const override { return ""; }
};

}  // namespace

const Networks& prefix_networks() {
  static const PrefixNetworks networks;
  return networks;
}

}  // namespace tocsin
