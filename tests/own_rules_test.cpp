// The project's own rules: all load, and each finds what it must and leaves alone what it must.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <set>
#include <string>

#include "base/check.h"
#include "sigma/load.h"

namespace tocsin::sigma {
namespace {

const RuleSet& own_rules() {
  static const RuleSet set = [] {
    const std::array<std::string, 1> folder{"share/tocsin/rules"};
    Result<RuleSet> loaded = load(folder, {});
    CHECK(loaded.has_value());
    return std::move(*loaded);
  }();
  return set;
}

TEST(OwnRules, AllLoad) {
  const RuleSet& set = own_rules();
  for (const Refusal& refusal : set.refused)
    ADD_FAILURE() << refusal.path << ":" << refusal.line << ": " << refusal.reason << " (" << refusal.hint << ")";
  std::size_t reported = 0;
  std::set<std::string> ids, titles;
  const auto heading_is_whole = [&](const Heading& heading) {
    EXPECT_TRUE(ids.insert(heading.id).second) << heading.path << ": id used twice: " << heading.id;
    EXPECT_TRUE(titles.insert(heading.title).second) << heading.path << ": title used twice: " << heading.title;
    EXPECT_EQ(heading.author, "tocsin") << heading.path;
    EXPECT_FALSE(heading.description.empty()) << heading.path;
    EXPECT_FALSE(heading.falsepositives.empty()) << heading.path;
    EXPECT_FALSE(heading.techniques.empty()) << heading.path << ": " << heading.title;
  };
  for (const Rule& rule : set.rules) heading_is_whole(rule), reported += rule.reported;
  for (const Correlation& correlation : set.correlations)
    heading_is_whole(correlation), reported += correlation.reported;
  std::printf("%zu rules, %zu correlations; %zu of them report\n", set.rules.size(), set.correlations.size(), reported);
  EXPECT_GE(reported, 80u);
}

}  // namespace
}  // namespace tocsin::sigma
