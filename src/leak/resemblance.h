// Which of many texts are like this one? MinHash by one permutation (Li, Owen, Zhang 2012; empty bins filled as
// Shrivastava and Li 2014) and banding: a lookup costs the same for a thousand texts and for a hundred thousand.
#pragma once
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

namespace tocsin::leak {

class Resemblance {
 public:
  static constexpr std::size_t kHashes = 64, kBands = 32;
  using Sketch = std::array<std::uint32_t, kHashes>;
  static Sketch sketch(const std::vector<std::uint64_t>& shingles);

  // `id`s are given in order, from 0. About 400 bytes a text.
  void add(const Sketch& sketch, const std::vector<std::uint64_t>& shingles);
  void seal();  // after the last
  // Up to `most` ids, the likest first; those that share less than a fifth are left out.
  std::vector<std::uint32_t> like(const Sketch& sketch, std::size_t most) const;
  // A shingle that so many texts have is boilerplate: letterheads, disclaimers.
  bool common(std::uint64_t shingle) const;

 private:
  std::vector<Sketch> sketches_;
  std::vector<std::pair<std::uint64_t, std::uint32_t>> bands_;  // hash of a band → text, sorted
  std::vector<std::uint16_t> frequency_ = std::vector<std::uint16_t>(1u << 22);
};

}  // namespace tocsin::leak
