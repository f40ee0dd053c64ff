// `tocsin events`: every record with all its fields.
#include <fmt/core.h>

#include "cli/evidence_options.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "cli/verb.h"
#include "pipeline/events.h"

namespace tocsin::cli {
namespace {

int run(std::span<const std::string> args) {
  CLI::App app{"Prints each record of the evidence with all its fields, one JSON object a line."};
  EvidenceOptions evidence;
  evidence.add_to(app);
  bool json = false;
  app.add_flag("--json", json, "one object a line (the only form)");
  if (const auto code = parse(app, "events", args)) return *code;

  ScanOptions options;
  if (const auto applied = evidence.apply(options); !applied) return usage_error("events", applied.error());
  options.stop = stop_on_signals();
  options.rules.none = true;
  options.rules.products = true;
  const auto program = Program::load(options.rules);
  if (!program) return failure("events", program.error());

  bool open = true;
  const auto summary = tocsin::events(
      options, **program,
      [&](std::string_view lines) {
        open = open && std::fwrite(lines.data(), 1, lines.size(), stdout) == lines.size();
      },
      [&](std::string_view path, const Anomaly& anomaly) {
        if (!evidence.quiet)
          fmt::print(stderr, "tocsin events: {}: {} at {}: {}\n", path, anomaly.name, anomaly.offset, anomaly.detail);
      });
  if (!summary) return failure("events", summary.error());
  if (std::fflush(stdout) != 0 || !open) return failure("events", {"the output could not be written", {}, {}});
  if (options.stop->load()) return kInterrupted;
  return summary->incomplete ? kUnreadable : kDone;
}

}  // namespace

const VerbSpec events{"events", "print every record with all its fields", run};

}  // namespace tocsin::cli
