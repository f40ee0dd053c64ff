#include "sigma/describe.h"

#include <gtest/gtest.h>

#include <map>

#include "sigma/check.h"
#include "sigma/load.h"
#include "sigma/pattern.h"

namespace tocsin::sigma {
namespace {

class Simple : public Fields {
 public:
  explicit Simple(std::map<std::string, std::string> fields) : fields_(std::move(fields)) {}
  void values(std::string_view field, std::vector<Value>& out) const override {
    if (const auto found = fields_.find(std::string(field)); found != fields_.end()) out.emplace_back(found->second);
  }
  void everything(std::vector<Value>& out) const override {
    for (const auto& [name, value] : fields_) out.emplace_back(value);
  }

 private:
  std::map<std::string, std::string> fields_;
};

RuleSet sample() {
  const RuleText text{"a.yml", R"(title: one
logsource: {product: windows, category: process_creation}
detection:
  selection: {Image|endswith: '\x.exe', Port|gt: 3}
  filter: {User: [adm, root]}
  condition: selection and not filter
)"};
  return load_texts(std::span(&text, 1), {});
}

TEST(Describe, EachPassHasAPrintableForm) {
  const RuleSet set = sample();
  ASSERT_EQ(set.rules.size(), 1u);
  EXPECT_EQ(describe(set.rules[0]), R"(logsource
  product windows
  category process_creation
selection selection
  all of
    Image is '*\x.exe'
    Port > 3
selection filter
  any of
    User is 'adm'
    User is 'root'
condition
  all of
    selection
    not
      filter
)");
}

TEST(Describe, ANearMissNamesTheTestAndTheValue) {
  const Rule rule = sample().rules.at(0);
  const Simple event({{"Image", "C:\\y.exe"}, {"Port", "5"}, {"User", "ROOT"}});
  const auto found = misses(rule, event);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].selection, "selection");
  EXPECT_EQ(found[0].test, "Image is '*\\x.exe'");
  EXPECT_EQ(found[0].value, "'C:\\y.exe'");
  EXPECT_FALSE(found[0].unwanted);
  EXPECT_EQ(found[1].selection, "filter");
  EXPECT_EQ(found[1].test, "User is 'root'");
  EXPECT_TRUE(found[1].unwanted);
  EXPECT_EQ(distance(rule, event), 2u);
  const std::map<std::string, std::string> portless{{"Image", "\\x.exe"}};
  EXPECT_EQ(misses(rule, Simple(portless)).at(0).value, "(absent)");
}

TEST(Describe, AMatchLacksNothing) {
  const Rule rule = sample().rules.at(0);
  const Simple event({{"Image", "a\\X.EXE"}, {"Port", "4"}});
  EXPECT_TRUE(evaluate(rule, event));
  EXPECT_TRUE(misses(rule, event).empty());
  EXPECT_EQ(distance(rule, event), 0u);
}

TEST(Pattern, WhatIsPrintedReadsBackAsTheSame) {
  for (const char* text : {"a", "", "*", "?", "a*b?c", "\\*", "\\?", "a\\\\*", "\\\\\\*", "\\\\\\\\", "\\x\\",
                           "a\\\\\\\\b*", "\\\\?", "**"}) {
    Pattern pattern = parse_pattern(text);
    EXPECT_EQ(parse_pattern(to_text(pattern)), pattern) << text << " was printed as " << to_text(pattern);
  }
}

TEST(Check, RefusalsHaveKinds) {
  const RuleText texts[] = {
      {"a.yml", "title: a\nlogsource: {product: p}\ndetection: {s: {A|expand: '%x%'}, condition: s}\n"},
      {"b.yml", "title: b\nstatus: deprecated\nlogsource: {product: p}\ndetection: {s: {A: 1}, condition: s}\n"},
      {"c.yml", "title: c\nlogsource: {product: p}\ndetection: {s: {A|re: '(?=a)'}, condition: s}\n"},
      {"d.yml", "title: d\nlogsource: {product: p}\ndetection: {s: {A: 1}, condition: s | count() > 3}\n"},
      {"e.yml", "a: [\n"},
  };
  const RuleSet set = load_texts(texts, {});
  const std::map<std::string, std::uint64_t> kinds{
      {"need a placeholder", 1}, {"status deprecated", 1}, {"expression", 1}, {"old aggregation", 1}, {"not YAML", 1}};
  EXPECT_EQ(kinds_of(set), kinds);
}

}  // namespace
}  // namespace tocsin::sigma
