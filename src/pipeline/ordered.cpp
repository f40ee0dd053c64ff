// Two passes over the base matches, both from disk: the first feeds the correlator and learns which events each finding
// shows, by ordinal; the second fetches those. So memory holds findings and windows, never all matches.
#include "pipeline/ordered.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "base/json.h"
#include "base/text.h"

namespace tocsin {
namespace {

using casefile::BaseMatch;

struct Member {
  casefile::EventPlace place;
  casefile::ContentHash content{};
  std::vector<Entity> entities;
};

std::string printable(const std::vector<std::string>& key) {
  std::string out = "[";
  for (const std::string& value : key) {
    if (out.size() > 1) out += ',';
    append_json_string(out, value);
  }
  return out + "]";
}

// Case numbers of rules → indices into the rule set.
std::unordered_map<std::uint32_t, std::uint32_t> rules_by_number(const Program& program,
                                                                 std::span<const std::uint32_t> numbers) {
  std::unordered_map<std::uint32_t, std::uint32_t> out;
  for (std::uint32_t i = 0; i < program.rules().rules.size(); ++i) out[numbers[i]] = i;
  return out;
}

// The entities of findings with more members than they show events: whoever met one of the finding's rules, under its
// key, between its first and last.
class Crowds {
 public:
  static constexpr std::size_t kEntitiesMax = 100'000;  // of one finding

  Crowds(const sigma::RuleSet& rules, std::span<const sigma::CorrelationFinding> found) : rules_(rules) {
    for (const auto& finding : found) {
      if (finding.count <= finding.events.size()) continue;
      entities_[&finding];
      const auto& inputs = rules_.correlations[finding.correlation].inputs;
      for (const auto& input : inputs)
        if (!input.correlation) waiting_[{input.index, printable_folded(finding.key)}].push_back({&finding, &input});
    }
    for (const auto& [key, list] : waiting_)
      for (const auto& each : list) inputs_[key.first].insert(each.input);
  }

  bool empty() const { return waiting_.empty(); }

  void add(std::uint32_t rule, const BaseMatch& match) {
    const auto inputs = inputs_.find(rule);
    if (inputs == inputs_.end()) return;
    for (const auto* input : inputs->second) {
      std::vector<std::string> key;
      for (const std::string& field : input->group_by) {
        const auto pair = std::ranges::find(match.keys, field, &std::pair<std::string, std::string>::first);
        if (pair == match.keys.end()) break;
        key.push_back(pair->second);
      }
      if (key.size() != input->group_by.size()) continue;
      const auto found = waiting_.find({rule, printable_folded(key)});
      if (found == waiting_.end()) continue;
      for (const auto& each : found->second) {
        if (each.input != input || match.place.time < each.finding->first || each.finding->last < match.place.time)
          continue;
        auto& into = entities_[each.finding];
        if (into.size() < kEntitiesMax)
          for (Entity& entity : casefile::entities_from(match.entities)) into.insert(std::move(entity));
      }
    }
  }

  std::set<Entity> take(const sigma::CorrelationFinding& finding) {
    const auto found = entities_.find(&finding);
    return found == entities_.end() ? std::set<Entity>{} : std::move(found->second);
  }

 private:
  static std::string printable_folded(const std::vector<std::string>& key) { return fold(printable(key)); }

  struct Waiting {
    const sigma::CorrelationFinding* finding;
    const sigma::Correlation::Input* input;
  };
  const sigma::RuleSet& rules_;
  std::map<std::pair<std::uint32_t, std::string>, std::vector<Waiting>> waiting_;  // by rule and key
  std::map<std::uint32_t, std::set<const sigma::Correlation::Input*>> inputs_;
  std::map<const sigma::CorrelationFinding*, std::set<Entity>> entities_;
};

}  // namespace

Result<sigma::CorrelateStats> run_correlations(const Program& program, std::span<const std::uint32_t> numbers,
                                               std::size_t memory, casefile::Case& in) {
  const sigma::RuleSet& rules = program.rules();
  if (rules.correlations.empty()) return sigma::CorrelateStats{};
  sigma::CorrelateOptions options;
  options.memory_max = memory;
  sigma::Correlator correlator(rules, options);
  const auto by_number = rules_by_number(program, numbers);

  std::vector<sigma::CorrelationFinding> found;
  const auto keep = [&](std::vector<sigma::CorrelationFinding> some) {
    for (auto& finding : some)
      if (rules.correlations[finding.correlation].reported) found.push_back(std::move(finding));
  };
  std::uint64_t ordinal = 0;
  std::vector<std::optional<std::string>> values;
  TRY_VOID(in.each_base_match([&](const BaseMatch& match) {
    for (const std::uint32_t number : match.rules) {
      const auto rule = by_number.find(number);
      if (rule == by_number.end()) continue;
      values.clear();
      for (const std::string& field : correlator.fields(rule->second)) {
        const auto pair = std::ranges::find(match.keys, field, &std::pair<std::string, std::string>::first);
        values.push_back(pair == match.keys.end() ? std::nullopt : std::optional(pair->second));
      }
      correlator.add({rule->second, match.place.time, ordinal, values});
    }
    if (++ordinal % 65536 == 0) keep(correlator.take());
    return true;
  }));
  keep(correlator.finish());

  std::set<std::uint64_t> wanted;
  for (const auto& finding : found) {
    wanted.insert(finding.event);
    wanted.insert(finding.events.begin(), finding.events.end());
  }
  std::unordered_map<std::uint64_t, Member> members;
  Crowds crowds(rules, found);
  ordinal = 0;
  auto next = wanted.begin();
  TRY_VOID(in.each_base_match([&](const BaseMatch& match) {
    if (next == wanted.end() && crowds.empty()) return false;
    for (const std::uint32_t number : match.rules)
      if (const auto rule = by_number.find(number); rule != by_number.end()) crowds.add(rule->second, match);
    if (next != wanted.end() && *next == ordinal) {
      members[*next] = {match.place, match.content, casefile::entities_from(match.entities)};
      ++next;
    }
    ++ordinal;
    return true;
  }));

  const std::size_t first = program.correlations_at();
  TRY_VOID(in.begin_ordered(numbers.subspan(first, rules.correlations.size())));
  std::map<std::tuple<std::uint32_t, std::string, casefile::ContentHash>, std::uint64_t> occurrences;
  for (const auto& finding : found) {
    casefile::OrderedFinding out;
    out.rule = numbers[first + finding.correlation];
    out.key = printable(finding.key);
    out.content = members[finding.event].content;
    out.occurrence = ++occurrences[{out.rule, out.key, out.content}];
    out.time = finding.time;
    out.first = finding.first;
    out.last = finding.last;
    out.count = finding.count;
    std::set<Entity> entities = crowds.take(finding);
    for (const std::uint64_t event : finding.events) {
      const Member& member = members[event];
      out.events.push_back(member.place);
      entities.insert(member.entities.begin(), member.entities.end());
    }
    out.entities.assign(entities.begin(), entities.end());
    TRY_VOID(in.add_ordered(out));
  }
  TRY_VOID(in.end_ordered());
  return correlator.stats();
}

}  // namespace tocsin
