// tocsin knowledge list|show: what is known of actors, and who says so.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "assess/knowledge.h"
#include "assess/score.h"
#include "cli/evidence_options.h"
#include "cli/knowledge_options.h"
#include "cli/options.h"
#include "cli/verb.h"
#include "publish/output.h"
#include "publish/terminal/text.h"

namespace tocsin::cli {
namespace {

using namespace assess;
using nlohmann::ordered_json;
using publish::printable;

struct Held {
  std::uint32_t trait;
  std::size_t reports;
};

// The actor's traits with the number of reports that tie each to it, rarest among actors first.
std::vector<Held> traits_of(const Actor& actor, const TraitModel& model) {
  std::vector<std::uint32_t> all;
  for (const Report& report : actor.reports) all.insert(all.end(), report.traits.begin(), report.traits.end());
  std::ranges::sort(all);
  std::vector<Held> out;
  for (const std::uint32_t trait : all) {
    if (out.empty() || out.back().trait != trait) out.push_back({trait, 0});
    ++out.back().reports;
  }
  std::ranges::stable_sort(out, {}, [&](const Held& held) { return model.holders(held.trait); });
  return out;
}

std::string list(const Knowledge& known, const TraitModel& model, bool json) {
  std::string out;
  for (const Actor& actor : known.actors()) {
    const std::size_t traits = traits_of(actor, model).size();
    if (json)
      out += ordered_json{{"id", actor.id},
                          {"name", actor.name},
                          {"aliases", actor.aliases},
                          {"reports", actor.reports.size()},
                          {"traits", traits}}
                 .dump(-1, ' ', false, ordered_json::error_handler_t::replace) +
             "\n";
    else
      out += fmt::format("{:<7} {} {:>4} traits {:>4} reports  {}\n", printable(actor.id),
                         publish::fitted(printable(actor.name), 24), traits, actor.reports.size(),
                         printable(fmt::format("{}", fmt::join(actor.aliases, ", "))));
  }
  return out;
}

std::string show_json(const Knowledge& known, const TraitModel& model, const Actor& actor) {
  ordered_json out = {
      {"id", actor.id}, {"name", actor.name}, {"aliases", actor.aliases}, {"reports", actor.reports.size()}};
  out["backing"] = ordered_json::array();
  for (const Backing& one : actor.backing)
    out["backing"].push_back({{"level", one.level}, {"value", one.value}, {"by", one.by}});
  out["traits"] = ordered_json::array();
  for (const Held& held : traits_of(actor, model)) {
    const Trait& trait = known.traits()[held.trait];
    out["traits"].push_back(
        {{"id", trait.id}, {"name", trait.name}, {"reports", held.reports}, {"actors", model.holders(held.trait)}});
  }
  return out.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

std::string show_text(const Knowledge& known, const TraitModel& model, const Actor& actor) {
  std::string out = fmt::format("{} {}\n", printable(actor.id), printable(actor.name));
  if (!actor.aliases.empty())
    out += fmt::format("  also called: {}\n", printable(fmt::format("{}", fmt::join(actor.aliases, ", "))));
  for (const Backing& one : actor.backing)
    out += fmt::format("  {} {}, says {}\n", printable(one.level), printable(one.value), printable(one.by));
  out += fmt::format("  {} reports. Techniques and software, those of fewest actors first:\n", actor.reports.size());
  for (const Held& held : traits_of(actor, model)) {
    const Trait& trait = known.traits()[held.trait];
    out += fmt::format("  {} {} {:>3} report{} {:>3} actor{}\n", publish::fitted(printable(trait.id), 10),
                       publish::fitted(printable(trait.name), 48), held.reports, held.reports == 1 ? " " : "s",
                       model.holders(held.trait), model.holders(held.trait) == 1 ? "" : "s");
  }
  return out;
}

int run(std::span<const std::string> args) {
  CLI::App app("What is known of actors. All of it is somebody's claim; each says whose.");
  app.require_subcommand(1);
  std::string name;
  std::vector<std::string> files;
  bool json = false;
  CLI::App* listing = app.add_subcommand("list", "all actors");
  CLI::App* showing = app.add_subcommand("show", "one actor");
  showing->add_option("ACTOR", name, "its id, name or another name")->required();
  for (CLI::App* sub : {listing, showing}) {
    sub->add_option("--knowledge", files, "ATT&CK STIX bundle, MISP galaxy or actor file; several times")
        ->allow_extra_args(false);
    sub->add_flag("--json", json, "one JSON object a line");
  }
  if (const auto code = parse(app, "knowledge", args)) return *code;
  const auto known = load_knowledge(files);
  if (!known) return failure("knowledge", known.error());
  const TraitModel model(*known);
  publish::Output out(stdout);
  if (*listing) {
    out.write(list(*known, model, json));
  } else {
    const auto found = known->actors_named(name);
    if (found.empty())
      return failure("knowledge",
                     Error{"no loaded knowledge has an actor of this name", name, "`tocsin knowledge list` names all"});
    for (const std::uint32_t one : found)
      out.write(json ? show_json(*known, model, known->actors()[one]) : show_text(*known, model, known->actors()[one]));
  }
  if (const auto written = out.finish(); !written) return failure("knowledge", written.error());
  for (const std::string& remark : known->remarks()) fmt::print(stderr, "tocsin knowledge: {}\n", printable(remark));
  return kDone;
}

}  // namespace

const VerbSpec knowledge_verb{"knowledge", "what is known of actors: list, show", run};

}  // namespace tocsin::cli
