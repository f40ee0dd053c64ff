#include "pipeline/program.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "base/check.h"
#include "base/share.h"
#include "sigma/cache.h"
#include "sigma/check.h"
#include "sigma/correlate.h"

namespace tocsin {

Result<std::unique_ptr<const Program>> Program::load(const RuleOptions& options) {
  auto program = std::unique_ptr<Program>(new Program());
  TRY(const std::string share, share_folder());
  std::vector<std::string> paths;
  if (!options.none) {
    paths = options.paths;
    if (options.own) paths.push_back(share + "/rules");
  }
  sigma::LoadOptions load;
  if (!options.placeholders.empty()) {
    TRY(load.placeholders, sigma::read_placeholders(options.placeholders));
  }
  TRY(auto rules, sigma::load_cached(paths, load, options.cache));
  program->rules_ = std::make_shared<const sigma::RuleSet>(std::move(rules));
  TRY(auto logsources, sigma::Logsources::load(share + "/logsources.yml"));
  TRY(program->engine_, sigma::Engine::compile(program->rules_, std::move(logsources), program->demand_));
  program->describe_rules(share);
  return std::unique_ptr<const Program>(std::move(program));
}

void Program::describe_rules(const std::string& share) {
  const auto describe = [&](const sigma::Heading& heading, casefile::RuleKind kind, bool reported) {
    casefile::RuleInfo info;
    const auto hash = casefile::parse_digest(heading.content_hash);
    CHECK(hash.has_value());
    info.hash = *hash;
    info.id = heading.id;
    info.title = heading.title;
    info.level = heading.level;
    info.kind = kind;
    // Findings are the same on every machine, wherever tocsin is installed.
    info.path =
        heading.path.starts_with(share + "/") ? "share/tocsin" + heading.path.substr(share.size()) : heading.path;
    info.author = heading.author;
    info.techniques = heading.techniques;
    info.reported = reported;
    infos_.push_back(std::move(info));
  };
  for (const auto& rule : rules_->rules) describe(rule, casefile::RuleKind::sigma, rule.reported);
  for (const auto& rule : rules_->correlations) describe(rule, casefile::RuleKind::correlation, rule.reported);

  // "" stands for feeding a correlation at all, also where nothing is grouped.
  const sigma::Correlator correlator(*rules_);
  for (std::uint32_t rule = 0; rule < rules_->rules.size(); ++rule) {
    if (!correlator.uses(rule)) continue;
    std::set<std::string> names{""};
    for (const std::string& field : correlator.fields(rule)) names.insert(field);
    infos_[rule].keys.assign(names.begin(), names.end());
  }
}

void Program::keys(const Event& event, std::span<const std::uint32_t> met, Scratch& scratch,
                   std::vector<std::pair<std::string_view, std::string_view>>& out) const {
  for (const std::uint32_t rule : met) {
    const auto& names = infos_[rule].keys;
    if (names.empty()) continue;
    const auto entry = engine_->entry_of(rule, event, scratch);
    if (!entry) continue;
    for (const std::string& name : names) {
      if (name.empty()) continue;
      // Another rule may have asked for the same field.
      if (std::ranges::any_of(out, [&](const auto& pair) { return pair.first == name; })) continue;
      for (const Slot slot : engine_->slots(*entry, name))
        for (const Field& field : event.fields)
          if (field.slot == slot && !field.value.is_null()) out.emplace_back(name, field.value.text());
    }
  }
}

std::string Program::settings(const ScanOptions& options) {
  const ReadOptions& read = options.read;
  std::string out = fmt::format("zone {:+} min, year {}", read.utc_offset_minutes,
                                read.year ? std::to_string(*read.year) : "by evidence");
  if (read.carve) out += ", carving";
  if (options.since) out += ", since " + options.since->iso();
  if (options.until) out += ", until " + options.until->iso();
  return out;
}

ScanSummary::Rules Program::counts() const {
  ScanSummary::Rules out;
  out.loaded = rules_->rules.size() + rules_->correlations.size();
  out.refused = rules_->refused.size();
  out.read = out.loaded + out.refused;
  out.unmapped = engine_->unmapped().size();
  out.refused_by_reason = sigma::kinds_of(*rules_);
  return out;
}

std::uint64_t Program::unmet(std::span<const Scratch* const> scratches) const {
  std::vector<std::uint64_t> counts;
  for (const Scratch* scratch : scratches) engine_->count_events(*scratch, counts);
  return engine_->idle_rules(counts).size();
}

}  // namespace tocsin
