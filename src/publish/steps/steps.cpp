#include "publish/steps/steps.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "base/ip.h"
#include "base/yaml.h"

namespace tocsin::publish {
namespace {

std::string scalar(const Yaml& map, std::string_view key) {
  const Yaml* found = map.find(key);
  return found && found->is_scalar() ? std::string(found->text) : std::string();
}

bool calls_for(const StepRule& rule, std::string_view technique) {
  for (const std::string& one : rule.techniques)
    if (technique == one || (one.find('.') == std::string::npos && technique.substr(0, technique.find('.')) == one))
      return true;
  return false;
}

void add_target(Step& step, const EntityRow& row) {
  ++step.target_count;
  if (step.targets.size() < Step::kTargetsShown) step.targets.push_back(row.value);
}

bool out_there(const EntityRow& row) {
  const auto ip = Ip::parse(row.value);
  return ip && !ip->is_private();
}

bool is_source(const EntityRow& row) {
  return row.type == EntityType::address && (row.roles.contains("source") || row.roles.contains("entered-from"));
}

}  // namespace

bool worth_blocking(const EntityRow& row) {
  // A source that a log only repeats from what somebody sent ("claimed") is never sure enough.
  return is_source(row) && row.ordered && row.gravest >= Level::high && !row.common && out_there(row) &&
         !row.roles.contains("claimed") && !row.roles.contains("ambiguous");
}

Result<std::vector<StepRule>> load_steps(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail("the steps cannot be read", path, "share/tocsin/report/steps.yml comes with the program");
  return parse_steps(std::string(std::istreambuf_iterator<char>(file), {}), path);
}

Result<std::vector<StepRule>> parse_steps(std::string_view yaml, const std::string& name) {
  Arena arena;
  const YamlDocuments read = read_yaml(yaml, arena);
  if (read.error) return fail(read.error->what, name + ":" + read.error->where, read.error->hint);
  if (read.documents.size() != 1 || !read.documents[0]->is_list()) return fail("steps are one list", name);
  std::vector<StepRule> out;
  for (const Yaml* one : read.documents[0]->items) {
    const std::string where = fmt::format("{}:{}", name, one->line);
    if (!one->is_map()) return fail("a step is a map", where);
    StepRule rule;
    rule.id = scalar(*one, "id");
    rule.en = scalar(*one, "en");
    rule.fr = scalar(*one, "fr");
    rule.role = scalar(*one, "role");
    const auto urgency = std::ranges::find(kUrgencyNames, scalar(*one, "urgency"));
    if (urgency == std::end(kUrgencyNames) || rule.id.empty() || rule.en.empty() || rule.fr.empty())
      return fail("a step needs id, urgency (now, today, week), en and fr", where);
    rule.urgency = static_cast<Urgency>(urgency - std::begin(kUrgencyNames));
    if (const Yaml* techniques = one->find("techniques"); techniques && techniques->is_list())
      for (const Yaml* technique : techniques->items) rule.techniques.emplace_back(technique->text);
    if (const std::string type = scalar(*one, "entity"); !type.empty()) {
      const auto found = std::ranges::find(kEntityTypeNames, type);
      if (found == std::end(kEntityTypeNames)) return fail("there is no entity of type '" + type + "'", where);
      rule.type = static_cast<EntityType>(found - std::begin(kEntityTypeNames));
    }
    const Yaml* needs = one->find("needs_entity");
    rule.needs_entity = needs && needs->boolean().value_or(false);
    if (rule.techniques.empty() && !rule.type) return fail("a step needs techniques or an entity", where);
    out.push_back(std::move(rule));
  }
  return out;
}

std::vector<Step> advised(const Dossier& dossier, const std::vector<StepRule>& rules) {
  std::vector<Step> out;
  for (const StepRule& rule : rules) {
    Step step{rule.id, rule.urgency, rule.en, rule.fr, {}, {}, 0};
    for (const TechniqueRow& technique : dossier.techniques)
      if (calls_for(rule, technique.id)) step.techniques.push_back(technique.id);
    if (!rule.techniques.empty() && step.techniques.empty()) continue;
    if (rule.type)
      for (const EntityRow& row : dossier.entities) {
        if (row.type != *rule.type) continue;
        if (rule.role == "block"   ? !worth_blocking(row)
            : rule.role == "watch" ? !is_source(row) || !out_there(row) || worth_blocking(row)
                                   : !rule.role.empty() && !row.roles.contains(rule.role))
          continue;
        if (!rule.techniques.empty() &&
            std::ranges::none_of(row.techniques, [&](const std::string& one) { return calls_for(rule, one); }))
          continue;
        add_target(step, row);
      }
    // A dossier without names still knows how many were entered.
    if (dossier.general && rule.type == EntityType::account && rule.role == "entered" && rule.techniques.empty())
      step.target_count = dossier.entered_count;
    if (rule.needs_entity && step.target_count == 0) continue;
    out.push_back(std::move(step));
  }
  std::ranges::stable_sort(out, {}, &Step::urgency);
  return out;
}

}  // namespace tocsin::publish
