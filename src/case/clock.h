// The one clock: when a person did something, for the journal. Never a finding's time.
#pragma once
#include "base/time.h"

namespace tocsin::casefile {

Time wall_clock();  // milliseconds

}  // namespace tocsin::casefile
