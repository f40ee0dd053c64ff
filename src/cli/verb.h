// Verbs: `tocsin VERB …`. One file a verb, one line in the table of main.cpp.
#pragma once
#include <span>
#include <string>
#include <string_view>

namespace tocsin::cli {

// What scripts rely on.
enum Exit : int {
  kDone = 0,
  kFindings = 1,  // findings at or above --fail-on
  kUsage = 2,
  kUnreadable = 3,  // some evidence could not be read, all else was; wins over kFindings
  kFailed = 4,      // could not finish: disk full, case locked or damaged, verification failed
  kInterrupted = 130,
};

struct VerbSpec {
  std::string_view name, summary;
  // args are those after the verb. Data to stdout, everything else to stderr.
  int (*run)(std::span<const std::string> args);
};

extern const VerbSpec scan, events, rules, case_verb, export_verb, import_verb, report, attribute, knowledge_verb,
    assess_verb, products_verb, rehearse_verb, leak_verb, decoys_verb;

}  // namespace tocsin::cli
