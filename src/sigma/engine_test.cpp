#include "sigma/engine.h"

#include <gtest/gtest.h>

#include "tests/support/random_match.h"

namespace tocsin::sigma {
namespace {

TEST(Engine, FindsWhatTheNaiveEvaluatorFinds) {
  std::size_t matches = 0, pairs = 0;
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    const std::string bytes(reinterpret_cast<const char*>(&seed), sizeof seed);
    ASSERT_EQ(random_match::difference(bytes, &matches, &pairs), "") << "seed " << seed;
  }
  std::printf("%zu pairs of rule and event, %zu met\n", pairs, matches);
  EXPECT_GT(matches, pairs / 50);
}

}  // namespace
}  // namespace tocsin::sigma
