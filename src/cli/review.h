// What `assess` does, and what the analyst's verbs do once more after a decision.
#pragma once
#include <string>
#include <vector>

#include "case/case.h"

namespace tocsin::cli {

struct ReviewSettings {
  std::vector<std::string> knowledge;  // files; empty: the actor file that comes with the program
  std::string yardstick = "icd203";
  std::string warning_lists;        // a folder; "" none
  std::vector<std::string> others;  // other cases
};

// Settings as the story keeps them, so that a decision is followed by the same review.
std::string settings_json(const ReviewSettings& settings);
ReviewSettings settings_from(std::string_view json);

// Reviews and writes the story; false: it stood like that already. Other cases that can't be read any more are left as
// they were taken over.
Result<bool> write_review(casefile::Case& into, std::vector<casefile::Case>& others, const ReviewSettings& settings);

}  // namespace tocsin::cli
