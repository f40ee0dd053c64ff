// Groups of findings that are one thing happening to one victim.
//
// Groups are taken in order of time; each joins the cluster that it has most in common with, if that is enough. What
// counts: shared things by class (who, where, infrastructure, …), each by its strength and by how long ago the cluster
// saw it; the order of an intrusion (a later tactic carries it on, an earlier one hardly); nearness in time; the same
// rule or technique going on. No single address, account or host reaches the mark by itself. A group that fits two clusters joins
// them only when two classes, or an account that was entered, say so.
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "assess/findings.h"

namespace tocsin::assess {

struct Cluster {
  std::vector<std::uint32_t> groups;  // ascending
  std::vector<std::pair<std::uint32_t, std::uint32_t>>
      bonds;              // things that held it together, how many groups; most first
  bool incident = false;  // grave enough: a high finding, two rules of medium, or a detector's medium finding
};

struct Clustering {
  std::vector<Cluster> clusters;       // by first group
  std::vector<std::uint32_t> routine;  // rules (Text::rule_number) that go on everywhere all the time: they join, but
                                       // start nothing
};

Clustering cluster(const Findings& findings);

}  // namespace tocsin::assess
