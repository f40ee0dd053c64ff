// The demo's evidence in share/demo/evidence is what its generator writes, byte for byte.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/demo/story.h"

namespace tocsin::demo {
namespace {

const std::filesystem::path kFolder = "share/demo/evidence";

TEST(Demo, EvidenceIsWhatTheGeneratorWrites) {
  const auto files = make_evidence();
  for (const auto& [path, content] : files) {
    std::ifstream in(kFolder / path, std::ios::binary);
    const std::string found{std::istreambuf_iterator<char>(in), {}};
    EXPECT_TRUE(found == content) << path << " differs from the generator's; run make_demo " << kFolder.string();
  }
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kFolder)) count += entry.is_regular_file();
  EXPECT_EQ(count, files.size());
}

TEST(Demo, FitsInTheRepository) {
  std::size_t sum = 0;
  for (const auto& [path, content] : make_evidence()) sum += content.size();
  EXPECT_LT(sum, 2u << 20);
}

}  // namespace
}  // namespace tocsin::demo
