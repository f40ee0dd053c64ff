// `tocsin scan`: every rule over a folder of evidence.
#include <fmt/core.h>
#include <unistd.h>

#include <chrono>

#include "cli/evidence_options.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "cli/scan_summary.h"
#include "cli/verb.h"
#include "pipeline/scan.h"
#include "publish/csv/csv.h"
#include "publish/ndjson/ndjson.h"
#include "publish/terminal/terminal.h"
#include "publish/terminal/text.h"
#include "sigma/cache.h"

namespace tocsin::cli {
namespace {

struct Wishes {
  EvidenceOptions evidence;
  RuleOptions rules;
  bool no_own = false, no_detectors = false, json = false, csv = false;
  std::string case_path, level, fail_on;
};

void declare(CLI::App& app, Wishes& wishes) {
  wishes.evidence.add_to(app);
  app.add_option("--rules", wishes.rules.paths, "folder or file of Sigma rules; several times")
      ->allow_extra_args(false);
  app.add_flag("--no-own-rules", wishes.no_own, "leave the rules out that come with tocsin");
  app.add_flag("--no-rules", wishes.rules.none, "no Sigma rules: detectors only");
  app.add_flag("--no-detectors", wishes.no_detectors,
               "no detectors: neither collect logins, mail read and the like, nor judge them");
  app.add_option("--indicators", wishes.rules.indicators,
                 "file of indicators of compromise: STIX 2.1, MISP event, CSV or a value a line; several times")
      ->allow_extra_args(false);
  app.add_option("--warninglists", wishes.rules.warning_lists,
                 "folder of MISP warning lists: indicators on them count less");
  app.add_option("--protect", wishes.rules.protect,
                 "file of names to protect: names that imitate them are findings; several times (docs/DECOYS.md)")
      ->allow_extra_args(false);
  app.add_option("--allow-names", wishes.rules.allow_names,
                 "with --protect: file of names that are no decoys; several times")
      ->allow_extra_args(false);
  app.add_option("--placeholders", wishes.rules.placeholders, "YAML file with the values of %placeholders%");
  app.add_option("--case", wishes.case_path, "case file to write into; made when it isn't there");
  app.add_flag("--json", wishes.json, "findings on stdout, one JSON object a line");
  app.add_flag("--csv", wishes.csv, "findings on stdout as CSV");
  app.add_option("--level", wishes.level, "show findings of this level and graver (informational … critical)");
  app.add_option("--fail-on", wishes.fail_on, "exit with 1 when there is a finding of this level or graver");
}

std::string command_line(std::span<const std::string> args) {
  std::string out = "tocsin scan";
  for (const std::string& arg : args) out += " " + arg;
  return out;
}

Result<void> print_findings(const Wishes& wishes, casefile::Case& from, const casefile::FindingFilter& filter) {
  if (wishes.json) return publish::write_ndjson(from, filter, stdout);
  if (wishes.csv) return publish::write_csv(from, filter, stdout);
  return publish::write_terminal(from, filter, stdout);
}

int run(std::span<const std::string> args) {
  CLI::App app{"Reads evidence, runs every rule over it, and keeps what was found in a case."};
  Wishes wishes;
  declare(app, wishes);
  if (const auto code = parse(app, "scan", args)) return *code;

  ScanOptions options;
  if (const auto applied = wishes.evidence.apply(options); !applied) return usage_error("scan", applied.error());
  casefile::FindingFilter filter;
  std::optional<Level> fail_on;
  for (const auto& [text, to_filter] : {std::pair{&wishes.level, true}, {&wishes.fail_on, false}}) {
    if (text->empty()) continue;
    const auto level = parse_level_option(*text);
    if (!level) return usage_error("scan", level.error());
    to_filter ? static_cast<void>(filter.level = *level) : static_cast<void>(fail_on = *level);
  }
  if (wishes.json && wishes.csv) return usage_error("scan", {"--json and --csv exclude each other", {}, {}});
  options.rules = wishes.rules;
  options.rules.own = !wishes.no_own;
  options.rules.detectors = !wishes.no_detectors;
  options.rules.cache = sigma::default_cache_folder();
  options.case_path = wishes.case_path;
  options.command = command_line(args);
  options.stop = stop_on_signals();

  const auto start = std::chrono::steady_clock::now();
  const auto program = Program::load(options.rules);
  if (!program) return failure("scan", program.error());
  if ((*program)->decoys())
    for (const std::string& line : (*program)->decoys()->refused())
      fmt::print(stderr, "tocsin scan: {}\n", publish::printable(line));
  auto opened = wishes.case_path.empty() ? casefile::Case::temporary()
                                         : casefile::Case::open(wishes.case_path, casefile::Mode::write);
  if (!opened) return failure("scan", opened.error());

  ProgressLine line(wishes.evidence.quiet);
  options.progress = [&](const ScanProgress& progress) { line.show(progress); };
  auto summary = tocsin::scan(options, **program, *opened);
  line.clear();
  if (!summary) return failure("scan", summary.error());
  summary->seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();

  if (!wishes.evidence.quiet) print_summary(*summary, **program, stderr);
  if (wishes.json || wishes.csv || !wishes.evidence.quiet) {
    std::fflush(stderr);
    if (const auto printed = print_findings(wishes, *opened, filter); !printed) return failure("scan", printed.error());
    if (std::fflush(stdout) != 0) return failure("scan", {"the output could not be written", {}, {}});
  }
  if (!wishes.evidence.quiet) print_next(*summary, wishes.case_path, stderr);

  if (summary->interrupted) return kInterrupted;
  if (summary->incomplete) return kUnreadable;
  if (fail_on)
    for (int level = static_cast<int>(*fail_on); level < 5; ++level)
      if (summary->findings[level]) return kFindings;
  return kDone;
}

}  // namespace

const VerbSpec scan{"scan", "run every rule over evidence, keep what was found in a case", run};

}  // namespace tocsin::cli
