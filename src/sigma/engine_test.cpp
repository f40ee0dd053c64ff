#include "sigma/engine.h"

#include <gtest/gtest.h>

#include <thread>

#include "sigma/load.h"
#include "tests/support/random_match.h"

namespace tocsin::sigma {
namespace {

TEST(Engine, FindsWhatTheNaiveEvaluatorFinds) {
  std::size_t matches = 0, pairs = 0;
  for (std::uint64_t seed = 0; seed < 2000; ++seed)
    ASSERT_EQ(random_match::difference(random_match::bytes_of(seed), &matches, &pairs), "") << "seed " << seed;
  std::printf("%zu pairs of rule and event, %zu met\n", pairs, matches);
  EXPECT_GT(matches, pairs / 50);
}

constexpr std::string_view kMap = R"(
sources:
  - {name: processes, logsource: {product: windows, category: process_creation}, when: {source: windows, EventID: 1},
     fields: {Image: NewProcessName}}
  - {name: closed, logsource: {product: windows, category: dns}, when: {source: windows, EventID: 22},
     closed: true, fields: {QueryName: Query}}
)";

constexpr std::string_view kRules = R"(title: shell
id: 1
logsource: {product: Windows, category: process_creation}
detection:
  a: {Image|endswith: ['\cmd.exe', '\powershell.exe'], CommandLine|contains: secret}
  condition: a
---
title: name
id: 2
logsource: {product: windows, category: dns}
detection:
  a: {QueryName|endswith: .example}
  condition: a
---
title: asks for a field that isn't there
id: 3
logsource: {product: windows, category: dns}
detection:
  a: {QueryName|endswith: .example, Image|endswith: \a.exe}
  condition: a
---
title: nothing feeds it
id: 4
logsource: {product: macos}
detection:
  a: {b: c}
  condition: a
)";

class Small : public testing::Test {
 protected:
  Small() {
    const RuleText text{"rules.yml", std::string(kRules)};
    rules_ = std::make_shared<const RuleSet>(load_texts(std::span(&text, 1), {}));
    auto map = Logsources::parse(kMap, "map");
    CHECK(map.has_value() && rules_->rules.size() == 4);
    auto engine = Engine::compile(rules_, *std::move(map), demand_);
    CHECK(engine.has_value());
    engine_ = *engine;
  }

  // Values live as long as the test's texts.
  std::vector<std::uint32_t> met(const std::vector<std::pair<std::string_view, std::string_view>>& record,
                                 Engine::Scratch& scratch) const {
    std::vector<Field> fields;
    for (const auto& [name, value] : record)
      if (const auto slot = demand_.find(name)) fields.push_back({Value(value), *slot});
    Event event;
    event.source = "windows";
    event.fields = fields;
    std::vector<std::uint32_t> out;
    engine_->match(Batch(), event, scratch, out);
    return out;
  }

  Demand demand_;
  std::shared_ptr<const RuleSet> rules_;
  std::shared_ptr<const Engine> engine_;
};

using Met = std::vector<std::uint32_t>;

TEST_F(Small, MapsFieldsAndRoutes) {
  Engine::Scratch scratch(*engine_);
  EXPECT_EQ(met({{"EventID", "1"}, {"NewProcessName", "C:\\CMD.EXE"}, {"CommandLine", "a SECRET b"}}, scratch), Met{0});
  EXPECT_EQ(met({{"EventID", "1"}, {"Image", "C:\\CMD.EXE"}, {"CommandLine", "a SECRET b"}}, scratch), Met{});
  EXPECT_EQ(met({{"EventID", "2"}, {"NewProcessName", "C:\\CMD.EXE"}, {"CommandLine", "a SECRET b"}}, scratch), Met{});
  EXPECT_EQ(met({{"EventID", "22"}, {"Query", "a.example"}}, scratch), Met{1});
}

TEST_F(Small, DemandsRecordFieldsAndKeysOnly) {
  EXPECT_TRUE(demand_.find("NewProcessName") && demand_.find("CommandLine") && demand_.find("Query"));
  EXPECT_TRUE(demand_.find("EventID") && demand_.find("Channel"));
  EXPECT_FALSE(demand_.find("Image") || demand_.find("QueryName") || demand_.find("b"));
  ASSERT_EQ(engine_->slots(0, "Image").size(), 1u);
  EXPECT_EQ(engine_->slots(0, "Image")[0], *demand_.find("NewProcessName"));
}

TEST_F(Small, NamesRulesThatCannotBeMet) {
  ASSERT_EQ(engine_->unmapped().size(), 2u);
  EXPECT_EQ(engine_->unmapped()[0].rule, 2u);
  EXPECT_EQ(engine_->unmapped()[0].fields, std::vector<std::string>{"Image"});
  EXPECT_EQ(engine_->unmapped()[1].rule, 3u);
  EXPECT_TRUE(engine_->unmapped()[1].fields.empty());
}

TEST_F(Small, CountsRulesThatMetNoEventOfTheirLogsource) {
  Engine::Scratch scratch(*engine_);
  met({{"EventID", "22"}, {"Query", "a"}}, scratch);
  met({{"EventID", "22"}}, scratch);
  std::vector<std::uint64_t> counts;
  engine_->count_events(scratch, counts);
  EXPECT_EQ(counts, (std::vector<std::uint64_t>{0, 2}));
  EXPECT_EQ(engine_->idle_rules(counts), Met{0});
}

TEST_F(Small, ExplainsHowARuleIsFound) {
  const std::string text = engine_->explain(0);
  EXPECT_NE(text.find("announced by CommandLine holds 'secret'"), std::string::npos) << text;
  EXPECT_NE(text.find("NewProcessName ends with '\\cmd.exe'"), std::string::npos) << text;
  EXPECT_NE(engine_->explain(2).find("can't be met"), std::string::npos);
}

TEST_F(Small, ThreadsCompileClassesOnceAndFindTheSame) {
  std::vector<Met> found[2];
  std::vector<std::thread> threads;
  for (auto& out : found)
    threads.emplace_back([&] {
      Engine::Scratch scratch(*engine_);
      for (int i = 0; i < 2000; ++i) {
        const std::string id = std::to_string(i % 30);
        out.push_back(
            met({{"EventID", id}, {"Query", "x.example"}, {"NewProcessName", "\\cmd.exe"}, {"CommandLine", "secret"}},
                scratch));
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(found[0], found[1]);
  EXPECT_EQ(found[0][1], Met{0});
  EXPECT_EQ(found[0][22], Met{1});
  EXPECT_LE(engine_->classes(), 4u);
}

}  // namespace
}  // namespace tocsin::sigma
