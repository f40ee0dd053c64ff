// Forged lines of all products: no source graded trusted is ever another than the true one. ./dev bench text tries a
// million.
#include "tests/products/forgery.h"

#include <gtest/gtest.h>

#include <cstdio>

namespace tocsin::tests {
namespace {

TEST(Forgery, NobodyIsNamedForALineThatLies) {
  const std::vector<std::string> paths{"share/tocsin/products"};
  auto catalog = products::Catalog::load(paths);
  ASSERT_TRUE(catalog) << catalog.error().text();
  const ForgeryScore score = try_forgeries(*catalog, 20'000, 1);
  std::printf("%llu lines: %llu exact, %llu ambiguous, %llu silent, %llu without a source, %llu wrong\n",
              static_cast<unsigned long long>(score.lines), static_cast<unsigned long long>(score.exact),
              static_cast<unsigned long long>(score.ambiguous), static_cast<unsigned long long>(score.silent),
              static_cast<unsigned long long>(score.none), static_cast<unsigned long long>(score.wrong));
  for (const std::string& example : score.examples) std::printf("  %s\n", example.substr(0, 1500).c_str());
  EXPECT_EQ(score.wrong, 0u);
  EXPECT_EQ(score.lines, 20'000u);
  EXPECT_GT(score.exact, score.lines / 3);
}

}  // namespace
}  // namespace tocsin::tests
