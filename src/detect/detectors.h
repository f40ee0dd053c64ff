// The detectors, a folder each. Internal to detect: others use all_detectors().
#pragma once
#include "detect/detector.h"

namespace tocsin::detect {
extern const DetectorSpec campaign_spec;
extern const DetectorSpec takeover_spec;
extern const DetectorSpec brute_force_source_spec;
extern const DetectorSpec brute_force_account_spec;
extern const DetectorSpec spray_source_spec;
extern const DetectorSpec spray_subnet_spec;
extern const DetectorSpec spray_network_spec;
extern const DetectorSpec enumeration_spec;
extern const DetectorSpec stuffing_spec;
extern const DetectorSpec mfa_spec;
extern const DetectorSpec mail_spec;
extern const DetectorSpec forgery_spec;
}  // namespace tocsin::detect
