// The detectors, a folder each. Internal to detect: others use all_detectors().
#pragma once
#include "detect/detector.h"

namespace tocsin::detect {
extern const DetectorSpec campaign_spec;
extern const DetectorSpec takeover_spec;
}  // namespace tocsin::detect
