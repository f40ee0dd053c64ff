// Findings, evidence, anomalies and events as JSON, one object a line. The shapes are those that other programs rely
// on.
#pragma once
#include <cstdio>
#include <string>
#include <unordered_map>

#include "case/case.h"

namespace tocsin::publish {

class Ndjson {
 public:
  explicit Ndjson(casefile::Case& from);

  // Each appends one line with its line end.
  Result<void> finding(const casefile::Finding& finding, std::string& out);
  Result<void> anomaly(const casefile::StoredAnomaly& anomaly, std::string& out);
  static void evidence(const casefile::Evidence& evidence, std::string& out);
  // `fields`: a JSON object, "" when the record was neither kept nor read again.
  Result<void> event(const casefile::WholeEvent& event, std::string& out);

 private:
  Result<void> place(const casefile::EventPlace& place, std::string& out);
  Result<void> evidence_name(casefile::EvidenceId id, std::string& out);

  casefile::Case& case_;
  std::unordered_map<const casefile::RuleInfo*, std::string> rules_;  // as JSON
  casefile::EvidenceId last_ = 0;
  std::string last_name_;  // of `last_`, as JSON
  bool exercise_ = false;  // the case says so, and so does each finding
};

Result<void> write_ndjson(casefile::Case& from, const casefile::FindingFilter& filter, std::FILE* to);

// A time as a JSON string, empty when unknown.
void append_time(std::string& out, Time time);

}  // namespace tocsin::publish
