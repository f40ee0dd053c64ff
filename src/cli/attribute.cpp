// tocsin attribute: who may stand behind what was seen, how sure that is, and what would change it.
#include <fmt/format.h>

#include "assess/assessment.h"
#include "cli/evidence_options.h"
#include "cli/knowledge_options.h"
#include "cli/options.h"
#include "cli/verb.h"
#include "publish/assessment/assessment.h"
#include "publish/output.h"
#include "publish/terminal/text.h"

namespace tocsin::cli {
namespace {

int run(std::span<const std::string> args) {
  CLI::App app(
      "Judges who may stand behind a list of observations: techniques, software, indicators, traits, claims.\n"
      "Techniques and software alone never say more than 'realistic possibility'; likelihood and confidence are two\n"
      "things; 'insufficient evidence' is an answer.");
  std::string observations, yardstick = "icd203";
  std::vector<std::string> knowledge;
  bool json = false;
  std::vector<std::string> yardsticks;
  for (const assess::Yardstick& one : assess::all_yardsticks()) yardsticks.emplace_back(one.id);
  app.add_option("--observations", observations, "JSON file of what was seen and what is claimed")->required();
  app.add_option("--knowledge", knowledge, "ATT&CK STIX bundle, MISP galaxy or actor file; several times")
      ->allow_extra_args(false);
  app.add_option("--yardstick", yardstick, "whose words of likelihood: icd203, phia, fr, no")
      ->check(CLI::IsMember(yardsticks));
  app.add_flag("--json", json, "one JSON object");
  if (const auto code = parse(app, "attribute", args)) return *code;
  const auto known = load_knowledge(knowledge);
  if (!known) return failure("attribute", known.error());
  const auto seen = assess::load_observations(observations);
  if (!seen) return failure("attribute", seen.error());
  const assess::Assessment made = assess::assess(*known, *seen);
  const assess::Yardstick& words = *assess::find_yardstick(yardstick);
  publish::Output out(stdout);
  if (json)
    out.write(publish::assessment_json(*known, made, words) + "\n");
  else
    out.write(publish::assessment_text(made, words, seen->title, publish::Terminal::of(stdout).width));
  if (const auto written = out.finish(); !written) return failure("attribute", written.error());
  for (const std::string& remark : known->remarks())
    fmt::print(stderr, "tocsin attribute: {}\n", publish::printable(remark));
  return kDone;
}

}  // namespace

const VerbSpec attribute{"attribute", "who may stand behind what was seen, and how sure that is", run};

}  // namespace tocsin::cli
