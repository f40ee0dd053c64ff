// The hypotheses and their ungated likelihoods.
#pragma once
#include <array>
#include <span>
#include <vector>

#include "assess/items.h"

namespace tocsin::assess {

struct Shares {
  std::vector<double> base;                      // by actor: before other evidence than techniques and software
  std::vector<double> actors, logs;              // by actor: likelihood, and its log before all sum to one
  double sum = 0;                                // of all before
  std::array<double, 5> others{}, other_logs{};  // unknown, imitation, sibling, shared tooling, benign
};

// `ranked` and `first` (the likelihood of its first) come from the TraitModel; `stands` says whether the forger's tests
// are passed. With techniques and software alone, the first keeps exactly the calibrated likelihood.
Shares shares_of(const Knowledge& knowledge, std::span<const Ranked> ranked, double first, bool stands,
                 const std::vector<Item>& items);

// Best first, at most `actors_max` actors, and always the five others.
std::vector<Hypothesis> make_hypotheses(const Knowledge& knowledge, std::span<const Ranked> ranked,
                                        const Shares& shares, std::size_t actors_max);

}  // namespace tocsin::assess
