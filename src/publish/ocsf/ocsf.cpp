#include "publish/ocsf/ocsf.h"

#include <nlohmann/json.hpp>

#include "publish/output.h"

namespace tocsin::publish {
namespace {

using namespace casefile;
using Json = nlohmann::ordered_json;

// OCSF counts milliseconds since 1970.
std::int64_t milliseconds(Time time) { return time.known() ? time.seconds * 1000 + time.nanoseconds / 1'000'000 : 0; }

// The type_id and name of an observable (object `observable`); 0 and 99 are "unknown" and "other".
struct ObservableType {
  int id;
  const char* name;
};
constexpr ObservableType kObservables[] = {
    {4, "User Name"}, {1, "Hostname"},      {2, "IP Address"}, {12, "Subnet"},      {1, "Hostname"}, {6, "URL String"},
    {7, "File Name"}, {5, "Email Address"}, {99, "Other"},     {9, "Process Name"}, {8, "Hash"}};
static_assert(std::size(kObservables) == std::size(kEntityTypeNames));

Result<void> append(Case& from, const Finding& finding, const std::string& product, std::string& out) {
  const RuleInfo& rule = *finding.rule;
  static constexpr const char* kSeverities[] = {"Informational", "Low", "Medium", "High", "Critical"};
  const int level = static_cast<int>(finding.level);
  Json event;
  event["activity_id"] = 1;
  event["activity_name"] = "Create";
  event["category_uid"] = 2;
  event["category_name"] = "Findings";
  event["class_uid"] = 2004;
  event["class_name"] = "Detection Finding";
  event["type_uid"] = 200401;
  event["type_name"] = "Detection Finding: Create";
  event["severity_id"] = level + 1;
  event["severity"] = kSeverities[level];
  event["status_id"] = 1;
  event["status"] = "New";
  event["time"] = milliseconds(finding.time);
  event["start_time"] = milliseconds(finding.first);
  event["end_time"] = milliseconds(finding.last);
  event["count"] = finding.count;
  event["metadata"] = {{"version", "1.3.0"},
                       {"product", {{"name", product}, {"vendor_name", "tocsin"}}},
                       {"uid", finding.id},
                       {"original_time", finding.time.iso()}};
  Json& info = event["finding_info"];
  info["uid"] = finding.id;
  info["title"] = finding.title.empty() ? rule.title : finding.title;
  if (!finding.detail.empty()) info["desc"] = finding.detail;
  info["first_seen_time"] = milliseconds(finding.first);
  info["last_seen_time"] = milliseconds(finding.last);
  info["created_time"] = milliseconds(finding.time);
  info["analytic"] = {{"uid", rule.id}, {"name", rule.title}, {"type_id", 1}, {"type", "Rule"}};
  if (!finding.techniques.empty()) {
    Json attacks = Json::array();
    for (const std::string& id : finding.techniques) {
      Json attack;
      const auto dot = id.find('.');
      attack["technique"] = {{"uid", id.substr(0, dot)}};
      if (dot != std::string::npos) attack["sub_technique"] = {{"uid", id}};
      attacks.push_back(std::move(attack));
    }
    info["attacks"] = std::move(attacks);
  }
  if (!finding.entities.empty()) {
    Json observables = Json::array();
    for (const Entity& entity : finding.entities) {
      const ObservableType& type = kObservables[static_cast<int>(entity.type)];
      observables.push_back(
          {{"name", entity.role.empty()
                        ? std::string(kEntityTypeNames[static_cast<int>(entity.type)])
                        : std::string(kEntityTypeNames[static_cast<int>(entity.type)]) + "." + entity.role},
           {"type_id", type.id},
           {"type", type.name},
           {"value", entity.value}});
    }
    event["observables"] = std::move(observables);
  }
  Json evidences = Json::array();
  for (const EventPlace& place : finding.events) {
    TRY(const Evidence* const evidence, from.evidence(place.evidence));
    evidences.push_back({{"data",
                          {{"evidence", evidence->path},
                           {"sha256", evidence->sha256},
                           {"offset", place.offset},
                           {"record", place.record},
                           {"time", place.time.iso()}}}});
  }
  if (!evidences.empty()) event["evidences"] = std::move(evidences);
  out += event.dump(-1, ' ', false, Json::error_handler_t::replace);
  out += '\n';
  return {};
}

}  // namespace

Result<void> write_ocsf(Case& from, const FindingFilter& filter, std::FILE* to) {
  Output output(to);
  TRY(const std::optional<std::string> exercise, from.meta("exercise"));
  const std::string product = exercise ? "tocsin (EXERCISE)" : "tocsin";
  Result<void> written;
  TRY_VOID(from.each_finding(filter, [&](const Finding& finding) {
    written = append(from, finding, product, output.text());
    return written.has_value() && output.settle();
  }));
  TRY_VOID(written);
  return output.finish();
}

}  // namespace tocsin::publish
