// Loading: files and folders of YAML → RuleSet. Every document that is meant as a rule is either loaded or stands
// in RuleSet::refused with file, line, reason and hint; a broken file never ends the run.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "sigma/lower.h"
#include "sigma/program.h"

namespace tocsin::sigma {

struct LoadOptions {
  Placeholders placeholders;
  bool all_status = false;                 // run rules of status deprecated and unsupported too
  std::size_t file_bytes_max = 32u << 20;  // of one rule file
};

struct RuleText {
  std::string path;  // for messages; nothing is opened
  std::string text;
};

// The .yml and .yaml files below folders (hidden ones left out) and the files named, each once, sorted by path. An
// error when a path does not exist.
Result<std::vector<std::string>> find_rule_files(std::span<const std::string> paths);

// Files that can't be read stand in `refused`.
std::vector<RuleText> read_rule_files(std::span<const std::string> files, const LoadOptions& options,
                                      std::vector<Refusal>& refused);

// The result doesn't depend on the order of the texts; rules, correlations and refusals are sorted by path and line
// (correlations after those they refer to).
RuleSet load_texts(std::span<const RuleText> texts, const LoadOptions& options);

// All of the above.
Result<RuleSet> load(std::span<const std::string> paths, const LoadOptions& options);

// `name: value` or `name: [value, …]`, in YAML or JSON.
Result<Placeholders> read_placeholders(const std::string& path);
Result<Placeholders> parse_placeholders(std::string_view text, const std::string& path);

}  // namespace tocsin::sigma
