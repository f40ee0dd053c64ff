// tocsin rehearse: labelled synthetic evidence, and how well it was found.
#include <fmt/format.h>

#include <algorithm>

#include "case/case.h"
#include "cli/evidence_options.h"
#include "cli/options.h"
#include "cli/verb.h"
#include "publish/output.h"
#include "publish/terminal/text.h"
#include "rehearse/score.h"
#include "rehearse/write.h"

namespace tocsin::cli {
namespace {

using namespace rehearse;

std::string lists() {
  std::string out = "\nscenarios:\n";
  for (const ScenarioSpec& spec : all_scenarios()) {
    out += fmt::format("  {:<20}{}\n", spec.name, spec.summary);
    if (!spec.rate.empty()) out += fmt::format("  {:<20}--rate: {}\n", "", spec.rate);
  }
  out += "\nworlds (several may be given; \"all\" for all of them, \"plain\" for none):\n";
  for (const WorldSpec& spec : all_worlds()) out += fmt::format("  {:<20}{}\n", spec.name, spec.summary);
  out += "\nformats:\n";
  for (const FormatSpec* spec : all_formats())
    out += fmt::format("  {:<20}{}: {}\n", spec->name, spec->file, spec->summary);
  return out + "\nscore: tocsin rehearse score CASE LABELS [--json]\n";
}

int write(std::span<const std::string> args) {
  CLI::App app(
      "Writes labelled synthetic evidence, for exercises and for measuring one's own set-up: an institution with\n"
      "habits, and over it a scenario. Files only: nothing is sent to anyone. Every file and every case made of it is\n"
      "marked EXERCISE; all names are invented, all addresses lie in networks that nobody has.");
  Choice choice;
  std::string folder;
  std::vector<std::string> formats;
  std::uint64_t users = choice.users;
  double rate = 0;
  app.add_option("scenario", choice.scenario, "see below")->required();
  app.add_option("--out", folder, "the folder to write into")->required();
  app.add_option("--users", users, "accounts (200)");
  app.add_option("--days", choice.days, "how long it lasts (14)");
  auto* const rated = app.add_option("--rate", rate, "how hard the attacker tries; each scenario's own unit");
  app.add_option("--seed", choice.seed, "another number gives another rehearsal of the same kind (1)");
  app.add_option("--format", formats, "which logs to write; all if not given")->delimiter(',');
  app.add_option("--world", choice.worlds, "what else happens")->delimiter(',');
  app.footer(lists());
  if (const auto code = parse(app, "rehearse", args)) return *code;
  if (rated->count() > 0) choice.rate = rate;
  choice.users = static_cast<std::uint32_t>(std::min<std::uint64_t>(users, UINT32_MAX));
  if (const auto plan = plan_of(choice); !plan) return usage_error("rehearse", plan.error());
  for (const std::string& name : formats)
    if (find_format(name) == nullptr)
      return usage_error("rehearse", {"there is no format '" + name + "'", "", "tocsin rehearse --help lists them"});
  const auto written = write_rehearsal(choice, formats, folder);
  if (!written) return failure("rehearse", written.error());
  publish::Output out(stdout);
  for (const WrittenFile& file : written->files)
    out.write(fmt::format("  {:<20}{:>10} records  {:>8.1f} MB  {}\n", file.format->name, file.records,
                          static_cast<double>(file.bytes) * 1e-6, publish::printable(file.path)));
  out.write(fmt::format("  {:<20}{:>10} tries    {:>8} accounts entered  {}\n", "labels", written->labels.truth.tries,
                        written->labels.truth.entered.size(), publish::printable(folder + "/labels.json")));
  if (const auto done = out.finish(); !done) return failure("rehearse", done.error());
  if (written->untold > 0)
    fmt::print(stderr, "tocsin rehearse: {} mail records left out: none of these formats tells of them\n",
               written->untold);
  fmt::print(stderr,
             "tocsin rehearse: EXERCISE, all of it invented. next: tocsin scan {} --case exercise.case && "
             "tocsin rehearse score exercise.case {}/labels.json\n",
             publish::printable(folder), publish::printable(folder));
  return kDone;
}

Result<std::vector<Found>> found_in(const std::string& path) {
  TRY(casefile::Case from, casefile::Case::open(path, casefile::Mode::read));
  std::vector<Found> found;
  TRY_VOID(from.each_finding({}, [&](const casefile::Finding& finding) {
    if (finding.rule->kind == casefile::RuleKind::detector)
      found.push_back({finding.rule->id, finding.level, finding.time, finding.first, finding.last, finding.entities});
    return true;
  }));
  return found;
}

int judge(std::span<const std::string> args) {
  CLI::App app("Holds what the detectors found in a case against the labels of the rehearsal that it was made of.");
  std::string path, labels_path;
  bool json = false;
  app.add_option("case", path, "the case")->required();
  app.add_option("labels", labels_path, "labels.json of the rehearsal")->required();
  app.add_flag("--json", json, "one JSON object");
  if (const auto code = parse(app, "rehearse score", args)) return *code;
  const auto labels = Labels::load(labels_path);
  if (!labels) return failure("rehearse", labels.error());
  const auto found = found_in(path);
  if (!found) return failure("rehearse", found.error());
  const auto judged = score(*labels, *found);
  if (!judged) return failure("rehearse", judged.error());
  publish::Output out(stdout);
  out.write(json ? judged->json() : judged->text());
  if (const auto done = out.finish(); !done) return failure("rehearse", done.error());
  return kDone;
}

int run(std::span<const std::string> args) {
  if (!args.empty() && args[0] == "score") return judge(args.subspan(1));
  return write(args);
}

}  // namespace

const VerbSpec rehearse_verb{"rehearse", "labelled synthetic evidence for exercises, and how well it was found", run};

}  // namespace tocsin::cli
