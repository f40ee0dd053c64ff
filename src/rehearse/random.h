// Rng: xoshiro256** (Blackman, Vigna: "Scrambled linear pseudorandom number generators", 2018), seeded by splitmix64.
//
// Written out here, with its distributions, because those of the standard library differ from one to the next: a
// rehearsal has the same bytes everywhere.
#pragma once
#include <cstdint>

namespace tocsin::rehearse {

constexpr std::uint64_t splitmix(std::uint64_t& state) {
  std::uint64_t z = state += 0x9e3779b97f4a7c15;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  return z ^ z >> 31;
}

// A well-mixed number of up to three: for choices that must not depend on the order of draws.
constexpr std::uint64_t mix(std::uint64_t a, std::uint64_t b = 0, std::uint64_t c = 0) {
  std::uint64_t state = a;
  state = splitmix(state) ^ b;
  state = splitmix(state) ^ c;
  return splitmix(state);
}

// The part of [0, n) that a 64-bit number stands for; n > 0.
constexpr std::uint32_t scale(std::uint64_t number, std::uint32_t n) {
  return static_cast<std::uint32_t>((number >> 32) * n >> 32);
}

class Rng {
 public:
  explicit Rng(std::uint64_t seed) {
    for (std::uint64_t& word : state_) word = splitmix(seed);
  }
  std::uint64_t next() {
    const std::uint64_t result = rotate(state_[1] * 5, 7) * 9, t = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = rotate(state_[3], 45);
    return result;
  }
  std::uint32_t below(std::uint32_t n) { return scale(next(), n); }      // n > 0
  double unit() { return static_cast<double>(next() >> 11) * 0x1p-53; }  // [0, 1)
  double between(double low, double high) { return low + (high - low) * unit(); }
  bool chance(double probability) { return unit() < probability; }
  double exponential(double mean) { return -mean * logarithm(1.0 - unit()); }
  // How many of something that happens `mean` times on average; for small means.
  int poisson(double mean) {
    int count = 0;
    for (double t = exponential(1); t < mean; t += exponential(1)) ++count;
    return count;
  }

 private:
  static constexpr std::uint64_t rotate(std::uint64_t x, int k) { return x << k | x >> (64 - k); }
  // Natural logarithm of x in (0, 1] by basic operations only: the last bit of a libm's differs between versions.
  static double logarithm(double x);
  std::uint64_t state_[4];
};

}  // namespace tocsin::rehearse
