// What an incident or a campaign lets one observe, for the assessment of who did it.
#pragma once
#include <span>
#include <vector>

#include "assess/knowledge.h"
#include "assess/observations.h"
#include "case/case.h"

namespace tocsin::assess {

// When the case's evidence speaks, by reader: absence counts only where a log existed that would have shown a thing.
struct Coverage {
  std::string reader;
  Time first = Time::none(), last = Time::none();
};
std::vector<Coverage> coverage_of(std::span<const casefile::Evidence> evidence);

// Techniques of the paths, indicators among the entities (shared ones left out), claims that still hold and speak of
// the subject or of the whole case, and what those claims tie to an actor where it was seen here too.
Observations observe(std::span<const casefile::Incident* const> incidents, const std::string& subject,
                     const std::string& title, std::span<const casefile::Claim> claims, const Knowledge& knowledge,
                     std::span<const Coverage> coverage);

}  // namespace tocsin::assess
