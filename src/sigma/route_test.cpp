#include "sigma/route.h"

#include <gtest/gtest.h>

#include <memory>

#include "sigma/engine.h"
#include "sigma/load.h"

namespace tocsin::sigma {
namespace {

Result<Logsources> parse(std::string_view text) { return Logsources::parse(text, "logsources.yml"); }

TEST(Route, AnEntryFeedsRulesWhosePartsItGives) {
  const auto map =
      parse("sources:\n  - {name: a, logsource: {product: Windows, category: x, service: y}, when: {source: w}}");
  ASSERT_TRUE(map.has_value()) << map.error().text();
  const LogsourceEntry& entry = map->entries[0];
  EXPECT_TRUE(entry.feeds({"windows", "", "", ""}));
  EXPECT_TRUE(entry.feeds({"WINDOWS", "X", "y", "any definition"}));
  EXPECT_FALSE(entry.feeds({"linux", "x", "", ""}));
  EXPECT_FALSE(entry.feeds({"windows", "z", "", ""}));
}

TEST(Route, FieldsAreRenamedAndHoldsOnlyTells) {
  const auto map = parse(
      "sources:\n"
      "  - name: a\n    logsource: {category: x}\n    when: {source: w, EventID: 1}\n"
      "    fields: {Image: [NewName, Other], Gone: Nowhere}\n    holds: [[NewName], Plain]\n"
      "  - {name: b, logsource: {category: x}, when: {source: w}, fields: {Image: NewName}, closed: true}");
  ASSERT_TRUE(map.has_value()) << map.error().text();
  const LogsourceEntry &open = map->entries[0], &closed = map->entries[1];
  EXPECT_EQ(open.record_fields("Image"), (std::vector<std::string>{"NewName", "Other"}));
  EXPECT_EQ(open.record_fields("More"), std::vector<std::string>{"More"});
  EXPECT_TRUE(open.may_have("Image"));
  EXPECT_TRUE(open.may_have("Plain"));
  EXPECT_TRUE(open.may_have("EventID"));
  EXPECT_FALSE(open.may_have("Gone"));
  EXPECT_FALSE(open.may_have("More"));
  EXPECT_TRUE(closed.record_fields("More").empty());
  EXPECT_FALSE(closed.may_have("More"));
  EXPECT_TRUE(closed.may_have("Image"));
}

TEST(Route, WhatIsUnknownOrTwiceIsRefusedWithItsLine) {
  const auto misspelt = parse("sources:\n  - name: a\n    logsorce: {category: x}\n    when: {source: w}\n");
  ASSERT_FALSE(misspelt.has_value());
  EXPECT_EQ(misspelt.error().where, "logsources.yml:3");
  EXPECT_FALSE(parse("sources:\n  - {name: a, logsource: {category: x}}\n").has_value());
  EXPECT_FALSE(parse("sources:\n  - {name: a, logsource: {c: x}, when: {source: w}}\n").has_value());
  EXPECT_FALSE(parse("sources:\n  - {name: a, when: {source: w}}\n  - {name: a, when: {source: v}}\n").has_value());
  EXPECT_FALSE(parse("rules: []\n").has_value());
}

TEST(Route, ARuleIsUnmappedForWantOfAnEntryOrAField) {
  const RuleText text{"r.yml",
                      "title: fed\nlogsource: {category: x}\ndetection: {s: {Plain: a}, condition: s}\n---\n"
                      "title: lacks\nlogsource: {category: x}\ndetection: {s: {Plain: a, More: b}, condition: s}\n---\n"
                      "title: can do without\nlogsource: {category: x}\ndetection: {s: {Plain: a}, f: {More: b}, "
                      "condition: s and not f}\n---\n"
                      "title: unfed\nlogsource: {category: y}\ndetection: {s: {Plain: a}, condition: s}\n"};
  auto map = parse("sources:\n  - {name: a, logsource: {category: x}, when: {source: w}, holds: [Plain]}\n");
  ASSERT_TRUE(map.has_value());
  Demand demand;
  const auto engine =
      Engine::compile(std::make_shared<const RuleSet>(load_texts(std::span(&text, 1), {})), std::move(*map), demand);
  ASSERT_TRUE(engine.has_value());
  const auto& unmapped = (*engine)->unmapped();
  ASSERT_EQ(unmapped.size(), 2u);
  EXPECT_EQ((*engine)->rules().rules[unmapped[0].rule].title, "lacks");
  EXPECT_EQ(unmapped[0].fields, std::vector<std::string>{"More"});
  EXPECT_EQ((*engine)->rules().rules[unmapped[1].rule].title, "unfed");
  EXPECT_TRUE(unmapped[1].fields.empty());
}

}  // namespace
}  // namespace tocsin::sigma
