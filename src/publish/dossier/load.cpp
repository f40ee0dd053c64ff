#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "publish/dossier/dossier.h"
#include "publish/dossier/tally.h"

namespace tocsin::publish {
namespace {

using namespace casefile;
using nlohmann::json;

// The gravest findings: of the lowest level that is needed to fill the table not all fit, and then those of
// correlations and detectors go before single records, and earlier ones before later.
Result<void> gravest(Case& from, Dossier& into) {
  std::uint64_t above = 0;
  int level = 4;
  for (; level > 0; --level)
    if ((above += into.counts[static_cast<std::size_t>(level)]) >= Dossier::kFindingsShown) break;
  const auto rank = [](const FindingRow& row) {
    return std::tuple(-static_cast<int>(row.level), row.kind == RuleKind::sigma, row.time, std::string_view(row.id));
  };
  const auto less = [&](const FindingRow& a, const FindingRow& b) { return rank(a) < rank(b); };
  std::vector<FindingRow>& heap = into.findings;  // the last in rank on top
  Result<void> done;
  TRY_VOID(from.each_finding({.level = static_cast<Level>(level)}, [&](const Finding& finding) {
    FindingRow row;
    row.level = finding.level;
    row.kind = finding.rule->kind;
    row.time = finding.time;
    row.id = finding.id;
    const bool full = heap.size() >= Dossier::kFindingsShown;
    if (full && !less(row, heap.front())) return true;
    row.rule = finding.rule->id;
    row.title = finding.title.empty() ? finding.rule->title : finding.title;
    row.detail = finding.detail;
    row.first = finding.first;
    row.last = finding.last;
    row.count = finding.count;
    row.techniques = finding.techniques;
    row.entity_count = finding.entities.size();
    row.entities.assign(finding.entities.begin(),
                        finding.entities.begin() +
                            static_cast<std::ptrdiff_t>(std::min(finding.entities.size(), FindingRow::kEntitiesShown)));
    for (const EventPlace& place : finding.events) {
      if (row.exhibits.size() >= FindingRow::kExhibitsShown) break;
      const auto evidence = from.evidence(place.evidence);
      if (!evidence) return done = std::unexpected(evidence.error()), false;
      row.exhibits.push_back({(*evidence)->path, (*evidence)->sha256, place.offset, place.record, place.time});
    }
    if (full) {
      std::ranges::pop_heap(heap, less);
      heap.pop_back();
    }
    heap.push_back(std::move(row));
    std::ranges::push_heap(heap, less);
    return true;
  }));
  TRY_VOID(done);
  std::ranges::sort(heap, less);
  return {};
}

Result<void> load_evidence(Case& from, Dossier& into) {
  TRY(const std::vector<Evidence> all, from.all_evidence());
  std::uint64_t partial = 0, unrecognised = 0;
  for (const Evidence& one : all) {
    into.events += one.events;
    const bool container = one.reader == "archive";
    if (!container) ++into.evidence_files, into.evidence_bytes += one.size;
    partial += !one.complete;
    unrecognised += one.reader.empty();
    if (one.first.known() && (!into.evidence_first.known() || one.first < into.evidence_first))
      into.evidence_first = one.first;
    if (one.last.known() && (!into.evidence_last.known() || one.last > into.evidence_last))
      into.evidence_last = one.last;
    if (into.evidence.size() < Dossier::kEvidenceShown)
      into.evidence.push_back({one.path, one.sha256, one.reader, one.size, one.events, one.anomalies,
                               one.places.empty() ? 0 : one.places.size() - 1, one.first, one.last, one.complete});
  }
  if (partial > 0) into.blind.push_back({Blind::Kind::partial, partial, {}});
  if (unrecognised > 0) into.blind.push_back({Blind::Kind::unrecognised, unrecognised, {}});
  TRY(into.copies, from.copies());
  TRY(const auto anomalies, from.anomaly_counts());
  for (const auto& one : anomalies) into.anomalies.push_back({one.name, one.count});
  std::ranges::stable_sort(into.anomalies, [](const AnomalyRow& a, const AnomalyRow& b) {
    return std::tuple(b.count, std::string_view(a.name)) < std::tuple(a.count, std::string_view(b.name));
  });
  return {};
}

std::uint64_t number(const json& of, const char* key) {
  const auto found = of.is_object() ? of.find(key) : of.end();
  return of.is_object() && found != of.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

// What the last scan said of its rules and of the state that it dropped.
Result<void> load_scan(Case& from, Dossier& into) {
  TRY(const std::optional<std::string> said, from.meta("scan"));
  const json scan = json::parse(said.value_or("{}"), nullptr, false);
  const auto part = [&](const char* key) {
    const auto found = scan.is_object() ? scan.find(key) : scan.end();
    return scan.is_object() && found != scan.end() ? *found : json::object();
  };
  const auto add = [&](Blind::Kind kind, std::uint64_t count, std::string detail = {}) {
    if (count > 0) into.blind.push_back({kind, count, std::move(detail)});
  };
  const json rules = part("rules");
  std::string reasons;
  if (rules.is_object() && rules.contains("refused_by_reason") && rules["refused_by_reason"].is_object()) {
    std::size_t listed = 0;
    for (const auto& [reason, count] : rules["refused_by_reason"].items()) {
      if (++listed > 5) break;
      reasons += (reasons.empty() ? "" : "; ") + reason + " " + count.dump();
    }
  }
  add(Blind::Kind::refused, number(rules, "refused"), reasons);
  add(Blind::Kind::unmapped, number(rules, "unmapped"));
  add(Blind::Kind::unmet, number(rules, "met_no_event"));
  const json dropped = part("correlation_state_dropped"), left = part("correlation_left_out");
  add(Blind::Kind::evicted, number(dropped, "keys") + number(dropped, "matches"));
  add(Blind::Kind::uncorrelated, number(left, "without_key") + number(left, "without_time"));
  return {};
}

Result<void> load_journal(Case& from, Dossier& into) {
  return from.each_journal_entry([&](const JournalEntry& entry) {
    into.head = entry.hash;
    if (const auto time = Time::parse_iso(entry.time)) into.made = *time;
    ++into.entries;
    if (entry.action == "scan" || entry.action == "begin_scan") {
      const json detail = json::parse(entry.detail, nullptr, false);
      if (detail.is_object() && detail.contains("tool") && detail["tool"].is_string())
        into.tool = detail["tool"].get<std::string>();
    }
    return true;
  });
}

Result<void> load_story(Case& from, Dossier& into) {
  TRY(into.story, from.story());
  TRY(into.claims, from.claims());
  TRY(into.acts, from.acts());
  std::erase_if(into.claims, [](const Claim& claim) { return claim.withdrawn; });
  std::erase_if(into.acts, [](const Act& act) { return act.undone; });
  for (const StoredAssessment& one : into.story.assessments) {
    into.judged.push_back(judged_from(one.json, one.subject, one.yardstick));
    if (!into.judged.back().yardstick.empty()) into.yardstick = into.judged.back().yardstick;
  }
  return {};
}

Result<void> load_gaps(Case& from, Dossier& into) {
  if (into.story.incidents.empty()) return {};
  TRY(const std::vector<Evidence> all, from.all_evidence());
  std::vector<Speech> pieces;
  for (const Evidence& one : all) {
    if (!one.first.known()) continue;
    Speech piece{one.path, one.reader, one.first, one.last, {}};
    TRY(piece.hours, from.hours_of(one.id));
    pieces.push_back(std::move(piece));
  }
  into.gaps = find_gaps(std::move(pieces), into.story.incidents);
  if (into.gaps.empty()) return {};
  into.blind.push_back({Blind::Kind::gap, into.gaps.size(), {}});
  if (into.gaps.size() > Gap::kShown) into.gaps.resize(Gap::kShown);
  return {};
}

}  // namespace

const Judged* Dossier::main_judgement() const {
  const Judged* best = nullptr;
  std::tuple<bool, std::size_t, int, Time> best_rank;
  for (const Judged& one : judged) {
    std::tuple<bool, std::size_t, int, Time> rank{false, 0, 0, Time::none()};
    if (const Campaign* campaign = story.campaign(one.subject))
      rank = {true, campaign->incidents.size(), static_cast<int>(campaign->severity), campaign->last};
    else if (const Incident* incident = story.incident(one.subject))
      rank = {false, 1, static_cast<int>(incident->severity), incident->last};
    if (best && rank <= best_rank) continue;
    best = &one;
    best_rank = rank;
  }
  return best;
}

Result<Dossier> load_dossier(Case& from, const LoadOptions& options) {
  Dossier out;
  TRY(const std::optional<std::string> title, from.meta("title"));
  out.title = title ? *title : std::filesystem::path(from.path()).stem().string();
  TRY(const std::optional<std::string> exercise, from.meta("exercise"));
  out.exercise = exercise.has_value() && *exercise != "" && *exercise != "0" && *exercise != "false";
  TRY_VOID(load_journal(from, out));
  TRY_VOID(tally(from, options, out));
  TRY_VOID(gravest(from, out));
  TRY_VOID(load_evidence(from, out));
  TRY_VOID(load_scan(from, out));
  TRY_VOID(load_story(from, out));
  TRY_VOID(load_gaps(from, out));
  TRY(out.leaked, load_leaked(from));
  Tlp highest = out.findings_total() > 0 || out.leaked.there() ? kOwnTelemetry : Tlp::clear;
  for (const Claim& claim : out.claims) highest = std::max(highest, parse_tlp(claim.tlp).value_or(kNotSaid));
  out.marking = highest;
  for (const StoryEntity* entity : [&] {
         std::vector<const StoryEntity*> common;
         for (const Incident& incident : out.story.incidents)
           for (const StoryEntity& one : incident.entities)
             if (one.common) common.push_back(&one);
         return common;
       }())
    for (EntityRow& row : out.entities)
      if (row.type == entity->type && row.value == entity->value) row.common = true;
  return out;
}

}  // namespace tocsin::publish
