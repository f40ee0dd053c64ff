// phishing_bench folds: what the fitted weights are worth on mails of campaigns that they have not seen.
#pragma once
#include <string>

#include "phishing/verdict.h"

namespace tocsin::bench {

// `folder`: of real phishing. Prints one JSON object; with `verbose` also what honest kinds are flagged. `write`: a
// file for the weights fitted on everything that is not held out; "" for none.
int phishing_folds(const phishing::Judge& judge, const phishing::Knowledge& know, const std::string& folder,
                   const std::string& write, bool verbose);

}  // namespace tocsin::bench
