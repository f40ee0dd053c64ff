#include "detect/detectors.h"

#include <array>

namespace tocsin::detect {

std::span<const DetectorSpec* const> all_detectors() {
  static constexpr std::array table{&campaign_spec,
                                    &takeover_spec,
                                    &brute_force_source_spec,
                                    &brute_force_account_spec,
                                    &spray_source_spec,
                                    &spray_subnet_spec,
                                    &spray_network_spec,
                                    &enumeration_spec,
                                    &stuffing_spec,
                                    &mfa_spec,
                                    &mail_spec,
                                    &forgery_spec};
  return table;
}

}  // namespace tocsin::detect
