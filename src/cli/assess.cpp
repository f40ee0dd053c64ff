// tocsin assess: findings become incidents, incidents campaigns, and each gets its assessment.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "assess/yardstick.h"
#include "cli/evidence_options.h"
#include "cli/options.h"
#include "cli/review.h"
#include "cli/verb.h"
#include "publish/output.h"
#include "publish/story/story.h"

namespace tocsin::cli {
namespace {

using casefile::Case;
using casefile::Mode;

constexpr std::string_view kVerb = "assess";

Result<int> assess_cases(const std::vector<std::string>& cases, std::string into_path, const ReviewSettings& settings,
                         bool json) {
  if (into_path.empty()) into_path = cases[0];
  TRY(Case into, Case::open(into_path, Mode::write));
  std::vector<Case> others;
  for (const std::string& path : cases) {
    if (path == into_path) continue;
    TRY(Case other, Case::open(path, Mode::read));
    // What is taken over from a rehearsal did not happen either, and the receiving case says so from now on.
    TRY(const auto rehearsed, other.meta(casefile::kExerciseKey));
    TRY(const auto known, into.meta(casefile::kExerciseKey));
    if (rehearsed && !known) {
      TRY_VOID(into.set_meta(casefile::kExerciseKey, "incidents of a case made by tocsin rehearse"));
      fmt::print(stderr, "tocsin assess: {} is an EXERCISE; {} is marked as one now\n", path, into_path);
    }
    others.push_back(std::move(other));
  }
  TRY(const bool changed, write_review(into, others, settings));
  TRY(const casefile::Story story, into.story());
  TRY(const auto acts, into.acts());
  TRY(const auto claims, into.claims());
  TRY(const auto exercise, into.meta(casefile::kExerciseKey));
  publish::Output out(stdout);
  if (json) {
    out.write(publish::story_json(story, acts, claims));
  } else {
    if (exercise) out.write("  EXERCISE   this case was made from rehearsed evidence\n");
    out.write(publish::story_text(story, acts, claims, publish::Terminal::of(stdout), {}));
  }
  TRY_VOID(out.finish());
  if (!changed) fmt::print(stderr, "tocsin assess: nothing changed since the last time\n");
  return kDone;
}

int run(std::span<const std::string> args) {
  CLI::App app(
      "Ties findings into incidents and incidents into campaigns, and judges who may stand behind them.\n"
      "One case: the result is written into it. Several: --into names the case that receives it; the others stay as "
      "they are.\nDecisions of analysts (`tocsin case merge`, `split`, `link`, `unlink`) hold whenever it is "
      "repeated.");
  std::vector<std::string> cases;
  std::string into;
  ReviewSettings settings;
  bool json = false;
  std::vector<std::string> yardsticks;
  for (const assess::Yardstick& one : assess::all_yardsticks()) yardsticks.emplace_back(one.id);
  app.add_option("CASE", cases, "case files")->required();
  app.add_option("--into", into, "of several cases the one that receives the campaigns");
  app.add_option("--knowledge", settings.knowledge,
                 "ATT&CK STIX bundle, MISP galaxy, indicator set or actor file; several times")
      ->allow_extra_args(false);
  app.add_option("--yardstick", settings.yardstick, "whose words of likelihood: icd203, phia, fr, no")
      ->check(CLI::IsMember(yardsticks));
  app.add_option("--warninglists", settings.warning_lists, "folder of MISP warning lists: shared services tie nothing");
  app.add_flag("--json", json, "one JSON object a line");
  if (const auto code = parse(app, kVerb, args)) return *code;
  if (cases.size() > 1 && into.empty())
    return usage_error(kVerb, {"several cases, but none that receives the campaigns", "", "--into CASE"});
  // All there before any of it is written; the one that receives is brought up to date when it is opened for writing.
  for (const std::string& path : cases) {
    if ((path == into || cases.size() == 1) && std::filesystem::exists(path)) continue;
    if (auto there = Case::open(path, Mode::read); !there) return failure(kVerb, there.error());
  }
  const Result<int> code = assess_cases(cases, into, settings, json);
  if (!code) return failure(kVerb, code.error());
  return *code;
}

}  // namespace

const VerbSpec assess_verb{"assess", "ties findings into incidents and campaigns, and judges who stands behind them",
                           run};

}  // namespace tocsin::cli
