// Walks tests/sigma/*.yml: rules and events with what must come of them. tests/sigma/README.md says how they are
// written.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>

#include "sigma/correlate.h"
#include "sigma/load.h"
#include "sigma/naive.h"

namespace tocsin::sigma {
namespace {

const char* const kFolder = "tests/sigma";

// An event of a vector: a map of field to value, or a text, which has no fields but keywords.
class VectorFields : public Fields {
 public:
  explicit VectorFields(const Yaml& event) : event_(event) {}
  void values(std::string_view field, std::vector<Value>& out) const override {
    if (const Yaml* node = event_.find(field)) append(*node, out);
  }
  void everything(std::vector<Value>& out) const override {
    if (event_.is_scalar()) append(event_, out);
    for (std::size_t i = 1; event_.is_map() && i < event_.items.size(); i += 2) append(*event_.items[i], out);
  }

 private:
  static void append(const Yaml& node, std::vector<Value>& out) {
    for (const Yaml* item : node.items) append(*item, out);
    if (node.is_null()) out.emplace_back();
    if (node.is_scalar())
      out.emplace_back(node.text, node.number() ? Kind::integer : node.boolean() ? Kind::boolean : Kind::string);
  }
  const Yaml& event_;
};

std::string text(const Yaml* node) { return node == nullptr ? "" : std::string(node->text); }

std::vector<const Yaml*> items(const Yaml* node) {
  if (node == nullptr || !node->is_list()) return {};
  return {node->items.begin(), node->items.end()};
}

Placeholders placeholders_of(const Yaml& vector) {
  Placeholders out;
  const Yaml* node = vector.find("placeholders");
  for (std::size_t i = 0; node != nullptr && i < node->items.size(); i += 2) {
    auto& values = out[std::string(node->items[i]->text)];
    for (const Yaml* value : items(node->items[i + 1])) values.emplace_back(value->text);
  }
  return out;
}

void run_detection(const Yaml& vector) {
  Rule rule;
  Placeholders used;
  const auto root = lower_detection(*vector.find("detection"), {}, placeholders_of(vector), rule, used);
  if (const Yaml* refused = vector.find("refused")) {
    ASSERT_FALSE(root.has_value()) << "was not refused";
    EXPECT_NE(root.error().text().find(refused->text), std::string::npos) << root.error().text();
    EXPECT_FALSE(root.error().where.empty()) << "no line";
    return;
  }
  ASSERT_TRUE(root.has_value()) << root.error().text();
  rule.nodes.push_back({Node::Kind::all, 0, {*root}});
  ASSERT_TRUE(vector.find("match") != nullptr || vector.find("no_match") != nullptr) << "asks nothing";
  std::size_t at = 0;
  for (const Yaml* event : items(vector.find("match")))
    EXPECT_TRUE(evaluate(rule, VectorFields(*event))) << "match " << at++;
  at = 0;
  for (const Yaml* event : items(vector.find("no_match")))
    EXPECT_FALSE(evaluate(rule, VectorFields(*event))) << "no_match " << at++;
}

// Seconds after midnight, `t`, with a fraction if need be.
Time time_of(const Yaml& event) {
  const Yaml* node = event.find("t");
  if (node == nullptr) return Time::none();
  const double seconds = node->number().value_or(0);
  return Time::from_nanoseconds(static_cast<std::int64_t>(seconds * 1e9), 9);
}

std::string line_of(const RuleSet& set, const CorrelationFinding& finding) {
  const auto seconds = [](Time time) {
    std::string out = std::to_string(time.seconds);
    if (time.nanoseconds != 0) out += "." + std::to_string(time.nanoseconds / 100'000'000);
    return out;
  };
  std::string out = set.correlations[finding.correlation].title;
  for (const std::string& key : finding.key) out += " " + key;
  out += ": at " + seconds(finding.time) + ", " + seconds(finding.first) + " to " + seconds(finding.last) + ", " +
         std::to_string(finding.count) + " events:";
  for (const std::uint64_t event : finding.events) out += " " + std::to_string(event);
  return out;
}

std::vector<std::string> correlate(const RuleSet& set, const std::vector<const Yaml*>& events) {
  Correlator correlator(set);
  for (std::size_t e = 0; e < events.size(); ++e)
    for (std::uint32_t r = 0; r < set.rules.size(); ++r) {
      if (!evaluate(set.rules[r], VectorFields(*events[e]))) continue;
      std::vector<std::optional<std::string>> values;
      for (const std::string& field : correlator.fields(r)) {
        std::vector<Value> found;
        VectorFields(*events[e]).values(field, found);
        std::erase_if(found, [](const Value& value) { return value.is_null(); });
        values.push_back(found.empty() ? std::nullopt : std::optional<std::string>(found[0].text()));
      }
      correlator.add({r, time_of(*events[e]), e, values});
    }
  std::vector<std::string> out;
  for (const CorrelationFinding& finding : correlator.finish()) out.push_back(line_of(set, finding));
  return out;
}

void run_documents(const Yaml& vector) {
  LoadOptions options;
  options.placeholders = placeholders_of(vector);
  std::vector<RuleText> texts;
  for (const Yaml* part : items(vector.find("files")))
    texts.push_back({"file" + std::to_string(texts.size()) + ".yml", std::string(part->text)});
  if (const Yaml* rules = vector.find("rules")) texts.push_back({"rules.yml", std::string(rules->text)});
  const RuleSet set = load_texts(texts, options);

  std::vector<const Yaml*> refused = items(vector.find("refused"));
  EXPECT_EQ(set.refused.size(), refused.size());
  for (std::size_t i = 0; i < set.refused.size(); ++i) {
    const Refusal& refusal = set.refused[i];
    EXPECT_GT(refusal.line, 0u);
    if (i < refused.size())
      EXPECT_NE((refusal.reason + " " + refusal.hint).find(refused[i]->text), std::string::npos)
          << refusal.reason << " (" << refusal.hint << ")";
    else
      ADD_FAILURE() << refusal.path << ":" << refusal.line << ": " << refusal.reason;
  }

  const std::vector<const Yaml*> events = items(vector.find("events"));
  if (const Yaml* matches = vector.find("matches")) {
    std::string wanted, found;
    for (std::size_t i = 0; i < matches->items.size(); i += 2) {
      wanted += std::string(matches->items[i]->text) + ":";
      for (const Yaml* index : items(matches->items[i + 1])) wanted += " " + std::string(index->text);
      wanted += "\n";
    }
    for (const Rule& rule : set.rules) {
      if (!rule.reported) continue;
      found += rule.title + ":";
      for (std::size_t e = 0; e < events.size(); ++e)
        if (evaluate(rule, VectorFields(*events[e]))) found += " " + std::to_string(e);
      found += "\n";
    }
    EXPECT_EQ(found, wanted);
  }
  if (const Yaml* findings = vector.find("findings")) {
    std::vector<std::string> wanted;
    for (const Yaml* line : items(findings)) wanted.emplace_back(line->text);
    EXPECT_EQ(correlate(set, events), wanted);
  }
}

TEST(Vectors, HoldForTheNaiveEvaluator) {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder))
    if (entry.path().extension() == ".yml") paths.push_back(entry.path().string());
  std::sort(paths.begin(), paths.end());
  std::size_t count = 0;
  for (const std::string& path : paths) {
    std::ifstream file(path);
    const std::string content{std::istreambuf_iterator<char>(file), {}};
    Arena arena;
    const YamlDocuments read = read_yaml(content, arena);
    ASSERT_FALSE(read.error) << path << ":" << read.error->text();
    for (const Yaml* document : read.documents)
      for (const Yaml* vector : items(document)) {
        SCOPED_TRACE(path + ":" + std::to_string(vector->line) + ": " + text(vector->find("title")));
        ++count;
        if (vector->find("detection") != nullptr) {
          run_detection(*vector);
        } else {
          run_documents(*vector);
        }
      }
  }
  std::printf("%zu vectors in %zu files\n", count, paths.size());
  EXPECT_GT(count, 0u);
}

}  // namespace
}  // namespace tocsin::sigma
