// Who takes part in a campaign: from the candidates of its time to sources, targets and entered accounts.
#pragma once
#include <cstdint>
#include <vector>

#include "detect/campaign/candidates.h"
#include "detect/campaign/tracker.h"

namespace tocsin::detect {

struct Span {
  std::int64_t since = 0, end = 0;  // of the excess that was seen
};

// What was there before: candidates kept since the alarm, when whatever came later could push them out, and the
// campaigns that are over, whose sources are no noise and may come again.
struct Past {
  std::vector<Cell> cells;
  const std::vector<Campaign>& campaigns;
};

// Fills sources, targets, entries, onset and end. Leaves `sources` empty when nothing stands: the alarm was taken back.
void attribute(const Candidates& candidates, const Site& site, const Past& past, Span span, Campaign& campaign);

}  // namespace tocsin::detect
