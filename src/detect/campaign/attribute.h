// Who takes part in a campaign: from the candidates of its time to sources, targets and entered accounts.
#pragma once
#include <cstdint>

#include "detect/campaign/candidates.h"
#include "detect/campaign/tracker.h"

namespace tocsin::detect {

struct Span {
  std::int64_t since = 0, end = 0;  // of the excess that was seen
};

// Fills sources, targets, entries, onset and end. Leaves `sources` empty when nothing stands: the alarm was taken back.
void attribute(const Candidates& candidates, const Site& site, Span span, Campaign& campaign);

}  // namespace tocsin::detect
