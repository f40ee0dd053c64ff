#include "pipeline/rule_trial.h"

#include "pipeline/intake.h"

namespace tocsin {
namespace {

TrialEvent try_rule(const Program& program, std::uint32_t index, std::uint32_t entry, const Batch& batch,
                    const Event& event) {
  const sigma::Rule& rule = program.rules().rules[index];
  const sigma::LogsourceEntry& through = program.engine().entries()[entry];
  const sigma::RoutedFields fields(through, batch, event);
  const std::vector<bool> truth = sigma::evaluate_nodes(rule, fields);
  TrialEvent out;
  out.offset = event.offset;
  out.record = event.record;
  out.time = event.time;
  out.rule = index;
  out.entry = through.name;
  out.met = !truth.empty() && truth.back();
  for (const sigma::Selection& selection : rule.selections)
    out.selections.emplace_back(selection.name, truth[selection.node]);
  if (!out.met) {
    out.misses = sigma::misses(rule, fields);
    out.distance = sigma::distance(rule, fields);
  }
  return out;
}

}  // namespace

Result<TrialSummary> try_rules(const ScanOptions& options, const Program& program, std::span<const std::uint32_t> rules,
                               const std::function<void(TrialEvent&&)>& tell,
                               const std::function<void(std::string_view, const Anomaly&)>& anomaly) {
  const KnownContents nothing_known;
  Intake intake(options, program.demand(), nothing_known);
  Program::Scratch scratch = program.scratch();
  Batch batch;
  TrialSummary summary;
  Time latest = Time::none();
  const auto anomalies = [&](const std::string& path, const std::vector<Anomaly>& list) {
    for (const Anomaly& each : list) anomaly(path, each);
  };
  Intaken in;
  for (;;) {
    while (intake.take(in)) {
      const std::string path = in.run ? in.run->path : in.end->path;
      anomalies(path, in.anomalies);
      if (in.block) {
        batch.clear();
        in.run->reader->decode(*in.block, batch);
        anomalies(path, batch.anomalies());
        for (const Event& event : batch.events()) {
          if (latest < event.time) latest = event.time;
          if ((options.since && event.time < *options.since) || (options.until && !(event.time < *options.until)))
            continue;
          ++summary.events;
          bool seen = false;
          for (const std::uint32_t rule : rules) {
            const auto entry = program.engine().entry_of(rule, event, scratch);
            if (!entry) continue;
            seen = true;
            TrialEvent trial = try_rule(program, rule, *entry, batch, event);
            trial.evidence = path;
            summary.met += trial.met;
            tell(std::move(trial));
          }
          summary.of_logsource += seen;
        }
      }
      if (in.end) {
        anomalies(path, in.end->anomalies);
        if (!in.end->complete && !in.interrupted) ++summary.incomplete;
      }
      in = {};
    }
    if (!intake.wants_latest()) break;
    intake.set_latest(latest);
  }
  return summary;
}

}  // namespace tocsin
