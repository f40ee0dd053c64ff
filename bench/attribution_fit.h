// The two fits behind assess::Weights: which actor is first (conditional logit), and whether the first is right
// (logistic). Few parameters, convex, solved by Newton's method with halved steps.
#pragma once
#include <cstddef>
#include <span>
#include <vector>

#include "assess/score.h"

namespace tocsin::bench {

struct Choice {
  std::vector<assess::Features> offered;
  std::size_t right;
};
assess::Features fit_score(std::span<const Choice* const> choices);

struct Judged {
  double lead, explained, nearest;
  bool right;
};
std::array<double, 4> fit_likelihood(std::span<const Judged> cases);

}  // namespace tocsin::bench
