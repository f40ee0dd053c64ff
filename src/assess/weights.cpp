// Fitted by bench/attribution_bench.cpp on ATT&CK 18.1, all groups; the figures it prints come from weights fitted
// without the group that is asked for. `./dev bench attribution` says how far these stand from a fresh fit.
#include "assess/score.h"

namespace tocsin::assess {

const Weights kWeights = {
    {0.1131, 1.5047, 0.4181, 7.9619, 0.4011, 3.6283, 6.7055, 3.9097}, {-4.8085, 0.9828, 1.2144, 3.5233}, 0.92};

}  // namespace tocsin::assess
