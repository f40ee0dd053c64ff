#include "sigma/load.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>

namespace tocsin::sigma {
namespace {

RuleSet load_one(std::string text) {
  const RuleText one{"rule.yml", std::move(text)};
  return load_texts(std::span(&one, 1), {});
}

TEST(Load, ABrokenFileIsRefusedByItsLine) {
  const RuleSet set = load_one("title: x\nlogsource: {product: windows}\ndetection:\n  a: [1\n");
  EXPECT_TRUE(set.rules.empty());
  ASSERT_EQ(set.refused.size(), 1u);
  EXPECT_GT(set.refused[0].line, 1u);
}

TEST(Load, CorpusRulesAreLoadedOrRefused) {
  const std::string root = "../shared/corpus/sigma/rules/";
  if (!std::filesystem::exists(root)) GTEST_SKIP() << "no corpus at " << root;
  std::vector<std::string> folders;
  for (const char* name :
       {"rules", "rules-emerging-threats", "rules-threat-hunting", "rules-placeholder", "rules-compliance"})
    folders.push_back(root + name);
  const auto files = find_rule_files(folders);
  ASSERT_TRUE(files.has_value());
  const auto set = load(folders, {});
  ASSERT_TRUE(set.has_value());
  std::printf("%zu files: %zu loaded, %zu refused, %zu ignored\n", files->size(), set->rules.size(),
              set->refused.size(), set->ignored);
  for (const Refusal& refusal : set->refused)
    std::printf("  %s:%u %s: %s (%s)\n", refusal.path.c_str(), refusal.line, refusal.id.c_str(), refusal.reason.c_str(),
                refusal.hint.c_str());
  EXPECT_EQ(set->rules.size() + set->refused.size(), files->size());
  EXPECT_LE(set->refused.size(), 30u);
}

}  // namespace
}  // namespace tocsin::sigma
