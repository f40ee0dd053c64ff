// The whole of `tocsin assess` but the words: incidents of one or several cases, the campaigns that tie them, and what
// each lets one observe. Judging (assess()) and writing it down are the caller's part.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "assess/knowledge.h"
#include "assess/observations.h"
#include "assess/tactics.h"
#include "case/case.h"
#include "case/story.h"
#include "indicators/warning_lists.h"

namespace tocsin::assess {

struct ReviewInput {
  casefile::Case* into = nullptr;            // whose story is written; its acts and claims hold
  std::vector<casefile::Case*> others = {};  // read only
  const Knowledge* knowledge = nullptr;
  const Tactics* tactics = nullptr;
  const indicators::WarningLists* lists = nullptr;  // may be null
};

struct Subject {
  std::string id, title;
  Observations observations;
};

struct Review {
  casefile::Story story;                             // without assessments and settings
  std::vector<casefile::IncidentFindings> findings;  // of the incidents of `into`
  std::vector<Subject> subjects;                     // to be judged: campaigns, then incidents of none; gravest first
  std::vector<std::string> changes;                  // against what the case held, a line each
  static constexpr std::size_t kSubjectsMax = 20;
};

Result<Review> review(const ReviewInput& input);

}  // namespace tocsin::assess
