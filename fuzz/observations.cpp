// Observations on arbitrary bytes, judged against a little knowledge: whatever is said, the likelihoods sum to one, and
// nobody passes the gates without two kinds of evidence.
#include "assess/observations.h"

#include <cmath>
#include <cstdint>

#include "assess/assessment.h"
#include "base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin::assess;
  static const Knowledge known = *Knowledge::parse(std::vector<Knowledge::File>{
      {"good", R"({"format":"tocsin-actors/1","traits":[["S1","b"],["T1","a"],["T2","c"]],"actors":[
        {"id":"G1","name":"x","aliases":["y"],"backing":[{"level":"state","value":"XX","by":"z"}],"reports":[[20200101,[0,1,2]]]},
        {"id":"G2","name":"w","aliases":["y"],"reports":[[20200101,[1]],[20210101,[2]]]}]})"}});
  const auto seen = parse_observations({reinterpret_cast<const char*>(data), size}, "fuzzed");
  if (!seen) return 0;
  if (seen->traits.size() + seen->claims.size() + seen->indicators.size() + seen->techniques.size() > 200) return 0;
  const Assessment made = assess(known, *seen);
  double sum = 0;
  for (const Hypothesis& one : made.hypotheses) sum += one.likelihood;
  CHECK(std::abs(sum - 1) < 1e-6);
  if (seen->traits.empty() && seen->indicators.empty()) CHECK(made.actor.level <= Level::realistic_possibility);
  CHECK(made.actor.likelihood <= ceiling(made.actor.level));
  return 0;
}
