#include "publish/ndjson/ndjson.h"

#include <fmt/format.h>

#include <iterator>

#include "base/json.h"
#include "publish/output.h"

namespace tocsin::publish {
namespace {

using namespace casefile;

void append_strings(std::string& out, const std::vector<std::string>& list) {
  out += '[';
  for (const std::string& text : list) {
    if (&text != list.data()) out += ',';
    append_json_string(out, text);
  }
  out += ']';
}

std::string rule_json(const RuleInfo& rule, Level level, const std::vector<std::string>& techniques) {
  std::string out = "\"rule\":{\"id\":";
  append_json_string(out, rule.id);
  out += ",\"title\":";
  append_json_string(out, rule.title);
  out += fmt::format(",\"level\":\"{}\",\"kind\":\"{}\",\"path\":", name(level),
                     kRuleKindNames[static_cast<int>(rule.kind)]);
  append_json_string(out, rule.path);
  out += ",\"author\":";
  append_json_string(out, rule.author);
  out += "},\"techniques\":";
  append_strings(out, techniques);
  return out;
}

void append_number(std::string& out, std::uint64_t number) { fmt::format_to(std::back_inserter(out), "{}", number); }

}  // namespace

void append_time(std::string& out, Time time) {
  char buffer[64];
  out += '"';
  out.append(buffer, time.write_iso(buffer));
  out += '"';
}

Ndjson::Ndjson(Case& from) : case_(from) {
  const auto exercise = from.meta(kExerciseKey);
  exercise_ = exercise && exercise->has_value();
}

Result<void> Ndjson::evidence_name(EvidenceId id, std::string& out) {
  if (id != last_ || last_name_.empty()) {
    TRY(const Evidence* const evidence, case_.evidence(id));
    last_name_ = "\"evidence\":";
    append_json_string(last_name_, evidence->path);
    last_name_ += ",\"sha256\":";
    append_json_string(last_name_, evidence->sha256);
    last_ = id;
  }
  out += last_name_;
  return {};
}

Result<void> Ndjson::place(const EventPlace& place, std::string& out) {
  TRY_VOID(evidence_name(place.evidence, out));
  out += ",\"offset\":";
  append_number(out, place.offset);
  out += ",\"record\":";
  append_number(out, place.record);
  out += ",\"time\":";
  append_time(out, place.time);
  return {};
}

Result<void> Ndjson::finding(const Finding& finding, std::string& out) {
  // A detector's finding has a level and techniques of its own.
  const bool own = finding.rule->kind == RuleKind::detector;
  std::string made;
  std::string& rule = own ? made : rules_[finding.rule];
  if (rule.empty()) rule = rule_json(*finding.rule, finding.level, finding.techniques);
  out += "{\"id\":\"";
  out += finding.id;
  out += "\",\"time\":";
  append_time(out, finding.time);
  out += ',';
  out += rule;
  if (own) {
    out += ",\"title\":";
    append_json_string(out, finding.title);
    out += ",\"detail\":";
    append_json_string(out, finding.detail);
  }
  out += ",\"entities\":[";
  for (const Entity& entity : finding.entities) {
    out += &entity == finding.entities.data() ? "{\"type\":\"" : ",{\"type\":\"";
    out += kEntityTypeNames[static_cast<int>(entity.type)];
    out += "\",\"value\":";
    append_json_string(out, entity.value);
    out += ",\"role\":";
    append_json_string(out, entity.role);
    out += '}';
  }
  out += "],\"count\":";
  append_number(out, finding.count);
  if (finding.copies > 0) {
    out += ",\"copies\":";
    append_number(out, finding.copies);
  }
  out += ",\"first\":";
  append_time(out, finding.first);
  out += ",\"last\":";
  append_time(out, finding.last);
  out += ",\"events\":[";
  for (const EventPlace& event : finding.events) {
    out += &event == finding.events.data() ? "{" : ",{";
    TRY_VOID(place(event, out));
    out += '}';
  }
  out += exercise_ ? "],\"exercise\":true}\n" : "]}\n";
  return {};
}

Result<void> Ndjson::anomaly(const StoredAnomaly& anomaly, std::string& out) {
  out += "{\"name\":";
  append_json_string(out, anomaly.name);
  out += ',';
  TRY_VOID(evidence_name(anomaly.evidence, out));
  out += ",\"offset\":";
  append_number(out, anomaly.offset);
  out += ",\"size\":";
  append_number(out, anomaly.size);
  out += ",\"detail\":";
  append_json_string(out, anomaly.detail);
  out += "}\n";
  return {};
}

void Ndjson::evidence(const Evidence& evidence, std::string& out) {
  out += "{\"evidence\":";
  append_json_string(out, evidence.path);
  out += ",\"other_paths\":[";
  for (std::size_t i = 1; i < evidence.places.size(); ++i) {
    if (i > 1) out += ',';
    append_json_string(out, evidence.places[i].path);
  }
  out += ']';
  out += ",\"container\":";
  append_json_string(out, evidence.container);
  out += ",\"sha256\":";
  append_json_string(out, evidence.sha256);
  out += ",\"size\":";
  append_number(out, evidence.size);
  out += ",\"reader\":";
  append_json_string(out, evidence.reader);
  out += ",\"state\":";
  out += evidence.complete ? "\"complete\"" : "\"partial\"";
  out += ",\"events\":";
  append_number(out, evidence.events);
  out += ",\"anomalies\":";
  append_number(out, evidence.anomalies);
  out += ",\"first\":";
  append_time(out, evidence.first);
  out += ",\"last\":";
  append_time(out, evidence.last);
  out += "}\n";
}

Result<void> Ndjson::event(const WholeEvent& event, std::string& out) {
  out += '{';
  TRY_VOID(place(event.place, out));
  out += ",\"source\":";
  append_json_string(out, event.source);
  out += ",\"fields\":";
  out += event.fields.empty() ? "null" : event.fields;
  out += "}\n";
  return {};
}

Result<void> write_ndjson(Case& from, const FindingFilter& filter, std::FILE* to) {
  Output output(to);
  Ndjson ndjson(from);
  Result<void> written;
  TRY_VOID(from.each_finding(filter, [&](const Finding& finding) {
    written = ndjson.finding(finding, output.text());
    return written.has_value() && output.settle();
  }));
  TRY_VOID(written);
  return output.finish();
}

}  // namespace tocsin::publish
