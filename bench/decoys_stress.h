// Decoys and honest names of our own making, by one seed: protected names of kinds that no corpus here has, so that
// levels can be held against others' names. `decoys_bench stress`.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace tocsin::bench {

struct Stress {
  struct Trick {
    std::string name;
    std::vector<std::pair<std::string, std::size_t>> decoys;  // name, index into `protect`
  };
  std::vector<std::string> protect;
  std::vector<Trick> tricks;
  std::vector<std::string>
      honest;  // made of the same words, towns and given names, and of none of the protected labels
};
Stress make_stress(std::uint64_t seed, std::size_t honest);

}  // namespace tocsin::bench
