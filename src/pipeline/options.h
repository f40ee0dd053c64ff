// What a scan is asked to do.
#pragma once
#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "event/networks.h"
#include "readers/reader.h"

namespace tocsin {

class MailAuth;

// What the user watches while a scan runs. Called from whichever thread writes, a few hundred times a second at most.
struct ScanProgress {
  std::uint64_t bytes_done = 0;
  std::optional<std::uint64_t> bytes_total;  // of the files on disk, when known
  std::uint64_t events = 0, findings = 0;
  std::string evidence;  // being read
};

struct RuleOptions {
  std::vector<std::string> paths;        // files and folders
  bool own = true;                       // share/tocsin/rules too
  bool none = false;                     // read and count only
  std::string placeholders;              // file; "" none
  std::string cache;                     // folder of the compiled rules; "" none
  bool products = false;                 // know what made a record (share/tocsin/products)
  bool detectors = false;                // collect what detectors want, and run them; implies products
  std::vector<std::string> indicators;   // files
  std::string warning_lists;             // folder; "" none
  std::vector<std::string> protect;      // files of names whose decoys are looked for
  std::vector<std::string> allow_names;  // files of names that are none
};

struct ScanOptions {
  std::vector<std::string> paths;
  RuleOptions rules;
  std::string case_path;  // "": a scratch case
  unsigned threads = 1;
  std::size_t memory = 512u << 20;
  std::optional<Time> since, until;  // events outside are not matched; until is exclusive
  ReadOptions read;
  std::shared_ptr<const Networks> networks;  // null: prefixes
  const Networks& place() const { return networks ? *networks : prefix_networks(); }
  std::shared_ptr<const MailAuth> mail_auth;  // what read.mail_extra points to; null: without keys
  std::string command;                                // for the journal
  std::function<void(const ScanProgress&)> progress;  // may be empty
  const std::atomic<bool>* stop = nullptr;            // set by a signal: finish cleanly with what was found
};

}  // namespace tocsin
