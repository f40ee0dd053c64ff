// `tocsin rules check|list|explain|test`: what became of rules, what they mean, and why they meet an event or don't.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/json.h"
#include "base/share.h"
#include "cli/evidence_options.h"
#include "cli/options.h"
#include "cli/verb.h"
#include "pipeline/rule_trial.h"
#include "sigma/check.h"
#include "sigma/describe.h"
#include "sigma/load.h"

namespace tocsin::cli {
namespace {

using sigma::RuleSet;

struct RuleArguments {
  std::vector<std::string> folders;
  std::string placeholders;
  bool json = false;

  void add_to(CLI::App& app, bool positional) {
    if (positional) {
      app.add_option("DIR", folders, "folders or files of Sigma rules; the project's own when there is none");
    } else {
      app.add_option("--rules", folders, "folder or file of Sigma rules to look in; several times")
          ->allow_extra_args(false);
    }
    app.add_option("--placeholders", placeholders, "YAML file with the values of %placeholders%");
  }
  // The project's own rules alone when no folder is given.
  Result<std::unique_ptr<const Program>> load() const {
    RuleOptions options;
    options.paths = folders;
    options.own = folders.empty();
    options.placeholders = placeholders;
    return Program::load(options);
  }
};

void quoted(std::string& out, std::string_view key, std::string_view value) {
  if (out.back() != '{' && out.back() != '[') out += ',';
  append_json_string(out, key);
  out += ':';
  append_json_string(out, value);
}

void number(std::string& out, std::string_view key, std::uint64_t value) {
  if (out.back() != '{') out += ',';
  append_json_string(out, key);
  out += ':' + std::to_string(value);
}

void texts(std::string& out, std::string_view key, const std::vector<std::string>& values) {
  if (out.back() != '{') out += ',';
  append_json_string(out, key);
  out += ":[";
  for (const std::string& value : values) {
    if (out.back() != '[') out += ',';
    append_json_string(out, value);
  }
  out += ']';
}

std::string logsource_text(const sigma::Logsource& logsource) {
  std::string out;
  for (const std::string* part : {&logsource.product, &logsource.category, &logsource.service})
    if (!part->empty()) out += (out.empty() ? "" : "/") + *part;
  return out;
}

void logsource_json(std::string& out, const sigma::Logsource& logsource) {
  out += ",\"logsource\":{";
  for (const auto& [name, value] :
       {std::pair{"product", &logsource.product}, {"category", &logsource.category}, {"service", &logsource.service}})
    if (!value->empty()) quoted(out, name, *value);
  out += '}';
}

std::string check_json(const Program& program) {
  const RuleSet& rules = program.rules();
  const std::size_t loaded = rules.rules.size() + rules.correlations.size();
  std::string out = "{";
  number(out, "rules", loaded + rules.refused.size());
  number(out, "loaded", loaded);
  number(out, "correlations", rules.correlations.size());
  number(out, "ignored", rules.ignored);
  out += ",\"refused\":[";
  for (const sigma::Refusal& refusal : rules.refused) {
    out += out.back() == '[' ? "{" : ",{";
    quoted(out, "path", refusal.path);
    number(out, "line", refusal.line);
    quoted(out, "id", refusal.id);
    quoted(out, "kind", kind_of(refusal));
    quoted(out, "reason", refusal.reason);
    quoted(out, "hint", refusal.hint);
    out += '}';
  }
  out += "],\"unmapped\":[";
  for (const sigma::Unmapped& unmapped : program.engine().unmapped()) {
    const sigma::Rule& rule = rules.rules[unmapped.rule];
    out += out.back() == '[' ? "{" : ",{";
    quoted(out, "path", rule.path);
    quoted(out, "id", rule.id);
    logsource_json(out, rule.logsource);
    texts(out, "fields", unmapped.fields);
    out += '}';
  }
  out += "],\"filters\":[";
  for (const sigma::FilterUse& filter : rules.filters) {
    out += out.back() == '[' ? "{" : ",{";
    quoted(out, "path", filter.path);
    quoted(out, "id", filter.id);
    quoted(out, "title", filter.title);
    quoted(out, "meaning", "rule and (filter condition)");
    texts(out, "rules", filter.rules);
    texts(out, "missing", filter.missing);
    out += '}';
  }
  return out + "]}\n";
}

void print_check(const Program& program) {
  const RuleSet& rules = program.rules();
  const std::size_t loaded = rules.rules.size() + rules.correlations.size();
  fmt::print("{} rules: {} loaded ({} of them correlations), {} refused, {} unmapped; {} filters; {} other documents\n",
             loaded + rules.refused.size(), loaded, rules.correlations.size(), rules.refused.size(),
             program.engine().unmapped().size(), rules.filters.size(), rules.ignored);
  if (!rules.refused.empty()) fmt::print("\nrefused\n");
  for (const auto& [kind, count] : kinds_of(rules)) fmt::print("  {:>6}  {}\n", count, kind);
  for (const sigma::Refusal& refusal : rules.refused) {
    fmt::print("  {}:{}\n    {}\n", refusal.path, refusal.line, refusal.reason);
    if (!refusal.hint.empty()) fmt::print("    {}\n", refusal.hint);
  }
  std::map<std::string, std::uint64_t> unfed;
  for (const sigma::Unmapped& unmapped : program.engine().unmapped())
    if (unmapped.fields.empty()) ++unfed[logsource_text(rules.rules[unmapped.rule].logsource)];
  if (!unfed.empty()) fmt::print("\nloaded, but nothing feeds their logsource\n");
  for (const auto& [logsource, count] : unfed) fmt::print("  {:>6}  {}\n", count, logsource);
  bool first = true;
  for (const sigma::Unmapped& unmapped : program.engine().unmapped()) {
    if (unmapped.fields.empty()) continue;
    if (first) fmt::print("\nloaded, but no record of their logsource has these fields\n");
    first = false;
    fmt::print("  {}: {}\n", rules.rules[unmapped.rule].path, fmt::join(unmapped.fields, ", "));
  }
  if (!rules.filters.empty()) fmt::print("\nfilters: each rule runs as `rule and (filter condition)`\n");
  for (const sigma::FilterUse& filter : rules.filters) {
    fmt::print("  {}: '{}' on {} rules\n", filter.path, filter.title, filter.rules.size());
    for (const std::string& missing : filter.missing)
      fmt::print("    names '{}', which is not loaded or of another logsource\n", missing);
  }
}

int check(std::span<const std::string> args) {
  CLI::App app{"Counts the rules of folders and names every one that can't run, with its reason."};
  RuleArguments arguments;
  arguments.add_to(app, true);
  app.add_flag("--json", arguments.json, "one JSON object");
  if (const auto code = parse(app, "rules check", args)) return *code;
  const auto program = arguments.load();
  if (!program) return failure("rules check", program.error());
  if (arguments.json) {
    const std::string json = check_json(**program);
    std::fwrite(json.data(), 1, json.size(), stdout);
  } else {
    print_check(**program);
  }
  return std::fflush(stdout) == 0 ? kDone : failure("rules check", {"the output could not be written", {}, {}});
}

void print_listed(const sigma::Heading& rule, const sigma::Logsource* logsource, bool json) {
  if (!json) {
    fmt::print("{:<13} {:<36}  {}  ({})\n", name(rule.level), rule.id, rule.title,
               logsource == nullptr ? "correlation" : logsource_text(*logsource));
    return;
  }
  std::string out = "{";
  quoted(out, "id", rule.id);
  quoted(out, "title", rule.title);
  quoted(out, "level", name(rule.level));
  quoted(out, "kind", logsource == nullptr ? "correlation" : "sigma");
  quoted(out, "status", rule.status);
  quoted(out, "author", rule.author);
  quoted(out, "path", rule.path);
  texts(out, "techniques", rule.techniques);
  if (logsource != nullptr) logsource_json(out, *logsource);
  fmt::print("{}}}\n", out);
}

int list(std::span<const std::string> args) {
  CLI::App app{"Lists the rules that are loaded."};
  RuleArguments arguments;
  arguments.add_to(app, true);
  app.add_flag("--json", arguments.json, "one JSON object a line");
  if (const auto code = parse(app, "rules list", args)) return *code;
  const auto program = arguments.load();
  if (!program) return failure("rules list", program.error());
  for (const sigma::Rule& rule : (*program)->rules().rules) print_listed(rule, &rule.logsource, arguments.json);
  for (const sigma::Correlation& rule : (*program)->rules().correlations) print_listed(rule, nullptr, arguments.json);
  return std::fflush(stdout) == 0 ? kDone : failure("rules list", {"the output could not be written", {}, {}});
}

// A rule is a file, or the id, name or title of one in the folders.
struct Chosen {
  std::unique_ptr<const Program> program;
  std::vector<std::uint32_t> rules, correlations;
};

Result<Chosen> choose(const std::string& wanted, RuleArguments arguments) {
  Chosen out;
  std::error_code error;
  const bool is_path = std::filesystem::exists(wanted, error);
  if (is_path) arguments.folders.insert(arguments.folders.begin(), wanted);  // first, so that its path is spelled so
  TRY(out.program, arguments.load());
  const RuleSet& rules = out.program->rules();
  std::set<std::string> files;
  if (is_path) {
    TRY(const auto found, sigma::find_rule_files(std::span(&wanted, 1)));
    files.insert(found.begin(), found.end());
  }
  const auto fits = [&](const sigma::Heading& rule) {
    return is_path ? files.contains(rule.path) : rule.id == wanted || rule.name == wanted || rule.title == wanted;
  };
  for (std::uint32_t i = 0; i < rules.rules.size(); ++i)
    if (fits(rules.rules[i])) out.rules.push_back(i);
  for (std::uint32_t i = 0; i < rules.correlations.size(); ++i)
    if (fits(rules.correlations[i])) out.correlations.push_back(i);
  if (!out.rules.empty() || !out.correlations.empty()) return out;
  for (const sigma::Refusal& refusal : rules.refused)
    if (is_path ? files.contains(refusal.path) : refusal.id == wanted)
      return fail("the rule is refused: " + refusal.reason, fmt::format("{}:{}", refusal.path, refusal.line),
                  refusal.hint);
  return fail(fmt::format("there is no rule '{}'", wanted), "", "name a file, or an id, name or title in --rules DIR");
}

void print_heading(const sigma::Heading& rule) {
  fmt::print("{}\n  {}  {}  {}\n  {}:{}\n", rule.title, name(rule.level), rule.id, rule.author, rule.path, rule.line);
  if (!rule.techniques.empty()) fmt::print("  {}\n", fmt::join(rule.techniques, " "));
}

int explain(std::span<const std::string> args) {
  CLI::App app{"Prints what each pass of the compiler made of a rule."};
  RuleArguments arguments;
  std::string wanted;
  app.add_option("RULE", wanted, "a rule's file, or its id, name or title")->required();
  arguments.add_to(app, false);
  if (const auto code = parse(app, "rules explain", args)) return *code;
  const auto chosen = choose(wanted, arguments);
  if (!chosen) return failure("rules explain", chosen.error());
  const Program& program = *chosen->program;
  for (const std::uint32_t index : chosen->rules) {
    const sigma::Rule& rule = program.rules().rules[index];
    print_heading(rule);
    fmt::print("\nlowered\n{}", sigma::describe(rule));
    fmt::print("\ncompiled\n{}\n", program.engine().explain(index));
  }
  for (const std::uint32_t index : chosen->correlations) {
    print_heading(program.rules().correlations[index]);
    fmt::print("\nlowered\n{}\n", sigma::describe(program.rules().correlations[index], program.rules()));
  }
  return std::fflush(stdout) == 0 ? kDone : failure("rules explain", {"the output could not be written", {}, {}});
}

struct TestWishes {
  std::size_t shown = 10;
  bool json = false;
};

void print_trial(const Program& program, const TrialEvent& trial, bool json) {
  const sigma::Rule& rule = program.rules().rules[trial.rule];
  if (!json) {
    fmt::print("{} {} at {}, record {}, {}: '{}' by {}\n", trial.met ? "MET " : "miss", trial.evidence, trial.offset,
               trial.record, trial.time.iso(), rule.title, trial.entry);
    for (const auto& [selection, holds] : trial.selections)
      fmt::print("    {} {}\n", holds ? "true " : "false", selection);
    for (const sigma::Miss& miss : trial.misses)
      fmt::print("      {}: {} {}, but it is {}\n", miss.selection,
                 miss.unwanted ? "not wanted:" : "wanted:", miss.test, miss.value);
    return;
  }
  std::string out = "{";
  quoted(out, "evidence", trial.evidence);
  number(out, "offset", trial.offset);
  number(out, "record", trial.record);
  quoted(out, "time", trial.time.iso());
  quoted(out, "rule", rule.id);
  quoted(out, "entry", trial.entry);
  number(out, "distance", trial.distance);
  out += fmt::format(",\"met\":{},\"selections\":{{", trial.met);
  for (const auto& [selection, holds] : trial.selections) {
    if (out.back() != '{') out += ',';
    append_json_string(out, selection);
    out += holds ? ":true" : ":false";
  }
  out += "},\"misses\":[";
  for (const sigma::Miss& miss : trial.misses) {
    out += out.back() == '[' ? "{" : ",{";
    quoted(out, "selection", miss.selection);
    quoted(out, "test", miss.test);
    quoted(out, "value", miss.value);
    out += fmt::format(",\"unwanted\":{}}}", miss.unwanted);
  }
  fmt::print("{}]}}\n", out);
}

int test(std::span<const std::string> args) {
  CLI::App app{"Tries a rule on evidence: which selections hold, and what a near miss lacked."};
  RuleArguments arguments;
  EvidenceOptions evidence;
  TestWishes wishes;
  std::string wanted;
  app.add_option("RULE", wanted, "a rule's file, or its id, name or title")->required();
  evidence.add_to(app);
  arguments.add_to(app, false);
  app.add_option("--show", wishes.shown, "print so many events that meet it, and so many that come nearest (10)");
  app.add_flag("--json", wishes.json, "one JSON object a line");
  if (const auto code = parse(app, "rules test", args)) return *code;
  ScanOptions options;
  if (const auto applied = evidence.apply(options); !applied) return usage_error("rules test", applied.error());
  options.stop = stop_on_signals();
  const auto chosen = choose(wanted, arguments);
  if (!chosen) return failure("rules test", chosen.error());
  if (chosen->rules.empty())
    return failure("rules test",
                   {"a correlation is tried through the rules that it refers to", wanted, "name one of those"});

  std::vector<TrialEvent> met, missed;  // of the missed ones those that lack least, the first of equals
  const auto nearer = [](const TrialEvent& a, const TrialEvent& b) { return a.distance < b.distance; };
  const auto summary = try_rules(
      options, *chosen->program, chosen->rules,
      [&](TrialEvent&& trial) {
        std::vector<TrialEvent>& into = trial.met ? met : missed;
        if (trial.met && into.size() >= wishes.shown) return;
        into.insert(trial.met ? into.end() : std::upper_bound(into.begin(), into.end(), trial, nearer),
                    std::move(trial));
        if (into.size() > wishes.shown) into.pop_back();
      },
      [&](std::string_view path, const Anomaly& anomaly) {
        if (!evidence.quiet)
          fmt::print(stderr, "tocsin rules test: {}: {} at {}: {}\n", path, anomaly.name, anomaly.offset,
                     anomaly.detail);
      });
  if (!summary) return failure("rules test", summary.error());
  for (const TrialEvent& trial : met) print_trial(*chosen->program, trial, wishes.json);
  for (const TrialEvent& trial : missed) print_trial(*chosen->program, trial, wishes.json);
  fmt::print(wishes.json ? stderr : stdout, "{} events, {} of the rule's logsource, {} met\n", summary->events,
             summary->of_logsource, summary->met);
  if (std::fflush(stdout) != 0) return failure("rules test", {"the output could not be written", {}, {}});
  if (options.stop->load()) return kInterrupted;
  return summary->incomplete ? kUnreadable : kDone;
}

int run(std::span<const std::string> args) {
  struct Part {
    std::string_view name, summary;
    int (*run)(std::span<const std::string> args);
  };
  static constexpr Part kParts[] = {
      {"check", "count rules and name every one that can't run", check},
      {"list", "list the rules that are loaded", list},
      {"explain", "print what each pass of the compiler made of a rule", explain},
      {"test", "try a rule on evidence and say why it meets an event or doesn't", test},
  };
  for (const Part& part : kParts)
    if (!args.empty() && args[0] == part.name) return part.run(args.subspan(1));
  const bool asked = !args.empty() && (args[0] == "--help" || args[0] == "-h");
  fmt::print(asked ? stdout : stderr, "usage: tocsin rules {} …\n\n", "check|list|explain|test");
  for (const Part& part : kParts) fmt::print(asked ? stdout : stderr, "  {:<10} {}\n", part.name, part.summary);
  return asked ? kDone : kUsage;
}

}  // namespace

const VerbSpec rules{"rules", "check, list, explain and try Sigma rules", run};

}  // namespace tocsin::cli
