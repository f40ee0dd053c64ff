// tocsin: main is a table of verbs.
#include <fmt/core.h>

#include <string>
#include <vector>

#include "cli/verb.h"

namespace tocsin::cli {
namespace {

const std::vector<const VerbSpec*>& all_verbs() {
  static const std::vector<const VerbSpec*> table = {
      &scan,        &events,    &rules,          &case_verb,     &export_verb,   &import_verb, &report,
      &assess_verb, &attribute, &knowledge_verb, &products_verb, &rehearse_verb, &leak_verb,   &decoys_verb};
  return table;
}

void usage(std::FILE* to) {
  fmt::print(to, "usage: tocsin VERB …\n\n");
  for (const VerbSpec* verb : all_verbs()) fmt::print(to, "  {:<10} {}\n", verb->name, verb->summary);
  fmt::print(to, "\n`tocsin VERB --help` says more.\n");
}

}  // namespace
}  // namespace tocsin::cli

int main(int count, char** values) {
  using namespace tocsin::cli;
  const std::vector<std::string> args(values + 1, values + count);
  if (args.empty()) return usage(stderr), kUsage;
  if (args[0] == "--help" || args[0] == "-h" || args[0] == "help") return usage(stdout), kDone;
  if (args[0] == "--version") return fmt::print("tocsin {}\n", TOCSIN_VERSION), kDone;
  for (const VerbSpec* verb : all_verbs())
    if (args[0] == verb->name) return verb->run(std::span(args).subspan(1));
  fmt::print(stderr, "tocsin: there is no verb '{}'\n\n", args[0]);
  usage(stderr);
  return kUsage;
}
