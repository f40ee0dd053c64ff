// A whole dump: every message and document in it, one report each, in the order of the evidence.
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "leak/judge.h"
#include "leak/keys.h"
#include "leak/signed_parts.h"
#include "leak/verdict.h"

namespace tocsin::leak {

struct LeakProgress {
  const char* stage = "";  // "looking for keys", "recovering a key", "reading the originals", "judging"
  std::uint64_t bytes = 0, items = 0;
};

struct LeakOptions {
  std::vector<std::string> paths;      // the dump
  std::string own_file;                // the case that the verdicts go to, where it lies among the dump
  std::vector<std::string> originals;  // a reference archive that nobody outside could change
  Keys keys;
  std::shared_ptr<const Certificates> certificates;  // for S/MIME; may be null
  std::shared_ptr<const PgpKeys> pgp_keys;
  bool recover = true;     // compute missing RSA keys from pairs of messages
  unsigned pairs_max = 3;  // pairs tried for one key
  JudgeOptions judge;
  unsigned threads = 1;
  const std::atomic<bool>* stop = nullptr;
  std::function<void(const LeakProgress&)> progress;
};

struct RecoveredNote {
  std::string name;  // selector._domainkey.domain
  std::string record;
  int bits = 0;
  bool circular = false;
  std::string from;  // which two messages
};

struct LeakSummary {
  std::uint64_t items = 0, bytes = 0;
  std::uint64_t by_verdict[kVerdicts] = {};
  struct Box {
    std::uint64_t items = 0;
    std::uint64_t by_verdict[kVerdicts] = {};
    std::uint64_t with_oddities = 0;
  };
  std::uint64_t with_oddities = 0;                   // items
  std::uint64_t originals = 0;                       // that they were compared with
  std::map<std::string, std::uint64_t> by_relation;  // to an original: "identical", …
  std::map<std::string, Box> boxes;                  // by container
  std::map<std::string, std::uint64_t> by_oddity;    // items by the anomalies they have
  std::vector<RecoveredNote> recovered;
  std::vector<std::string> keys_missing;  // names that messages ask for
  std::vector<std::string> problems;      // evidence that could not be read to its end
  std::vector<Oddity> oddities;           // of the dump as a whole: bursts of edits, one signature on several messages
  bool interrupted = false;
};

// The sink gets each report once, in order, on one thread at a time.
Result<LeakSummary> examine(const LeakOptions& options, const std::function<void(const ItemReport&)>& sink);

}  // namespace tocsin::leak
