// The project's own rules: all load, and each finds what it must and leaves alone what it must.
//
// tests/rules/ mirrors share/tocsin/rules/. A file there is `cases`, each with the title of a rule and, under `yes` and
// `no`, events as maps of `source` and field names, through the logsource map and the compiled engine. A sequence (a
// list of events) is for correlations; an event's own keys beside its fields:
//   sysmon, security, system, powershell, linux: N   the record of that channel with that EventID
//   m365: X           a Microsoft 365 record of that Operation
//   at: SECONDS       after the sequence's start; repeat: N, every: SECONDS  that many, with {n} in texts counting up
//   raw: TEXT         the record's text, for keywords
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>

#include "base/check.h"
#include "base/yaml.h"
#include "sigma/correlate.h"
#include "sigma/engine.h"
#include "sigma/load.h"

namespace tocsin::sigma {
namespace {

const std::shared_ptr<const RuleSet>& own_rules() {
  static const std::shared_ptr<const RuleSet> set = [] {
    const std::array<std::string, 1> folder{"share/tocsin/rules"};
    Result<RuleSet> loaded = load(folder, {});
    CHECK(loaded.has_value());
    return std::make_shared<const RuleSet>(std::move(*loaded));
  }();
  return set;
}

struct Compiled {
  Demand demand;
  std::shared_ptr<const Engine> engine;
};

const Compiled& compiled() {
  static const Compiled* const result = [] {
    auto* out = new Compiled;
    Result<Logsources> logsources = Logsources::load("share/tocsin/logsources.yml");
    CHECK(logsources.has_value());
    auto engine = Engine::compile(own_rules(), std::move(*logsources), out->demand);
    CHECK(engine.has_value());
    out->engine = *engine;
    return out;
  }();
  return *result;
}

struct MadeEvent {
  std::int64_t seconds = 0;
  std::string source, raw;
  std::vector<std::pair<std::string, std::string>> fields;
};

void put_all(std::string& text, std::string_view what, const std::string& with) {
  for (std::size_t at = text.find(what); at != text.npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
}

// The record that a shorthand stands for.
void put_preset(std::string_view key, std::string_view value, MadeEvent& event) {
  struct Preset {
    std::string_view key, source, channel, provider;
  };
  static constexpr Preset kPresets[] = {
      {"sysmon", "windows", "Microsoft-Windows-Sysmon/Operational", "Microsoft-Windows-Sysmon"},
      {"security", "windows", "Security", "Microsoft-Windows-Security-Auditing"},
      {"system", "windows", "System", "Service Control Manager"},
      {"powershell", "windows", "Microsoft-Windows-PowerShell/Operational", "Microsoft-Windows-PowerShell"},
      {"linux", "sysmon-linux", "Linux-Sysmon/Operational", "Linux-Sysmon"},
      {"m365", "m365", "", ""}};
  for (const Preset& preset : kPresets) {
    if (preset.key != key) continue;
    event.source = preset.source;
    event.fields.emplace_back(preset.channel.empty() ? "Operation" : "EventID", value);
    if (preset.channel.empty()) continue;
    event.fields.emplace_back("Channel", preset.channel);
    event.fields.emplace_back("Provider_Name", preset.provider);
  }
}

void make_events(const Yaml& map, std::vector<MadeEvent>& out) {
  constexpr std::string_view kPresets[] = {"sysmon", "security", "system", "powershell", "linux", "m365"};
  const auto number = [&](std::string_view key, double otherwise) {
    const Yaml* node = map.find(key);
    return node && node->number() ? *node->number() : otherwise;
  };
  const int count = static_cast<int>(number("repeat", 1));
  for (int n = 0; n < count; ++n) {
    MadeEvent event;
    event.seconds = static_cast<std::int64_t>(number("at", 0) + n * number("every", 0));
    for (std::size_t i = 0; i < map.items.size(); i += 2) {
      const std::string_view key = map.items[i]->text;
      const Yaml& value = *map.items[i + 1];
      if (key == "at" || key == "every" || key == "repeat") continue;
      if (std::ranges::find(kPresets, key) != std::end(kPresets)) {
        put_preset(key, value.text, event);
        continue;
      }
      const auto put = [&](const Yaml& item) {
        std::string text(item.text);
        put_all(text, "{n}", std::to_string(n + 1));
        if (key == "source") {
          event.source = text;
        } else if (key == "raw") {
          event.raw = text;
        } else {
          const auto given = std::ranges::find(event.fields, key, [](const auto& field) { return field.first; });
          if (key == "Provider_Name" && given != event.fields.end()) {
            given->second = text;
          } else {
            event.fields.emplace_back(key, text);
          }
        }
      };
      if (value.is_list()) {
        for (const Yaml* item : value.items) put(*item);
      } else {
        put(value);
      }
    }
    out.push_back(std::move(event));
  }
}

// A batch of such events.
class Made : public RecordAccess {
 public:
  explicit Made(std::vector<MadeEvent> events) : events_(std::move(events)) {
    std::ranges::stable_sort(events_, {}, &MadeEvent::seconds);
    for (std::size_t i = 0; i < events_.size(); ++i) {
      const MadeEvent& made = events_[i];
      std::vector<Field> fields;
      for (const auto& [name, text] : made.fields)
        if (const auto slot = compiled().demand.find(name)) fields.push_back({Value(text), *slot});
      const std::span<Field> kept = batch_.scratch().array<Field>(fields.size());
      std::ranges::copy(fields, kept.begin());
      Event event;
      event.time = Time{1'789'000'000 + made.seconds, 0, 0};
      event.offset = i;
      event.record = i + 1;
      event.source = made.source;
      event.raw = made.raw;
      event.fields = kept;
      batch_.mutable_events().push_back(event);
    }
    batch_.set_access(this);
  }
  void describe(const Batch&, const Event& event, Record& out) const override {
    out.clear();
    for (const auto& [name, text] : events_[event.offset].fields) out.fields.push_back({name, Value(text)});
  }
  const Batch& batch() const { return batch_; }

 private:
  std::vector<MadeEvent> events_;
  Batch batch_;
};

struct Outcome {
  std::set<std::string> titles;  // of rules and correlations that were met
  std::set<std::string> asked;   // of rules that saw an event of their logsource
};

Outcome run(const Yaml& item) {
  std::vector<MadeEvent> events;
  if (item.is_list()) {
    for (const Yaml* event : item.items) make_events(*event, events);
  } else {
    make_events(item, events);
  }
  const Made made(std::move(events));
  const Engine& engine = *compiled().engine;
  const RuleSet& rules = engine.rules();
  Engine::Scratch scratch(engine);
  Correlator correlator(rules);
  Outcome outcome;
  std::vector<std::uint32_t> met;
  for (const Event& event : made.batch().events()) {
    engine.match(made.batch(), event, scratch, met);
    for (const std::uint32_t rule : met) {
      outcome.titles.insert(rules.rules[rule].title);
      if (!correlator.uses(rule)) continue;
      const auto entry = engine.entry_of(rule, event, scratch);
      CHECK(entry.has_value());
      std::vector<std::optional<std::string>> values;
      for (const std::string& field : correlator.fields(rule)) {
        values.emplace_back();
        for (const Slot slot : engine.slots(*entry, field))
          if (const Value* value = event.find(slot); value && !value->is_null() && !values.back())
            values.back() = std::string(value->text());
      }
      correlator.add({rule, event.time, event.record, values});
    }
    for (std::uint32_t rule = 0; rule < rules.rules.size(); ++rule)
      if (engine.entry_of(rule, event, scratch)) outcome.asked.insert(rules.rules[rule].title);
  }
  for (const CorrelationFinding& finding : correlator.finish())
    outcome.titles.insert(rules.correlations[finding.correlation].title);
  return outcome;
}

TEST(OwnRules, AllLoad) {
  const RuleSet& set = *own_rules();
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
  EXPECT_GE(reported, 90u);
}

TEST(OwnRules, EachIsFedByTheMap) {
  for (const Unmapped& unmapped : compiled().engine->unmapped()) {
    std::string fields;
    for (const std::string& field : unmapped.fields) fields += " " + field;
    ADD_FAILURE() << own_rules()->rules[unmapped.rule].title << " is fed by nothing;" << fields;
  }
}

TEST(OwnRules, EachFindsItsEventsAndLeavesOthersAlone) {
  std::set<std::string> tested;
  std::size_t files = 0, yes = 0, no = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator("tests/rules")) {
    if (!file.is_regular_file()) continue;
    ++files;
    const std::string path = file.path().string();
    std::ifstream in(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    Arena arena;
    const YamlDocuments yaml = read_yaml(text, arena);
    ASSERT_FALSE(yaml.error) << path << ":" << yaml.error->where << ": " << yaml.error->what;
    ASSERT_EQ(yaml.documents.size(), 1u) << path;
    for (const Yaml* one : yaml.documents[0]->find("cases")->items) {
      const std::string title(one->find("rule")->text);
      const auto is_it = [&](const Heading& heading) { return heading.title == title; };
      const bool is_rule = std::ranges::any_of(own_rules()->rules, is_it);
      ASSERT_TRUE(is_rule || std::ranges::any_of(own_rules()->correlations, is_it)) << path << ": no rule " << title;
      tested.insert(title);
      for (const Yaml* item : one->find("yes")->items) {
        EXPECT_TRUE(run(*item).titles.contains(title)) << path << ":" << item->line << ": not found by: " << title;
        ++yes;
      }
      bool asked = false;
      for (const Yaml* item : one->find("no")->items) {
        const Outcome outcome = run(*item);
        EXPECT_FALSE(outcome.titles.contains(title)) << path << ":" << item->line << ": wrongly found by: " << title;
        asked |= !is_rule || outcome.asked.contains(title);
        ++no;
      }
      EXPECT_TRUE(asked) << path << ": no event under `no` is of the logsource of: " << title;
    }
  }
  const auto is_tested = [&](const Heading& heading, bool reported) {
    EXPECT_TRUE(!reported || tested.contains(heading.title)) << heading.path << ": untested: " << heading.title;
  };
  for (const Rule& rule : own_rules()->rules) is_tested(rule, rule.reported);
  for (const Correlation& correlation : own_rules()->correlations) is_tested(correlation, correlation.reported);
  std::printf("%zu files: %zu rules, %zu events or sequences found, %zu left alone\n", files, tested.size(), yes, no);
}

TEST(Logsources, FeedTheCorpusRules) {
  const std::string root = "../shared/corpus/sigma/rules/";
  if (!std::filesystem::exists(root)) GTEST_SKIP() << "no corpus at " << root;
  std::vector<std::string> folders;
  for (const char* name :
       {"rules", "rules-emerging-threats", "rules-threat-hunting", "rules-placeholder", "rules-compliance"})
    folders.push_back(root + name);
  Result<RuleSet> loaded = load(folders, {});
  ASSERT_TRUE(loaded.has_value());
  Result<Logsources> logsources = Logsources::load("share/tocsin/logsources.yml");
  ASSERT_TRUE(logsources.has_value()) << logsources.error().text();
  Demand demand;
  const auto engine =
      Engine::compile(std::make_shared<const RuleSet>(std::move(*loaded)), std::move(*logsources), demand);
  ASSERT_TRUE(engine.has_value());
  struct Count {
    std::size_t rules = 0, unfed = 0, lacking = 0;
  };
  std::map<std::string, Count> products;
  Count all;
  const RuleSet& set = (*engine)->rules();
  const auto product_of = [&](const Rule& rule) -> Count& {
    const Logsource& source = rule.logsource;
    return products[!source.product.empty()    ? source.product
                    : !source.category.empty() ? source.category
                                               : source.service];
  };
  for (const Rule& rule : set.rules) ++product_of(rule).rules, ++all.rules;
  for (const Unmapped& unmapped : (*engine)->unmapped()) {
    const Rule& rule = set.rules[unmapped.rule];
    const bool unfed = unmapped.fields.empty();
    unfed ? (++product_of(rule).unfed, ++all.unfed) : (++product_of(rule).lacking, ++all.lacking);
    std::string fields;
    for (const std::string& field : unmapped.fields) fields += " " + field;
    if (!unfed) std::printf("  lacks%s: %s\n", fields.c_str(), rule.path.substr(root.size()).c_str());
  }
  for (const auto& [product, count] : products)
    std::printf("  %-16s %5zu rules, %3zu fed by nothing, %3zu for lack of a field\n", product.c_str(), count.rules,
                count.unfed, count.lacking);
  std::printf("%zu rules loaded, %zu fed by nothing, %zu for lack of a field\n", all.rules, all.unfed, all.lacking);
  EXPECT_LE(all.unfed, 97u);
}

}  // namespace
}  // namespace tocsin::sigma
