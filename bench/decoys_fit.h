// The fit behind decoys::kWeights: a logistic regression over places, where a name is as suspicious as its worst place.
// Which place that is hangs on the weights, so fits and choices take turns.
#pragma once
#include <array>
#include <functional>
#include <span>
#include <vector>

#include "decoys/features.h"

namespace tocsin::bench {

using Weights = std::array<double, decoys::kFeatures>;

struct PlaceOf {
  std::uint32_t brand;
  decoys::Features features;
};
struct Example {
  std::uint32_t brand = 0;  // of a decoy: what it imitates
  std::vector<PlaceOf> places;
};

double dot(const Weights& weights, const decoys::Features& features);
double best_of(const Example& example, const Weights& weights);

// `use`: places of these brands only.
Weights fit(std::span<const Example> decoys, std::span<const Example> benign,
            const std::function<bool(std::uint32_t)>& use);

}  // namespace tocsin::bench
