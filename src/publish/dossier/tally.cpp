// One pass over all findings without decoding their events. Entities are kept up to a bound; past it new ones are only
// noted as "more", so an attacker who invents names costs no memory.
//
// Slices: the width is chosen so that the middle 99 of 100 findings fit into kSlicesMax; a forged time of 1601 or 2099
// is counted as lying outside instead of squeezing all others into one bar.
#include "publish/dossier/tally.h"

#include <algorithm>
#include <unordered_map>

namespace tocsin::publish {
namespace {

using namespace casefile;

constexpr std::size_t kEntitiesHeld = 200'000, kTicksHeld = 200'000;
constexpr std::int64_t kTick = 300;
constexpr std::int64_t kSlicesMax = 96;
constexpr std::int64_t kWidths[] = {300, 900, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 86400};

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0); }

void widen(Time& first, Time& last, Time from, Time to) {
  if (from.known() && (!first.known() || from < first)) first = from;
  if (to.known() && (!last.known() || to > last)) last = to;
}

// Roles by which an account shows that it exists: it acted, owned or was let in.
bool shows_existence(std::string_view role) {
  return role == "entered" || role == "mailbox" || role == "owner" || role == "actor" || role == "victim";
}

// What is done with an account that exists; a rule on trying to get in names whatever was typed.
bool takes_an_account(std::span<const std::string> techniques) {
  static constexpr std::string_view kTrying[] = {"T1110", "T1078", "T1133", "T1190", "T1566",
                                                 "T1589", "T1595", "T1598", "T1087", "T1621"};
  return std::ranges::any_of(techniques, [](std::string_view id) {
    return std::ranges::find(kTrying, id.substr(0, id.find('.'))) == std::end(kTrying);
  });
}

// A correlation on the use of valid accounts that names a single account says of that one that it was entered. Where it
// names several, some were only tried, and nothing tells which.
bool one_account_entered(const RuleInfo& rule, const std::vector<Entity>& entities) {
  if (rule.kind != RuleKind::correlation) return false;
  if (std::ranges::none_of(rule.techniques, [](const std::string& id) { return id.starts_with("T1078"); }))
    return false;
  std::set<std::string_view> accounts;
  for (const Entity& entity : entities)
    if (entity.type == EntityType::account) accounts.insert(entity.value);
  return accounts.size() == 1;
}

class Tally {
 public:
  Tally(const LoadOptions& options, Dossier& into) : options_(options), into_(into) {}

  void add(const FindingGlance& finding) {
    RuleRow& rule = rules_[finding.rule];
    if (rule.findings++ == 0) {
      rule.id = finding.rule->id;
      rule.title = finding.rule->title;
      rule.path = finding.rule->path;
      rule.author = finding.rule->author;
      rule.level = finding.rule->level;
      rule.kind = finding.rule->kind;
      rule.techniques = finding.rule->techniques;
    }
    widen(rule.first, rule.last, finding.first, finding.last);
    count_techniques(finding);
    widen(into_.first, into_.last, finding.first, finding.last);
    ++into_.counts[static_cast<std::size_t>(finding.level)];
    const std::int64_t tick = finding.time.known() ? floor_div(finding.time.seconds, kTick) : INT64_MIN;
    if (!finding.time.known() || (ticks_.size() >= kTicksHeld && !ticks_.contains(tick)))
      ++beyond_;
    else
      ++ticks_[tick][static_cast<std::size_t>(finding.level)];
    const std::vector<Entity> entities = entities_from(finding.entities);
    const bool entered = one_account_entered(*finding.rule, entities);
    for (const Entity& entity : entities) add(entity, finding, entered);
  }

  void finish() {
    for (auto& [info, row] : rules_) into_.rules.push_back(std::move(row));
    std::ranges::sort(into_.rules, [](const RuleRow& a, const RuleRow& b) {
      return std::tuple(b.level, b.findings, std::string_view(a.id), std::string_view(a.path)) <
             std::tuple(a.level, a.findings, std::string_view(b.id), std::string_view(b.path));
    });
    techniques();
    slices();
    entities();
  }

 private:
  void add(const Entity& entity, const FindingGlance& finding, bool entered) {
    const auto key = std::pair(entity.type, entity.value);
    auto found = entities_.find(key);
    if (found == entities_.end()) {
      if (entities_.size() >= kEntitiesHeld) {
        into_.entities_cut = true;
        return;
      }
      found = entities_.emplace(key, EntityRow{}).first;
      found->second.type = entity.type;
      found->second.value = entity.value;
    }
    EntityRow& row = found->second;
    ++row.findings;
    row.gravest = std::max(row.gravest, finding.level);
    widen(row.first, row.last, finding.first, finding.last);
    if (!entity.role.empty() && row.roles.size() < 8) row.roles.insert(entity.role);
    const bool is_in = entity.role == "entered" || (entered && entity.type == EntityType::account);
    row.entered |= is_in;
    row.known |= is_in || shows_existence(entity.role) || takes_an_account(finding.techniques);
    row.ordered |= finding.rule->kind != RuleKind::sigma;
    for (const std::string& technique : finding.techniques)
      if (row.techniques.size() < 24) row.techniques.insert(technique);
  }

  // A rule's findings are counted together under its list, those that name techniques of their own one by one.
  void count_techniques(const FindingGlance& finding) {
    const bool own = finding.techniques.data() != finding.rule->techniques.data();
    const auto count = [&](TechniqueRow& row) {
      ++row.findings;
      row.gravest = std::max(row.gravest, finding.level);
      widen(row.first, row.last, finding.first, finding.last);
    };
    if (!own) return count(by_rule_[finding.rule]);
    for (const std::string& id : finding.techniques) count(techniques_[id]);
  }

  void techniques() {
    for (const auto& [rule, sum] : by_rule_)
      for (const std::string& id : rule->techniques) {
        TechniqueRow& row = techniques_[id];
        row.findings += sum.findings;
        row.gravest = std::max(row.gravest, sum.gravest);
        widen(row.first, row.last, sum.first, sum.last);
      }
    for (auto& [id, row] : techniques_) {
      row.id = id;
      if (options_.tactics) row.tactics = options_.tactics->of(id);
      if (options_.knowledge)
        if (const auto trait = options_.knowledge->trait(id)) row.name = options_.knowledge->traits()[*trait].name;
      into_.techniques.push_back(std::move(row));
    }
    if (options_.tactics) into_.tactics = options_.tactics->all();
  }

  void slices() {
    into_.outside_slices = beyond_;
    if (ticks_.empty()) return;
    auto from = ticks_.begin(), to = std::prev(ticks_.end());
    std::uint64_t all = 0, before = 0, after = 0;
    for (const auto& [tick, counts] : ticks_) all += sum(counts);
    if ((to->first - from->first) * kTick > kSlicesMax * 86400) {
      while (from != to && before + sum(from->second) <= all / 200) before += sum((from++)->second);
      while (from != to && after + sum(to->second) <= all / 200) after += sum((to--)->second);
    }
    into_.outside_slices += before + after;
    const std::int64_t first = from->first * kTick, last = to->first * kTick;
    std::int64_t width = 0;
    for (const std::int64_t one : kWidths) {
      width = one;
      if (floor_div(last, one) - floor_div(first, one) < kSlicesMax) break;
    }
    while (floor_div(last, width) - floor_div(first, width) >= kSlicesMax) width += 86400;
    const std::int64_t base = floor_div(first, width);
    into_.slice_seconds = width;
    into_.slices.resize(static_cast<std::size_t>(floor_div(last, width) - base + 1));
    for (std::size_t i = 0; i < into_.slices.size(); ++i)
      into_.slices[i].start = (base + static_cast<std::int64_t>(i)) * width;
    for (auto at = from;; ++at) {
      Slice& slice = into_.slices[static_cast<std::size_t>(floor_div(at->first * kTick, width) - base)];
      for (std::size_t level = 0; level < 5; ++level) slice.counts[level] += at->second[level];
      if (at == to) break;
    }
    for (const auto& [key, row] : entities_) {
      if (!row.first.known()) continue;
      const std::int64_t index = floor_div(row.first.seconds, width) - base;
      if (index < 0 || index >= static_cast<std::int64_t>(into_.slices.size())) continue;
      Slice& slice = into_.slices[static_cast<std::size_t>(index)];
      slice.new_accounts += row.type == EntityType::account;
      slice.new_addresses += row.type == EntityType::address;
      slice.new_hosts += row.type == EntityType::host;
    }
  }

  // "anna" is "anna@example.org" where only one such account is named: logs of one service write the one, of another
  // the other.
  void join_short_names() {
    std::map<std::string_view, std::vector<EntityRow*>> full;
    for (auto& [key, row] : entities_) {
      const std::size_t at = row.value.find('@');
      if (row.type == EntityType::account && at != std::string::npos && at > 0)
        full[std::string_view(row.value).substr(0, at)].push_back(&row);
    }
    for (auto entity = entities_.begin(); entity != entities_.end();) {
      EntityRow& row = entity->second;
      const auto found = row.type == EntityType::account ? full.find(row.value) : full.end();
      if (found == full.end() || found->second.size() != 1) {
        ++entity;
        continue;
      }
      EntityRow& into = *found->second.front();
      into.findings += row.findings;
      into.gravest = std::max(into.gravest, row.gravest);
      widen(into.first, into.last, row.first, row.last);
      into.roles.insert(row.roles.begin(), row.roles.end());
      into.techniques.insert(row.techniques.begin(), row.techniques.end());
      into.entered |= row.entered;
      into.known |= row.known;
      into.ordered |= row.ordered;
      entity = entities_.erase(entity);
    }
  }

  void entities() {
    join_short_names();
    std::vector<EntityRow>& rows = into_.entities;
    for (auto& [key, row] : entities_) {
      ++into_.entity_counts[row.type];
      into_.senders += row.type == EntityType::mailbox && !row.roles.empty() &&
                       std::ranges::all_of(row.roles, [](const std::string& role) {
                         return role == "source" || role == "reply-to";  // the attacker's, or a name that he borrowed
                       });
      into_.entered_count += row.entered && row.type == EntityType::account;
      rows.push_back(std::move(row));
    }
    std::ranges::sort(rows, [](const EntityRow& a, const EntityRow& b) {
      return std::tuple(a.type, b.entered, b.gravest, b.findings, std::string_view(a.value)) <
             std::tuple(b.type, a.entered, a.gravest, a.findings, std::string_view(b.value));
    });
    // Of each kind the first ones, so that a thousand invented accounts leave room for the addresses.
    constexpr std::size_t kOfAKind = Dossier::kEntitiesKept / std::size(kEntityTypeNames);
    std::map<EntityType, std::size_t> kept;
    std::erase_if(rows, [&](const EntityRow& row) { return ++kept[row.type] > kOfAKind; });
  }

  const LoadOptions& options_;
  Dossier& into_;
  std::unordered_map<const RuleInfo*, RuleRow> rules_;
  std::unordered_map<const RuleInfo*, TechniqueRow> by_rule_;  // sums only
  std::map<std::string, TechniqueRow> techniques_;
  std::map<std::pair<EntityType, std::string>, EntityRow> entities_;
  std::map<std::int64_t, LevelCounts> ticks_;
  std::uint64_t beyond_ = 0;
};

}  // namespace

Result<void> tally(Case& from, const LoadOptions& options, Dossier& into) {
  Tally sums(options, into);
  TRY_VOID(from.glance({}, [&](const FindingGlance& finding) { sums.add(finding); }));
  sums.finish();
  return {};
}

}  // namespace tocsin::publish
