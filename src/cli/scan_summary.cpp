#include "cli/scan_summary.h"

#include <fmt/core.h>

#include <algorithm>

#include "cli/progress.h"
#include "event/finding.h"

namespace tocsin::cli {
namespace {

using Counted = std::pair<std::uint64_t, std::string>;

// "EVTX 371, NDJSON 22, …": the most frequent first.
std::string ranking(const std::map<std::string, std::uint64_t>& counts, std::size_t most) {
  std::vector<Counted> order;
  for (const auto& [name, count] : counts) order.emplace_back(count, name);
  std::ranges::sort(order, [](const Counted& a, const Counted& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  });
  std::string out;
  for (std::size_t i = 0; i < std::min(most, order.size()); ++i)
    out += fmt::format("{}{} {}", i ? ", " : "", order[i].second, grouped(order[i].first));
  if (order.size() > most) out += ", …";
  return out;
}

// "25 need a placeholder, 2 expression"
std::string reasons(const std::map<std::string, std::uint64_t>& counts) {
  std::string out;
  for (const auto& [reason, count] : counts)
    out += fmt::format("{}{} {}", out.empty() ? "" : ", ", grouped(count), reason);
  return out;
}

// Names come from evidence: no control character of theirs reaches the terminal.
std::string printable(const std::string& text) {
  std::string out;
  for (const char c : text) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  return out;
}

const char* plural(std::uint64_t count) { return count == 1 ? "" : "s"; }

}  // namespace

void print_summary(const ScanSummary& summary, const Program&, std::FILE* to) {
  if (summary.exercises)
    fmt::print(to, "  EXERCISE   tocsin rehearse made {} of the files, by their own word: nothing in them happened\n",
               grouped(summary.exercises));
  fmt::print(to, "  evidence   {} file{}", grouped(summary.files), plural(summary.files));
  if (!summary.by_format.empty()) fmt::print(to, " ({})", ranking(summary.by_format, 6));
  if (summary.containers) fmt::print(to, " · {} archive{}", grouped(summary.containers), plural(summary.containers));
  fmt::print(to, "   {}, hashed\n", human_bytes(static_cast<double>(summary.bytes)));
  if (const AttachmentCounts& mail = summary.attachments; mail.found)
    fmt::print(to, "             {} attachment{}: {} read, {} kept with their hash, {} the same again, {} small ones counted\n",
               grouped(mail.found), plural(mail.found), grouped(mail.opened), grouped(mail.kept), grouped(mail.repeated),
               grouped(mail.found - mail.opened - mail.kept - mail.repeated));
  if (summary.known || summary.copies || summary.incomplete) {
    std::string line;
    const auto add = [&](std::uint64_t count, const char* what) {
      if (count) line += fmt::format("{}{} {}", line.empty() ? "" : " · ", grouped(count), what);
    };
    add(summary.known, "already in the case");
    add(summary.copies, "copies of another");
    add(summary.incomplete, "not readable to the end");
    fmt::print(to, "             {}\n", line);
    for (const std::string& problem : summary.problems) fmt::print(to, "             {}\n", printable(problem));
    if (summary.incomplete > summary.problems.size())
      fmt::print(to, "             … the others: tocsin case anomalies\n");
  }

  const auto& rules = summary.rules;
  fmt::print(to, "  rules      {} read · {} loaded", grouped(rules.read), grouped(rules.loaded));
  if (rules.refused) fmt::print(to, " · {} refused ({})", grouped(rules.refused), reasons(rules.refused_by_reason));
  if (rules.unmapped)
    fmt::print(to, " · {} loaded but nothing feeds them: tocsin rules check", grouped(rules.unmapped));
  if (rules.unmet) fmt::print(to, " · {} met no event of their logsource here", grouped(rules.unmet));
  fmt::print(to, "\n");

  fmt::print(to, "  events     {} in {}", grouped(summary.events), human_seconds(summary.seconds));
  if (summary.anomalies)
    fmt::print(to, " · {} anomal{} ({})", grouped(summary.anomalies), summary.anomalies == 1 ? "y" : "ies",
               ranking(summary.anomalies_by_name, 3));
  fmt::print(to, "\n");

  if (summary.detectors) {
    fmt::print(to, "  detectors  {} over {} activit{}", grouped(summary.detectors), grouped(summary.activities),
               summary.activities == 1 ? "y" : "ies");
    if (!summary.activities_by_kind.empty()) fmt::print(to, " ({})", ranking(summary.activities_by_kind, 6));
    if (summary.activity_copies) fmt::print(to, " · {} copies left out", grouped(summary.activity_copies));
    if (summary.activities_without_time)
      fmt::print(to, " · {} without a time left out", grouped(summary.activities_without_time));
    fmt::print(to, "\n");
  }

  if (summary.mails_told)
    fmt::print(to, "  mail       {} with traits of phishing or an attack on webmail: docs/PHISHING.md\n",
               grouped(summary.mails_told));

  if (summary.indicators) {
    fmt::print(to, "  indicators {} ({}), {} in memory", grouped(summary.indicators),
               ranking(summary.indicators_by_type, 7), human_bytes(static_cast<double>(summary.indicator_bytes)));
    if (summary.indicators_warned) fmt::print(to, " · {} on warning lists", grouped(summary.indicators_warned));
    if (summary.indicators_refused)
      fmt::print(to, " · {} refused ({})", grouped(summary.indicators_refused),
                 reasons(summary.indicators_refused_by_reason));
    fmt::print(to, "\n             {} met in {} event{}\n", grouped(summary.indicators_met),
               grouped(summary.indicator_events), plural(summary.indicator_events));
  }

  if (summary.protected_names)
    fmt::print(to, "  decoys     of {} protected name{}: {} met in {} event{}\n", grouped(summary.protected_names),
               plural(summary.protected_names), grouped(summary.decoys_met), grouped(summary.decoy_events),
               plural(summary.decoy_events));

  std::string levels;
  for (int level = 4; level >= 0; --level)
    if (summary.findings[level])
      levels +=
          fmt::format("{}{} {}", levels.empty() ? "" : " · ", kLevelNames[level], grouped(summary.findings[level]));
  fmt::print(to, "  findings   {}", levels.empty() ? "none" : levels);
  if (summary.first.known()) fmt::print(to, "      events from {} to {}", summary.first.iso(), summary.last.iso());
  fmt::print(to, "\n");
  if (summary.interrupted) fmt::print(to, "  stopped    what was found is kept; the same command completes it\n");
}

void print_next(const ScanSummary& summary, const std::string& case_path, std::FILE* to) {
  if (case_path.empty()) {
    fmt::print(to, "  next       add --case NAME.case to keep this; --json for machines\n");
    return;
  }
  const char* level = summary.findings[4] || summary.findings[3] ? " --level high" : "";
  fmt::print(to, "  next       tocsin case findings {}{}\n", case_path, level);
}

}  // namespace tocsin::cli
