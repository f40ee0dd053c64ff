#include "leak/resemblance.h"

#include <algorithm>

#include "base/check.h"

namespace tocsin::leak {
namespace {

constexpr std::size_t kBucketMax = 64;  // texts of one band that are looked at
constexpr std::uint32_t kEmpty = UINT32_MAX;

std::uint64_t band_key(const Resemblance::Sketch& sketch, std::size_t band) {
  std::uint64_t key = band * 0x9e3779b97f4a7c15;
  for (std::size_t i = 0; i < Resemblance::kHashes / Resemblance::kBands; ++i) {
    key ^= sketch[band * (Resemblance::kHashes / Resemblance::kBands) + i];
    key *= 0xbf58476d1ce4e5b9;
    key ^= key >> 29;
  }
  return key;
}

}  // namespace

Resemblance::Sketch Resemblance::sketch(const std::vector<std::uint64_t>& shingles) {
  Sketch out;
  out.fill(kEmpty);
  for (const std::uint64_t shingle : shingles) {
    const std::uint64_t hash = shingle * 0x94d049bb133111eb;
    std::uint32_t& bin = out[hash >> 58];
    bin = std::min(bin, static_cast<std::uint32_t>(hash >> 20) & 0x7fffffff);
  }
  if (shingles.empty()) return out;
  const Sketch plain = out;
  for (std::size_t i = 0; i < kHashes; ++i) {
    std::size_t steps = 0;
    while (plain[(i + steps) % kHashes] == kEmpty) ++steps;
    if (steps > 0) out[i] = plain[(i + steps) % kHashes] + static_cast<std::uint32_t>(steps) * 0x9e3779b1u;
  }
  return out;
}

void Resemblance::add(const Sketch& sketch, const std::vector<std::uint64_t>& shingles) {
  const auto id = static_cast<std::uint32_t>(sketches_.size());
  sketches_.push_back(sketch);
  if (shingles.empty()) return;
  for (std::size_t band = 0; band < kBands; ++band) bands_.emplace_back(band_key(sketch, band), id);
  for (const std::uint64_t shingle : shingles) {
    std::uint16_t& times = frequency_[shingle & (frequency_.size() - 1)];
    if (times < UINT16_MAX) ++times;
  }
}

void Resemblance::seal() { std::ranges::sort(bands_); }

bool Resemblance::common(std::uint64_t shingle) const {
  return frequency_[shingle & (frequency_.size() - 1)] > std::max<std::size_t>(20, sketches_.size() / 100);
}

std::vector<std::uint32_t> Resemblance::like(const Sketch& sketch, std::size_t most) const {
  std::vector<std::uint32_t> found;
  for (std::size_t band = 0; band < kBands; ++band) {
    const std::uint64_t key = band_key(sketch, band);
    auto at = std::ranges::lower_bound(bands_, std::pair(key, std::uint32_t{0}));
    for (std::size_t seen = 0; at != bands_.end() && at->first == key && seen < kBucketMax; ++at, ++seen)
      found.push_back(at->second);
  }
  std::ranges::sort(found);
  found.erase(std::unique(found.begin(), found.end()), found.end());
  std::vector<std::pair<int, std::uint32_t>> ranked;
  for (const std::uint32_t id : found) {
    int equal = 0;
    for (std::size_t i = 0; i < kHashes; ++i) equal += sketches_[id][i] == sketch[i];
    if (equal * 5 >= static_cast<int>(kHashes)) ranked.emplace_back(-equal, id);
  }
  std::ranges::sort(ranked);
  if (ranked.size() > most) ranked.resize(most);
  std::vector<std::uint32_t> out;
  for (const auto& [equal, id] : ranked) out.push_back(id);
  return out;
}

}  // namespace tocsin::leak
