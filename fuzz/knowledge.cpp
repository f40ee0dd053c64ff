// Files of knowledge on arbitrary bytes: a bundle, a galaxy or an actor file, alone and beside a good one.
#include <cstdint>
#include <numeric>

#include "assess/score.h"
#include "base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin::assess;
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  static const std::string good =
      R"({"format":"tocsin-actors/1","traits":[["T1","a"],["S1","b"]],"actors":[{"id":"G1","name":"x","aliases":["y"],
  "reports":[[20200101,[0,1]]]}]})";
  for (const auto& files : {std::vector<Knowledge::File>{{"fuzzed", bytes}}, {{"good", good}, {"fuzzed", bytes}}}) {
    const auto known = Knowledge::parse(files);
    if (!known) continue;
    for (std::size_t i = 1; i < known->actors().size(); ++i) CHECK(known->actors()[i - 1].id < known->actors()[i].id);
    for (const Actor& actor : known->actors()) {
      CHECK(!known->actors_named(actor.id).empty());
      for (const Report& report : actor.reports)
        for (const std::uint32_t trait : report.traits) CHECK(trait < known->traits().size());
    }
    std::vector<std::uint32_t> seen(std::min<std::size_t>(known->traits().size(), 20));
    std::iota(seen.begin(), seen.end(), 0u);
    const TraitModel model(*known);
    const auto ranked = model.rank(seen);
    const double p = likelihood(ranked, seen.size());
    CHECK(p >= 0 && p <= 1);
    robustness(model, seen, ranked);
  }
  return 0;
}
