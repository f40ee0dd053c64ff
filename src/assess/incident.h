// Incidents: clusters of findings with names, told in order, that keep their ids and what analysts decided about them.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "assess/cluster.h"
#include "assess/findings.h"
#include "assess/tactics.h"
#include "case/story.h"

namespace tocsin::assess {

struct IncidentSet {
  static constexpr std::size_t kIncidentsMax = 2'000;  // of more the gravest; `loose` and a remark count the rest
  std::vector<casefile::Incident> incidents;            // by time, then id
  std::vector<casefile::IncidentFindings> findings;     // of each, in the same order
  std::uint64_t loose = 0;                              // findings of no incident
  std::vector<std::string> remarks;
};

// `before` and `known` (findings of its incidents) are what the case held: ids stay with the defining finding, or where
// that is gone, with most of the findings. Acts that still hold are applied: splits, then merges.
IncidentSet find_incidents(const Findings& findings, const Tactics& tactics, const casefile::Story& before,
                           std::span<const casefile::IncidentFindings> known, std::span<const casefile::Act> acts);

}  // namespace tocsin::assess
