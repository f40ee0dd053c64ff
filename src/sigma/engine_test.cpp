#include "sigma/engine.h"

#include <gtest/gtest.h>

#include "tests/support/random_match.h"

namespace tocsin::sigma {
namespace {

TEST(Engine, FindsWhatTheNaiveEvaluatorFinds) {
  std::size_t matches = 0, pairs = 0;
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    ASSERT_EQ(random_match::difference(random_match::bytes_of(seed), &matches, &pairs), "") << "seed " << seed;
  }
  std::printf("%zu pairs of rule and event, %zu met\n", pairs, matches);
  EXPECT_GT(matches, pairs / 50);
}

}  // namespace
}  // namespace tocsin::sigma
