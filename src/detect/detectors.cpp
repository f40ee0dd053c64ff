#include "detect/detectors.h"

#include <array>

namespace tocsin::detect {

std::span<const DetectorSpec* const> all_detectors() {
  static constexpr std::array<const DetectorSpec*, 2> table{&campaign_spec, &takeover_spec};
  return table;
}

}  // namespace tocsin::detect
