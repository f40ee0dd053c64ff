#include "pipeline/program.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "base/check.h"
#include "base/share.h"
#include "detect/detector.h"
#include "pipeline/mail_auth.h"
#include "sigma/cache.h"
#include "sigma/check.h"
#include "sigma/correlate.h"

namespace tocsin {
namespace {

// What activities come out of the same evidence hangs on these files.
Result<Digest> digest_of_files(const std::string& folder, std::string_view ending, const char* what) {
  std::vector<std::string> paths;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error))
    if (entry.path().extension() == ending) paths.push_back(entry.path().string());
  if (error) return fail(fmt::format("{} could not be read: {}", what, error.message()), folder);
  std::ranges::sort(paths);
  Sha256 hash;
  for (const std::string& path : paths) {
    std::ifstream file(path, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    if (!file) return fail(fmt::format("{} could not be read", what), path);
    hash.update(std::to_string(bytes.size()) + ":" + bytes);
  }
  return hash.finish();
}

casefile::RuleInfo info_of(const detect::DetectorSpec& spec) {
  casefile::RuleInfo info;
  std::string content = fmt::format("detector {}\n", spec.id);
  for (const detect::Parameter& parameter : spec.parameters)
    content += fmt::format("{} = {} {}\n", parameter.name, parameter.value, parameter.unit);
  info.hash = sha256(content);
  info.id = spec.id;
  info.title = spec.title;
  info.level = spec.level;
  info.kind = casefile::RuleKind::detector;
  info.path = fmt::format("detect/{}", spec.name);
  info.author = "tocsin";
  info.techniques.assign(spec.techniques.begin(), spec.techniques.end());
  info.over_case = true;
  return info;
}

}  // namespace

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
  if (options.products || options.detectors) TRY_VOID(program->load_products(share, options));
  if (!options.indicators.empty()) TRY_VOID(program->load_indicators(options));
  if (!options.protect.empty()) TRY_VOID(program->load_decoys(options));
  if (options.detectors) TRY_VOID(program->load_mail(share));
  if (program->activities_at_ || program->search_at_ || program->decoys_at_)
    for (std::size_t i = 0; i < std::size(program->identity_slots_); ++i)
      program->identity_slots_[i] = program->demand_.add(casefile::kIdentityFields[i]);
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

Result<void> Program::load_products(const std::string& share, const RuleOptions& options) {
  const std::string folder = share + "/products";
  TRY(catalog_, products::Catalog::load(std::span(&folder, 1)));
  if (!options.detectors) return {};
  catalog_->demand(demand_);
  for (const detect::DetectorSpec* spec : detect::all_detectors())
    for (const ActivityKind kind : spec->wants) wanted_ |= 1u << static_cast<int>(kind);
  TRY(const Digest definitions, digest_of_files(folder, ".yml", "the product definitions"));
  casefile::RuleInfo collecting;
  collecting.hash = sha256(fmt::format("activities 1\nkinds {:x}\n{}", wanted_, definitions.hex()));
  collecting.id = "tocsin-activities";
  collecting.title = "what detectors want to know";
  collecting.kind = casefile::RuleKind::detector;
  collecting.path = "share/tocsin/products";
  collecting.author = "tocsin";
  collecting.reported = false;
  activities_at_ = static_cast<std::uint32_t>(infos_.size());
  infos_.push_back(std::move(collecting));
  for (const detect::DetectorSpec* spec : detect::all_detectors()) infos_.push_back(info_of(*spec));
  return {};
}

Result<void> Program::load_mail(const std::string& share) {
  TRY(auto knowledge, phishing::Knowledge::load(share + "/phishing"));
  mail_knowledge_ = std::make_unique<const phishing::Knowledge>(std::move(knowledge));
  phishing::LookAlike look_alike;
  if (const DecoyWatch* watch = decoys_.get())
    look_alike = [watch](std::string_view domain) -> std::string {
      thread_local decoys::Guard::Scratch scratch;
      decoys::Sight sight;
      if (watch->guard().look(domain, scratch, sight) != decoys::Guard::Seen::sight || sight.score < decoys::kMedium)
        return {};
      const decoys::Explanation why = watch->guard().explain(sight, scratch);
      return fmt::format("imitates {} ({})", why.imitates, why.reason);
    };
  mail_.emplace(*mail_knowledge_, std::move(look_alike));
  casefile::RuleInfo judging;
  judging.hash = sha256(fmt::format("{}\n{}\n{}", phishing::kVersion, mail_knowledge_->digest().hex(),
                                    decoys_ ? decoys_->digest().hex() : ""));
  judging.id = "tocsin-mail-judging";
  judging.title = "what is said of mails";
  judging.kind = casefile::RuleKind::detector;
  judging.path = "share/tocsin/phishing";
  judging.author = "tocsin";
  judging.reported = false;
  mail_at_ = static_cast<std::uint32_t>(infos_.size());
  infos_.push_back(judging);
  for (const phishing::Spec& spec : phishing::all_specs()) {
    casefile::RuleInfo info;
    info.hash = sha256(fmt::format("{} 1", spec.id));
    info.id = spec.id;
    info.title = spec.title;
    info.level = spec.level;
    info.kind = casefile::RuleKind::detector;
    info.path = "phishing";
    info.author = "tocsin";
    info.techniques.assign(spec.techniques.begin(), spec.techniques.end());
    info.over_case = true;
    infos_.push_back(std::move(info));
  }
  return {};
}

Result<void> Program::load_indicators(const RuleOptions& options) {
  indicators_ = std::make_unique<indicators::Set>();
  std::string content = "indicators 1\n";
  for (const std::string& path : options.indicators) {
    TRY(indicators::FileReport report, indicators::read_file(path, *indicators_));
    content += report.sha256.hex() + "\n";
    indicator_files_.push_back(std::move(report));
  }
  if (!options.warning_lists.empty()) {
    TRY(const indicators::WarningLists lists, indicators::WarningLists::load(options.warning_lists));
    indicators_->warn(lists);
    TRY(const Digest digest, digest_of_files(options.warning_lists, ".json", "the warning lists"));
    content += "warning lists " + digest.hex() + "\n";
  }
  indicators_->finish();
  casefile::RuleInfo search;
  search.hash = sha256(content);
  search.id = "tocsin-indicator-search";
  search.title = "which indicators records name";
  search.kind = casefile::RuleKind::detector;
  search.path = "indicators";
  search.author = "tocsin";
  search.reported = false;
  casefile::RuleInfo found = search;
  found.hash = sha256("tocsin-indicator 1");
  found.id = "tocsin-indicator";
  found.title = "Indicator of compromise met";
  found.reported = true;
  found.over_case = true;
  search_at_ = static_cast<std::uint32_t>(infos_.size());
  infos_.push_back(std::move(search));
  infos_.push_back(std::move(found));
  return {};
}

Result<void> Program::load_decoys(const RuleOptions& options) {
  TRY(decoys_, DecoyWatch::load(options, demand_));
  casefile::RuleInfo search;
  search.hash = sha256("decoy search 2\n" + decoys_->digest().hex());
  search.id = "tocsin-decoy-search";
  search.title = "which decoys of protected names records name";
  search.kind = casefile::RuleKind::detector;
  search.path = "decoys";
  search.author = "tocsin";
  search.reported = false;
  casefile::RuleInfo found = search;
  found.hash = sha256("tocsin-decoy 1");
  found.id = "tocsin-decoy";
  found.techniques = {"T1583.001"};
  found.title = "Name that imitates a protected one";
  found.reported = true;
  found.over_case = true;
  decoys_at_ = static_cast<std::uint32_t>(infos_.size());
  infos_.push_back(std::move(search));
  infos_.push_back(std::move(found));
  return {};
}

casefile::Identity Program::identity(const Event& event) const {
  std::string_view values[std::size(casefile::kIdentityFields)];
  if (event.source == "windows")
    for (std::size_t i = 0; i < std::size(values); ++i)
      if (const Value* value = event.find(*identity_slots_[i])) values[i] = value->text();
  return casefile::identity_of(event, values);
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
  if (options.mail_auth)
    if (const std::string mail = options.mail_auth->settings(); !mail.empty()) out += ", " + mail;
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
