#include "pipeline/summary.h"

#include <nlohmann/json.hpp>

#include "event/finding.h"

namespace tocsin {

std::string ScanSummary::json() const {
  nlohmann::ordered_json out;
  out["evidence"] = {{"files", files},   {"bytes", bytes},           {"by_format", by_format},        {"known", known},
                     {"copies", copies}, {"incomplete", incomplete}, {"not_recognised", unrecognised}};
  if (attachments.found)
    out["attachments"] = {{"found", attachments.found},
                          {"opened", attachments.opened},
                          {"kept", attachments.kept},
                          {"repeated", attachments.repeated}};
  out["exercise"] = exercises > 0;
  out["rules"] = {{"read", rules.read},          {"loaded", rules.loaded},
                  {"refused", rules.refused},    {"unmapped", rules.unmapped},
                  {"met_no_event", rules.unmet}, {"refused_by_reason", rules.refused_by_reason}};
  out["events"] = events;
  out["events_matched"] = matched;
  out["anomalies"] = anomalies_by_name;
  out["first"] = first.iso();
  out["last"] = last.iso();
  nlohmann::ordered_json by_level;
  for (int i = 4; i >= 0; --i) by_level[std::string(kLevelNames[i])] = findings[i];
  out["findings"] = by_level;
  out["correlation_state_dropped"] = {{"keys", correlation_keys_evicted}, {"matches", correlation_matches_cut}};
  out["correlation_left_out"] = {{"without_key", correlation_without_key}, {"without_time", correlation_without_time}};
  if (detectors)
    out["activities"] = {{"detectors", detectors},
                         {"met", activities},
                         {"by_kind", activities_by_kind},
                         {"copies", activity_copies},
                         {"without_time", activities_without_time}};
  if (mails_told || mail_copies) out["mail"] = {{"told", mails_told}, {"copies", mail_copies}};
  if (indicators)
    out["indicators"] = {{"loaded", indicators},
                         {"by_type", indicators_by_type},
                         {"refused", indicators_refused},
                         {"refused_by_reason", indicators_refused_by_reason},
                         {"on_warning_lists", indicators_warned},
                         {"bytes", indicator_bytes},
                         {"met", indicators_met},
                         {"events", indicator_events}};
  if (protected_names)
    out["decoys"] = {{"protected", protected_names}, {"met", decoys_met}, {"events", decoy_events}};
  out["interrupted"] = interrupted;
  return out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace tocsin
