#include "publish/terminal/overview.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "publish/terminal/table.h"

namespace tocsin::publish {
namespace {

using namespace casefile;

void count_name(RuleGroup& group, std::map<std::string, std::uint64_t>& names, const std::string& name) {
  if (const auto found = names.find(name); found != names.end())
    ++found->second;
  else if (names.size() < RuleGroup::kNamesMax)
    names.emplace(name, 1);
  else
    group.more_names = true;
}

void widen(Time& first, Time& last, Time from, Time to) {
  if (from.known() && (!first.known() || from < first)) first = from;
  if (to.known() && (!last.known() || to > last)) last = to;
}

std::string evidence_line(const std::vector<Evidence>& list, const SummaryWords& words) {
  std::map<std::string, std::size_t> by_reader;
  std::uint64_t bytes = 0, other_paths = 0, partial = 0, containers = 0;
  for (const Evidence& evidence : list) {
    if (evidence.reader == "archive") {
      ++containers;
      continue;
    }
    ++by_reader[evidence.reader];
    bytes += evidence.size;
    other_paths += evidence.places.size() - 1;
    partial += !evidence.complete;
  }
  std::vector<std::pair<std::string, std::size_t>> readers(by_reader.begin(), by_reader.end());
  std::stable_sort(readers.begin(), readers.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  std::string kinds;
  for (const auto& [reader, count] : readers) {
    if (reader.empty()) continue;
    if (!kinds.empty()) kinds += ", ";
    kinds += fmt::format("{} {}", words.reader_label ? words.reader_label(reader) : printable(reader), grouped(count));
  }
  if (by_reader.contains("")) {
    if (!kinds.empty()) kinds += ", ";
    kinds += fmt::format("not recognised {}", grouped(by_reader[""]));
  }
  std::string out = fmt::format("  evidence   {} files ({})   {}, hashed", grouped(list.size() - containers), kinds,
                                size_text(bytes));
  if (containers > 0) out += fmt::format(" · from {} archives too", grouped(containers));
  if (other_paths > 0) out += fmt::format(" · {} more paths to the same content", grouped(other_paths));
  if (partial > 0) out += fmt::format(" · {} not read to their end: scan them again", grouped(partial));
  return out + "\n";
}

// What the scan said about its rules: numbers under "rules" in its summary.
std::string rules_line(const nlohmann::json& scan) {
  const auto rules = scan.find("rules");
  if (rules == scan.end() || !rules->is_object()) return {};
  const auto number = [&](const char* key) -> std::optional<std::uint64_t> {
    const auto found = rules->find(key);
    return found != rules->end() && found->is_number_unsigned() ? std::optional(found->get<std::uint64_t>())
                                                                : std::nullopt;
  };
  std::string out = "  rules    ";
  std::string_view separator = "  ";
  const auto part = [&](const char* key, std::string_view text) {
    if (const auto value = number(key)) {
      out += fmt::format("{}{} {}", separator, grouped(*value), text);
      separator = " · ";
    }
  };
  part("read", "read");
  part("loaded", "loaded");
  part("refused", "refused");
  part("unmapped", "loaded but nothing feeds them: tocsin rules check");
  part("met_no_event", "met no event of their logsource");
  return separator == "  " ? std::string() : out + "\n";
}

std::string events_line(const std::vector<Evidence>& list, const std::vector<Case::AnomalyCount>& anomalies,
                        std::uint64_t copies, const nlohmann::json& scan) {
  std::uint64_t events = 0, strange = 0;
  for (const Evidence& evidence : list) events += evidence.events;
  for (const Case::AnomalyCount& count : anomalies) strange += count.count;
  std::string out = fmt::format("  events     {}", grouped(events));
  if (const auto seconds = scan.find("seconds"); seconds != scan.end() && seconds->is_number())
    out += fmt::format(" in {:.{}f} s", seconds->get<double>(), seconds->get<double>() < 10 ? 1 : 0);
  if (copies > 0) out += fmt::format(" · {} copies of matched ones left out", grouped(copies));
  out += fmt::format(" · {} anomalies", grouped(strange));
  if (strange > 0) {
    std::vector<Case::AnomalyCount> most = anomalies;
    std::stable_sort(most.begin(), most.end(), [](const auto& a, const auto& b) { return a.count > b.count; });
    std::string names;
    for (std::size_t i = 0; i < std::min<std::size_t>(most.size(), 3); ++i)
      names += fmt::format("{}{} {}", i > 0 ? ", " : "", printable(most[i].name), grouped(most[i].count));
    out += fmt::format(" ({}{})", names, most.size() > 3 ? ", …" : "");
  }
  return out + "\n";
}

std::string findings_line(const Terminal& terminal, const Overview& view) {
  std::string out = "  findings   ";
  if (view.counts.findings() == 0) return out + "none\n";
  bool any = false;
  for (int level = 4; level >= 0; --level) {
    if (view.counts.by_level[level] == 0) continue;
    if (any) out += " · ";
    any = true;
    const auto one = static_cast<Level>(level);
    out += coloured(terminal, one, fmt::format("{} {}", short_name(one), grouped(view.counts.by_level[level])));
  }
  if (view.first.known()) out += fmt::format("      first {}   last {}", view.first.iso(), view.last.iso());
  return out + "\n";
}

}  // namespace

Result<Overview> overview(Case& from, const FindingFilter& filter) {
  Overview view;
  std::map<std::pair<const RuleInfo*, std::string>, RuleGroup> groups;
  std::unordered_map<const RuleInfo*, std::size_t> own;  // groups of a detector
  TRY_VOID(from.glance(filter, [&](const FindingGlance& finding) {
    const bool alone = finding.rule->kind == RuleKind::detector && own[finding.rule] < RuleGroup::kOwnMax;
    RuleGroup& group = groups[{finding.rule, alone ? std::string(finding.title) : std::string()}];
    if (alone && !group.rule) ++own[finding.rule];
    group.rule = finding.rule;
    group.title = alone ? finding.title : std::string_view(finding.rule->title);
    group.level = group.findings == 0 ? finding.level : std::max(group.level, finding.level);
    ++group.findings;
    widen(group.first, group.last, finding.first, finding.last);
    ++view.counts.by_level[static_cast<int>(finding.level)];
    view.timeline.add(finding.time, finding.level);
    if (group.findings > RuleGroup::kNamedMax) {
      group.more_names = true;
      return;
    }
    const auto entities = entities_from(finding.entities);
    const auto named = [](const Entity& entity) {
      return entity.type == EntityType::host || entity.type == EntityType::account ||
             entity.type == EntityType::address;
    };
    const bool mail_only = std::ranges::none_of(entities, named);  // then its mailboxes say where and who
    for (const Entity& entity : entities) {
      if (entity.type == EntityType::host) count_name(group, group.hosts, entity.value);
      if (entity.type == EntityType::account) count_name(group, group.accounts, entity.value);
      if (entity.type == EntityType::address || (mail_only && entity.type == EntityType::mailbox))
        count_name(group, group.addresses, entity.value);
    }
  }));
  for (const auto& [key, group] : groups) widen(view.first, view.last, group.first, group.last);
  for (auto& [key, group] : groups) view.groups.push_back(std::move(group));
  std::sort(view.groups.begin(), view.groups.end(), [](const RuleGroup& a, const RuleGroup& b) {
    if (a.level != b.level) return a.level > b.level;
    if (a.findings != b.findings) return a.findings > b.findings;
    return std::tie(a.rule->id, a.rule->hash, a.title) < std::tie(b.rule->id, b.rule->hash, b.title);
  });
  return view;
}

Result<std::string> summary(Case& from, const Terminal& terminal, const SummaryWords& words) {
  TRY(const std::vector<Evidence> evidence, from.all_evidence());
  TRY(const std::vector<Case::AnomalyCount> anomalies, from.anomaly_counts());
  TRY(const std::uint64_t copies, from.copies());
  TRY(const std::optional<std::string> said, from.meta("scan"));
  TRY(const std::optional<std::string> exercise, from.meta(kExerciseKey));
  const auto parsed = nlohmann::json::parse(said.value_or("{}"), nullptr, false);
  const nlohmann::json scan = parsed.is_object() ? parsed : nlohmann::json::object();
  TRY(const Overview view, overview(from, {}));
  std::string out;
  if (exercise) out += "  EXERCISE   this case holds evidence made by tocsin rehearse: it did not happen\n";
  out += evidence_line(evidence, words);
  out += rules_line(scan);
  out += events_line(evidence, anomalies, copies, scan);
  out += findings_line(terminal, view);
  out += view.timeline.text(terminal);
  if (!view.groups.empty()) out += "\n" + group_table(terminal, view.groups, words.rows) + "\n";
  return out;
}

}  // namespace tocsin::publish
