#include "sigma/serial.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <filesystem>

#include "sigma/load.h"

namespace tocsin::sigma {
namespace {

RuleSet sample() {
  const RuleText text{"a.yml", R"(title: one
id: 11111111-1111-1111-1111-111111111111
tags: [attack.t1110.003]
logsource: {product: windows}
detection:
  a: {Image|endswith: '\x.exe', Port|gt: 3, Src|cidr: 10.0.0.0/8, Cmd|re|i: 'a+'}
  c: {A|fieldref: B, N: null, E|exists: true, T|hour: 3}
  b: ['key?word*', other]
  condition: a or c or not b
)"};
  RuleSet set = load_texts(std::span(&text, 1), {});
  Correlation correlation;
  correlation.type = Correlation::Type::value_percentile;
  correlation.inputs.push_back({false, 0, {"User"}, {"Value"}});
  correlation.group_by = {"User"};
  correlation.timespan_seconds = 60;
  correlation.bounds = {{Order::gte, 2.5}};
  correlation.percentile = 95;
  set.correlations.push_back(correlation);
  set.refused.push_back({"b.yml", 3, "id", "reason", "hint"});
  set.filters.push_back({"f.yml", "id", "title", 7, {"a"}, {"b"}});
  set.ignored = 1;
  return set;
}

TEST(Serial, WhatIsWrittenIsReadBack) {
  const RuleSet set = sample();
  ASSERT_EQ(set.rules.size(), 1u);
  const std::string bytes = serialise(set);
  const auto back = deserialise(bytes);
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->rules[0].atoms, set.rules[0].atoms);
  EXPECT_EQ(back->rules[0].techniques, set.rules[0].techniques);
  EXPECT_EQ(back->correlations[0].percentile, set.correlations[0].percentile);
  EXPECT_EQ(back->refused[0].hint, "hint");
  EXPECT_EQ(serialise(*back), bytes);
}

TEST(Serial, DamageIsAnError) {
  const std::string bytes = serialise(sample());
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(deserialise(bytes.substr(0, size)).has_value()) << size;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x41);
    EXPECT_FALSE(deserialise(damaged).has_value()) << at;
  }
}

TEST(Serial, CorpusIsReadBackFast) {
  const std::string root = "../shared/corpus/sigma/rules/rules";
  if (!std::filesystem::exists(root)) GTEST_SKIP() << "no corpus at " << root;
  const auto set = load(std::span(&root, 1), {});
  ASSERT_TRUE(set.has_value());
  const std::string bytes = serialise(*set);
  const auto start = std::chrono::steady_clock::now();
  const auto back = deserialise(bytes);
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(serialise(*back), bytes);
  std::printf("%zu rules: %zu bytes, read in %.1f ms\n", set->rules.size(), bytes.size(), took.count());
}

}  // namespace
}  // namespace tocsin::sigma
