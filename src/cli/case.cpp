// tocsin case: what a case holds, and whether it is as it was written.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <unordered_set>

#include "case/case.h"
#include "cli/decide.h"
#include "cli/evidence_options.h"
#include "cli/options.h"
#include "cli/verb.h"
#include "cli/verify.h"
#include "pipeline/reread.h"
#include "publish/ndjson/ndjson.h"
#include "publish/output.h"
#include "publish/story/story.h"
#include "publish/terminal/overview.h"
#include "publish/terminal/table.h"
#include "readers/reader.h"

namespace tocsin::cli {
namespace {

using casefile::Case;
using casefile::Finding;
using casefile::Mode;
using namespace publish;

constexpr std::string_view kVerb = "case";

std::string reader_label(std::string_view reader) {
  for (const ReaderSpec* spec : all_readers())
    if (spec->name == reader) return std::string(spec->label);
  return printable(reader);
}

// What all subcommands share: opens the case, runs the work, and turns its outcome into an exit code.
template <class Work>
int with_case(const std::string& path, Work work, bool shows_itself = false) {
  auto opened = Case::open(path, Mode::read);
  if (!opened) return failure(kVerb, opened.error());
  if (!opened->settled())
    fmt::print(stderr, "tocsin case: a scan is writing to {}, or was killed: copies of records may be counted twice\n",
               printable(path));
  if (!shows_itself) note_exercise(kVerb, *opened);
  Output output(stdout);
  Result<int> code = work(*opened, output);
  if (code)
    if (auto written = output.finish(); !written) code = std::unexpected(written.error());
  if (!code) return failure(kVerb, code.error());
  return *code;
}

Result<int> show(Case& from, Output& output, bool json) {
  const Terminal terminal = Terminal::of(stdout);
  if (!json) {
    TRY(const std::string text, summary(from, terminal, {reader_label}));
    output.write(text);
    TRY(const casefile::Counts counts, from.count_findings());
    int level = 4;
    while (level > 0 && counts.by_level[level] == 0) --level;
    if (counts.findings() > 0)
      output.write(fmt::format("  next       tocsin case findings {} --level {}\n", printable(from.path()),
                               name(static_cast<Level>(level))));
    TRY(const casefile::Story story, from.story());
    TRY(const auto acts, from.acts());
    TRY(const auto claims, from.claims());
    if (!story.settings.empty() || !acts.empty() || !claims.empty())
      output.write(story_text(story, acts, claims, terminal, {.rows = 10, .pages = false}));
    return kDone;
  }
  TRY(const Overview view, overview(from, {}));
  TRY(const auto evidence, from.all_evidence());
  TRY(const auto anomalies, from.anomaly_counts());
  TRY(const std::uint64_t copies, from.copies());
  TRY(const std::optional<std::string> scan, from.meta("scan"));
  TRY(const std::optional<std::string> exercise, from.meta(casefile::kExerciseKey));
  nlohmann::ordered_json out;
  if (exercise) out["exercise"] = true;
  std::uint64_t bytes = 0, events = 0;
  for (const auto& one : evidence) bytes += one.size, events += one.events;
  out["evidence"] = {{"files", evidence.size()}, {"bytes", bytes}};
  out["events"] = events;
  out["copies"] = copies;
  for (int level = 4; level >= 0; --level)
    out["findings"][std::string(kLevelNames[level])] = view.counts.by_level[level];
  out["first"] = view.first.iso();
  out["last"] = view.last.iso();
  out["anomalies"] = nlohmann::ordered_json::object();
  for (const auto& count : anomalies) out["anomalies"][count.name] = count.count;
  out["scan"] = nlohmann::ordered_json::parse(scan.value_or("null"), nullptr, false);
  TRY(const casefile::Story story, from.story());
  const auto list = [&](const char* key, const auto& things) {
    auto& made = out[key] = nlohmann::ordered_json::array();
    for (const auto& one : things)
      made.push_back(nlohmann::ordered_json::parse(casefile::to_json(one), nullptr, false));
  };
  TRY(const auto acts, from.acts());
  TRY(const auto claims, from.claims());
  list("incidents", story.incidents);
  list("campaigns", story.campaigns);
  list("decisions", acts);
  list("claims", claims);
  output.write(out.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
  return kDone;
}

Result<int> findings(Case& from, Output& output, bool json, const casefile::FindingFilter& filter,
                     const std::string& incident) {
  std::unordered_set<std::string> members;
  if (!incident.empty()) {
    TRY(const casefile::Story story, from.story());
    TRY(const std::string id, story.resolve(incident));
    TRY(const casefile::IncidentFindings held, from.findings_of(id));
    for (const auto& one : held.ids) members.insert(casefile::finding_id_text(one));
  } else if (json) {
    TRY_VOID(write_ndjson(from, filter, stdout));
    return kDone;
  }
  const Terminal terminal = Terminal::of(stdout);
  Ndjson ndjson(from);
  Result<void> written;
  bool any = false;
  TRY_VOID(from.each_finding(filter, [&](const Finding& finding) {
    if (!incident.empty() && !members.contains(finding.id)) return true;
    if (!any && !json) output.write(finding_heading(terminal));
    any = true;
    if (!json) return output.write(finding_row(terminal, finding));
    written = ndjson.finding(finding, output.text());
    return written.has_value() && output.settle();
  }));
  TRY_VOID(written);
  if (!any) fmt::print(stderr, "tocsin case: no findings fit\n");
  return kDone;
}

void print_field(std::string& out, const std::string& name, const nlohmann::ordered_json& value) {
  if (value.is_array()) {
    for (const auto& one : value) print_field(out, name, one);
    return;
  }
  const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  out += fmt::format("    {}  {}\n", fitted(printable(name), std::max<std::size_t>(24, display_width(printable(name)))),
                     printable(text));
}

// The case keeps the first records of each rule whole; the others are read again where their evidence still stands.
Result<std::vector<casefile::WholeEvent>> whole_events(Case& from, const Finding& finding) {
  std::vector<casefile::WholeEvent> events;
  std::map<casefile::EvidenceId, std::vector<std::size_t>> missing;  // indices into events
  for (const casefile::EventPlace& place : finding.events) {
    TRY(casefile::WholeEvent whole, from.event(place));
    if (!whole.whole) missing[place.evidence].push_back(events.size());
    events.push_back(std::move(whole));
  }
  for (const auto& [id, indices] : missing) {
    TRY(const casefile::Evidence* const evidence, from.evidence(id));
    std::vector<Wanted> wanted;
    for (const std::size_t index : indices) wanted.push_back({events[index].place.offset, events[index].content});
    std::size_t found = 0;
    const auto read = reread(evidence->container.empty() ? evidence->path : evidence->container, evidence->path, wanted,
                             [&](std::size_t i, std::string fields, std::string raw) {
                               casefile::WholeEvent& event = events[indices[i]];
                               event.fields = std::move(fields);
                               event.raw = std::move(raw);
                               event.whole = true;
                               ++found;
                             });
    if (found < wanted.size())
      fmt::print(stderr, "tocsin case: {} of {} records could not be read again from {}{}{}\n", wanted.size() - found,
                 wanted.size(), printable(evidence->path), read ? "" : ": ", read ? "" : read.error().what);
  }
  return events;
}

Result<int> event(Case& from, Output& output, bool json, const std::string& id) {
  TRY(const std::optional<Finding> finding, from.find_finding(id));
  if (!finding) return fail("there is no finding " + printable(id), from.path(), "`tocsin case findings` lists them");
  Ndjson ndjson(from);
  std::string& out = output.text();
  if (json) {
    TRY_VOID(ndjson.finding(*finding, out));
  } else {
    const auto line = [&](std::string_view what, std::string_view text) {
      out += fmt::format("  {}  {}\n", fitted(what, 10), printable(text));
    };
    line("finding", finding->id);
    if (finding->title != finding->rule->title) line("says", finding->title);
    line("rule", fmt::format("{} ({}, {})", finding->rule->title, name(finding->level), finding->rule->id));
    line("by", fmt::format("{} · {}", finding->rule->author, finding->rule->path));
    line("time", finding->time.known() ? finding->time.iso() : "not known");
    if (finding->count > 1)
      line("members", fmt::format("{} from {} to {}, the first {} below", grouped(finding->count), finding->first.iso(),
                                  finding->last.iso(), finding->events.size()));
    for (const std::string& technique : finding->techniques) line("ATT&CK", technique);
    for (const Entity& entity : finding->entities)
      line("entity", fmt::format("{} {}{}", kEntityTypeNames[static_cast<int>(entity.type)], entity.value,
                                 entity.role.empty() ? "" : " (" + entity.role + ")"));
    for (std::size_t begin = 0; begin < finding->detail.size();) {
      const std::size_t end = std::min(finding->detail.find('\n', begin), finding->detail.size());
      line(begin == 0 ? "detail" : "", std::string_view(finding->detail).substr(begin, end - begin));
      begin = end + 1;
    }
  }
  TRY(const std::vector<casefile::WholeEvent> events, whole_events(from, *finding));
  for (const casefile::WholeEvent& whole : events) {
    if (json) {
      TRY_VOID(ndjson.event(whole, out));
      continue;
    }
    const casefile::EventPlace& place = whole.place;
    TRY(const casefile::Evidence* const evidence, from.evidence(place.evidence));
    out += fmt::format("\n  {}, offset {}, record {}{}{}\n", printable(evidence->path), place.offset, place.record,
                       place.time.known() ? ", " : "", place.time.iso());
    const auto fields = nlohmann::ordered_json::parse(whole.fields, nullptr, false);
    if (fields.is_object())
      for (const auto& [key, value] : fields.items()) print_field(out, key, value);
    if (fields.is_object() && fields.empty()) out += "    " + printable(whole.raw) + "\n";
  }
  return kDone;
}

Result<int> anomalies(Case& from, Output& output, bool json) {
  Ndjson ndjson(from);
  Result<void> written;
  TRY_VOID(from.each_anomaly([&](const casefile::StoredAnomaly& anomaly) {
    if (json) {
      written = ndjson.anomaly(anomaly, output.text());
    } else {
      const auto evidence = from.evidence(anomaly.evidence);
      if (!evidence) return written = std::unexpected(evidence.error()), false;
      output.text() += fmt::format("{}  {}+{}  {}  {}\n", printable((*evidence)->path), anomaly.offset, anomaly.size,
                                   printable(anomaly.name), printable(anomaly.detail));
    }
    return written.has_value() && output.settle();
  }));
  TRY_VOID(written);
  if (!json) {
    TRY(const auto counts, from.anomaly_counts());
    for (const auto& count : counts) fmt::print(stderr, "{:>12}  {}\n", grouped(count.count), printable(count.name));
  }
  return kDone;
}

Result<int> evidence(Case& from, Output& output, bool json) {
  TRY(const auto list, from.all_evidence());
  for (const casefile::Evidence& one : list) {
    if (json) {
      Ndjson::evidence(one, output.text());
    } else {
      output.text() += fmt::format("{}  {:>9}  {:>11} events  {}  {}{}\n",
                                   one.sha256.empty() ? std::string(64, '-') : one.sha256, size_text(one.size),
                                   grouped(one.events), fitted(one.reader.empty() ? "?" : reader_label(one.reader), 10),
                                   printable(one.path), one.complete ? "" : "  (not read to its end)");
      for (std::size_t i = 1; i < one.places.size(); ++i)
        output.text() += fmt::format("{:64}  also {}\n", "", printable(one.places[i].path));
    }
    if (!output.settle()) break;
  }
  return kDone;
}

int run(std::span<const std::string> args) {
  CLI::App app("Shows what a case holds, and whether it is as it was written.");
  app.require_subcommand(1);
  std::string path, id, level, since, until, rule, head;
  bool json = false;
  const auto add = [&](const char* name, const char* summary) {
    CLI::App* sub = app.add_subcommand(name, summary);
    sub->add_option("CASE", path, "the case file")->required();
    sub->add_flag("--json", json, "one JSON object a line");
    return sub;
  };
  CLI::App* show_verb = add("show", "what was read and what was found, in one screen");
  CLI::App* findings_verb = add("findings", "every finding, in order of time");
  findings_verb->add_option("--level", level, "this level and graver");
  findings_verb->add_option("--since", since, "from this time on");
  findings_verb->add_option("--until", until, "before this time");
  findings_verb->add_option("--rule", rule, "of the rule with this id");
  findings_verb->add_option("--incident", id, "of this incident");
  CLI::App* event_verb = add("event", "a finding's events with all their fields");
  event_verb->add_option("ID", id, "the finding's id, or its first digits")->required();
  CLI::App* anomalies_verb = add("anomalies", "where evidence is damaged or lies about itself");
  // `evidence add CASE` has its own CASE, so this one can't be required of CLI11.
  CLI::App* evidence_verb =
      app.add_subcommand("evidence", "what was read, with its SHA-256; `add` puts in what people say");
  evidence_verb->add_option("CASE", path, "the case file");
  evidence_verb->add_flag("--json", json, "one JSON object a line");
  CLI::App* verify_verb =
      add("verify",
          "recomputes the journal's chain, what it states, and the hashes of the evidence. The chain "
          "makes tampering evident, not impossible: who can write the file can write a new chain. "
          "Note the head elsewhere and compare it with --head");
  verify_verb->add_option("--head", head, "the journal's head as it was noted down");
  Decisions decisions(app);
  decisions.add_claims(*evidence_verb);
  if (const auto code = parse(app, kVerb, args)) return *code;
  if (const auto code = decisions.run()) return *code;

  if (*show_verb) return with_case(path, [&](Case& c, Output& out) { return show(c, out, json); }, true);
  if (*event_verb) return with_case(path, [&](Case& c, Output& out) { return event(c, out, json, id); });
  if (*anomalies_verb) return with_case(path, [&](Case& c, Output& out) { return anomalies(c, out, json); });
  if (*evidence_verb && path.empty())
    return usage_error(kVerb, {"CASE is required", "", "tocsin case evidence CASE, or case evidence add CASE …"});
  if (*evidence_verb) return with_case(path, [&](Case& c, Output& out) { return evidence(c, out, json); });
  if (*verify_verb) return with_case(path, [&](Case& c, Output& out) { return verify(c, out, json, head); });

  casefile::FindingFilter filter{.rule = rule};
  if (!level.empty()) {
    const auto parsed = parse_level_option(level);
    if (!parsed) return usage_error(kVerb, parsed.error());
    filter.level = *parsed;
  }
  for (const auto& [text, into] : {std::pair(&since, &filter.since), std::pair(&until, &filter.until)}) {
    if (text->empty()) continue;
    const auto parsed = parse_time(*text);
    if (!parsed) return usage_error(kVerb, parsed.error());
    *into = *parsed;
  }
  CHECK(*findings_verb);
  return with_case(path, [&](Case& c, Output& out) { return findings(c, out, json, filter, id); });
}

}  // namespace

const VerbSpec case_verb{"case", "what a case holds, and what analysts decide about it", run};

}  // namespace tocsin::cli
