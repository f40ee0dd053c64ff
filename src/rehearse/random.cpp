#include "rehearse/random.h"

#include <bit>

namespace tocsin::rehearse {

// x = m * 2^e with m in [1, 2); ln m = 2 artanh((m - 1) / (m + 1)), whose argument is at most 1/3.
double Rng::logarithm(double x) {
  const auto bits = std::bit_cast<std::uint64_t>(x);
  const int exponent = static_cast<int>(bits >> 52) - 1023;
  const double m = std::bit_cast<double>((bits & 0xfffffffffffff) | std::uint64_t{1023} << 52);
  const double z = (m - 1) / (m + 1), square = z * z;
  double sum = 0;
  for (int k = 21; k >= 1; k -= 2) sum = sum * square + 1.0 / k;
  return 2 * z * sum + exponent * 0.69314718055994530942;
}

}  // namespace tocsin::rehearse
