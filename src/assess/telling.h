// An incident told: title, severity, victims, path, entities, timeline. Internal to incident.cpp.
#pragma once
#include <span>
#include <vector>

#include "assess/findings.h"
#include "assess/tactics.h"
#include "case/story.h"

namespace tocsin::assess {

// Fills all but the ids from these findings (indices, ascending) and the bonds that held them together.
void tell(const Findings& all, const Tactics& tactics, std::span<const std::uint32_t> findings,
          std::span<const std::pair<std::uint32_t, std::uint32_t>> bonds, casefile::Incident& out);

}  // namespace tocsin::assess
