// The options that all verbs share which read evidence.
#pragma once
#include <CLI/CLI.hpp>

#include "base/result.h"
#include "case/case.h"
#include "pipeline/options.h"

namespace tocsin::cli {

struct EvidenceOptions {
  std::vector<std::string> paths, mail_keys, mail_servers;
  std::string since, until, zone, asn, memory = "512M";
  int year = 0;
  unsigned threads = 0;
  bool carve = false, quiet = false;

  void add_to(CLI::App& app);
  Result<void> apply(ScanOptions& to) const;
};

// Runs CLI11 over the verb's arguments. Nothing: go on; else the exit code (help was printed, or the usage is wrong).
std::optional<int> parse(CLI::App& app, std::string_view verb, std::span<const std::string> args);

// Says on stderr that a case holds rehearsed evidence, if it does.
void note_exercise(std::string_view verb, casefile::Case& from);

// SIGINT and SIGTERM set this flag; a second one ends the process at once.
const std::atomic<bool>* stop_on_signals();

}  // namespace tocsin::cli
