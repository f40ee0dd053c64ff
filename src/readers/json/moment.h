// Moments as JSON and CSV records write them.
#pragma once
#include <string_view>

#include "base/time.h"

namespace tocsin {

// ISO 8601 (also with a space for the T), seconds, milliseconds, microseconds or nanoseconds since 1970 (told by
// their size), "/Date(1600000000000)/", "6/30/2021 3:04:05 PM" (month first). Without a zone the time is
// `offset_minutes` east of UTC. Time::none() for all else.
Time read_moment(std::string_view text, int offset_minutes);
// True when the text says its zone, or counts from 1970.
bool moment_has_zone(std::string_view text);

}  // namespace tocsin
