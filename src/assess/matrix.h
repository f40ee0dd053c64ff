// Analysis of competing hypotheses: every item against every hypothesis, inconsistencies first.
#pragma once
#include "assess/assessment.h"

namespace tocsin::assess {
Matrix make_matrix(const Knowledge& knowledge, const std::vector<Hypothesis>& hypotheses,
                   const std::vector<Item>& items);
}  // namespace tocsin::assess
