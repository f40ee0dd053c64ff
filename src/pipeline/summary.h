// What a scan says at its end: how much was read, what was not, and what was found. "Nothing found" is never shown
// without these numbers.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/time.h"
#include "pipeline/inside.h"

namespace tocsin {

struct ScanSummary {
  std::uint64_t files = 0, bytes = 0;              // pieces of evidence read (members of archives each), their bytes
  std::map<std::string, std::uint64_t> by_format;  // label → pieces; "not recognised", "containers"
  std::uint64_t unrecognised = 0, containers = 0;
  std::uint64_t known = 0, copies = 0;  // pieces whose content stood in the case / came twice in this scan
  std::uint64_t exercises = 0;          // that say that `tocsin rehearse` made them
  std::uint64_t incomplete = 0;         // could not be read to their end
  std::vector<std::string> problems;    // the first few of those: path, and why
  static constexpr std::size_t kProblemsMax = 5;
  AttachmentCounts attachments;         // of mail
  std::uint64_t events = 0, matched = 0;
  std::uint64_t anomalies = 0;
  std::map<std::string, std::uint64_t> anomalies_by_name;
  Time first = Time::none(), last = Time::none();  // of all events
  double seconds = 0;

  struct Rules {
    std::uint64_t read = 0, loaded = 0, refused = 0, unmapped = 0,
                  unmet = 0;  // unmet: no event of their logsource came
    std::map<std::string, std::uint64_t> refused_by_reason;
  } rules;

  // Of detectors; all zero where none ran.
  std::uint64_t detectors = 0, activities = 0, activity_copies = 0, activities_without_time = 0;
  std::map<std::string, std::uint64_t> activities_by_kind;

  // Of mails something is said of (phishing, exploits); copies of them left out.
  std::uint64_t mails_told = 0, mail_copies = 0;

  // Of indicators; all zero where none were given.
  std::uint64_t indicators = 0, indicators_warned = 0, indicators_refused = 0, indicators_met = 0, indicator_events = 0,
                indicator_bytes = 0;
  std::map<std::string, std::uint64_t> indicators_by_type, indicators_refused_by_reason;

  // Of decoys; all zero where no names were given to protect.
  std::uint64_t protected_names = 0, decoys_met = 0, decoy_events = 0;

  std::uint64_t findings[5] = {};                                           // in the case, by level
  std::uint64_t correlation_keys_evicted = 0, correlation_matches_cut = 0;  // state dropped for its bound
  std::uint64_t correlation_without_key = 0, correlation_without_time = 0;  // matches that could not be correlated
  bool interrupted = false;

  std::string json() const;  // one object, for the case
};

}  // namespace tocsin
