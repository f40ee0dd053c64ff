// The correlator against a plain reading of its header: every window looked through again at every match.
#include "sigma/correlate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "sigma/load.h"

namespace tocsin::sigma {
namespace {

constexpr std::int64_t kTimespan = 10;

struct Match {
  std::uint32_t rule;
  std::int64_t time;
  std::string key, value;
};

RuleSet rules_of(const std::string& correlation) {
  std::string text;
  for (const char* name : {"a", "b", "c"})
    text += std::string("title: ") + name + "\nname: " + name +
            "\nlogsource: {product: p}\ndetection: {s: {E: " + name + "}, condition: s}\n---\n";
  text += "title: x\ncorrelation: {rules: [a, b, c], group-by: [K], timespan: 10s, " + correlation + "}\n";
  const RuleText one{"a.yml", text};
  return load_texts(std::span(&one, 1), {});
}

std::vector<CorrelationFinding> run(const RuleSet& set, const std::vector<Match>& matches,
                                    CorrelateOptions options = {}, CorrelateStats* stats = nullptr) {
  Correlator correlator(set, options);
  for (std::size_t i = 0; i < matches.size(); ++i) {
    const Match& match = matches[i];
    std::vector<std::optional<std::string>> values;
    for (const std::string& field : correlator.fields(match.rule))
      values.push_back(field == "K" ? match.key : match.value);
    correlator.add({match.rule, Time{match.time, 0, 0}, i, values});
  }
  auto out = correlator.finish();
  if (stats != nullptr) *stats = correlator.stats();
  return out;
}

// Whether rules 0, 1 and 2 stand in this order somewhere in the window.
bool has_chain(const std::vector<const Match*>& window) {
  std::uint32_t next = 0;
  for (const Match* match : window) next += match->rule == next;
  return next == 3;
}

bool holds(const Correlation& rule, const std::vector<const Match*>& window) {
  std::set<std::string> values;
  std::set<std::uint32_t> seen;
  double sum = 0;
  for (const Match* match : window) {
    values.insert(match->value);
    seen.insert(match->rule);
    sum += std::stod(match->value);
  }
  switch (rule.type) {
    case Correlation::Type::event_count:
      return window.size() >= 4;
    case Correlation::Type::value_count:
      return values.size() >= 3;
    case Correlation::Type::value_sum:
      return sum >= 12;
    case Correlation::Type::value_avg:
      return sum / static_cast<double>(window.size()) >= 3;
    case Correlation::Type::temporal:
      return seen.size() == 3;
    case Correlation::Type::temporal_ordered:
      return has_chain(window);
    default:
      return false;
  }
}

// "key time first last count" of each finding, sorted.
std::vector<std::string> plain(const Correlation& rule, const std::vector<Match>& matches) {
  struct Open {
    std::int64_t time, held;
    std::set<std::size_t> members;
  };
  std::vector<std::string> out;
  std::map<std::string, std::optional<Open>> open;
  const auto close = [&](const std::string& key, std::optional<Open>& finding) {
    if (finding)
      out.push_back(key + " " + std::to_string(finding->time) + " " +
                    std::to_string(matches[*finding->members.begin()].time) + " " +
                    std::to_string(matches[*finding->members.rbegin()].time) + " " +
                    std::to_string(finding->members.size()));
    finding.reset();
  };
  for (std::size_t i = 0; i < matches.size(); ++i) {
    const std::string& key = matches[i].key;
    std::vector<const Match*> window;
    std::vector<std::size_t> indices;
    for (std::size_t k = 0; k <= i; ++k)
      if (matches[k].key == key && matches[k].time >= matches[i].time - kTimespan) {
        window.push_back(&matches[k]);
        indices.push_back(k);
      }
    auto& finding = open[key];
    if (finding && finding->held < matches[i].time - kTimespan) close(key, finding);
    if (!holds(rule, window)) continue;
    if (!finding) finding = Open{matches[i].time, 0, {}};
    finding->held = matches[i].time;
    finding->members.insert(indices.begin(), indices.end());
  }
  for (auto& [key, finding] : open) close(key, finding);
  std::sort(out.begin(), out.end());
  return out;
}

TEST(Correlate, EqualsAPlainReadingOfRandomMatches) {
  const char* const kCorrelations[] = {
      "type: event_count, condition: {gte: 4}",
      "type: value_count, condition: {field: V, gte: 3}",
      "type: value_sum, condition: {field: V, gte: 12}",
      "type: value_avg, condition: {field: V, gte: 3}",
      "type: temporal",
      "type: temporal_ordered",
  };
  std::mt19937 random(7);
  std::size_t findings = 0;
  for (const char* correlation : kCorrelations) {
    const RuleSet set = rules_of(correlation);
    ASSERT_EQ(set.correlations.size(), 1u) << correlation << ": " << set.refused.at(0).reason;
    for (int round = 0; round < 200; ++round) {
      std::vector<Match> matches;
      std::int64_t time = 0;
      for (int i = 0; i < 40; ++i) {
        time += static_cast<std::int64_t>(random() % 8 == 0 ? random() % 15 : random() % 4);
        matches.push_back(
            {static_cast<std::uint32_t>(random() % 3), time, random() % 2 ? "x" : "y", std::to_string(random() % 5)});
      }
      std::vector<std::string> found;
      for (const CorrelationFinding& finding : run(set, matches))
        found.push_back(finding.key.at(0) + " " + std::to_string(finding.time.seconds) + " " +
                        std::to_string(finding.first.seconds) + " " + std::to_string(finding.last.seconds) + " " +
                        std::to_string(finding.count));
      std::sort(found.begin(), found.end());
      ASSERT_EQ(found, plain(set.correlations[0], matches)) << correlation << ", round " << round;
      findings += found.size();
    }
  }
  EXPECT_GT(findings, 1000u);
}

TEST(Correlate, MemoryIsBoundedAndWhatIsDroppedIsCounted) {
  const RuleSet set = rules_of("type: event_count, condition: {gte: 3}");
  std::vector<Match> matches;
  for (int i = 0; i < 50'000; ++i) matches.push_back({0, 0, "key" + std::to_string(i), "1"});
  for (int i = 0; i < 3; ++i) matches.push_back({0, 1, "loud", "1"});
  CorrelateStats stats;
  const auto found = run(set, matches, {1u << 20, 100}, &stats);
  EXPECT_GT(stats.keys_evicted, 45'000u);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].key.at(0), "loud");
  EXPECT_EQ(found[0].count, 3u);
}

TEST(Correlate, AWindowKeepsItsNewestMatches) {
  const RuleSet set = rules_of("type: value_count, condition: {field: V, gte: 90}");
  std::vector<Match> matches;
  for (int i = 0; i < 10'000; ++i) matches.push_back({0, 5, "k", std::to_string(i % 95)});
  CorrelateStats stats;
  const auto found = run(set, matches, {128u << 20, 200}, &stats);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].count, 10'000u);
  EXPECT_EQ(found[0].events.size(), CorrelationFinding::kEventsMax);
  EXPECT_EQ(found[0].events.front(), 0u);
  EXPECT_EQ(stats.matches_cut, 9'800u);
}

TEST(Correlate, TakeGivesWhatIsOver) {
  const RuleSet set = rules_of("type: event_count, condition: {gte: 2}");
  Correlator correlator(set);
  const std::vector<std::optional<std::string>> values{"k"};
  ASSERT_EQ(correlator.fields(0).size(), 1u);
  for (const std::int64_t time : {0, 1})
    correlator.add({0, Time{time, 0, 0}, static_cast<std::uint64_t>(time), values});
  EXPECT_TRUE(correlator.take().empty());
  correlator.add({0, Time{100, 0, 0}, 2, values});
  const auto over = correlator.take();
  ASSERT_EQ(over.size(), 1u);
  EXPECT_EQ(over[0].measure, 2);
  EXPECT_TRUE(correlator.finish().empty());
}

}  // namespace
}  // namespace tocsin::sigma
