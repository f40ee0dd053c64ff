// What to do, derived from the techniques and entities of a dossier by share/tocsin/report/steps.yml. Advice for
// people: nothing here acts.
//
// An address is advised to be blocked only when it is worth it: named as a source by a correlation or detector of level
// high or above, out there (no private network), and nothing shared that others need. All other sources are to be
// watched. A bare address in a single record never gets further than that.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "publish/dossier/dossier.h"

namespace tocsin::publish {

enum class Urgency : std::uint8_t { now, today, week };
inline constexpr std::string_view kUrgencyNames[] = {"now", "today", "week"};

struct Step {
  std::string id;
  Urgency urgency = Urgency::today;
  std::string en, fr;                   // what to do
  std::vector<std::string> techniques;  // those seen that call for it
  std::vector<std::string> targets;     // on what; at most kTargetsShown
  std::uint64_t target_count = 0;       // all; 0: the step is about no entity
  static constexpr std::size_t kTargetsShown = 50;
  const std::string& text(std::string_view lang) const { return lang == "fr" ? fr : en; }
};

struct StepRule {
  std::string id, en, fr, role;
  Urgency urgency = Urgency::today;
  std::vector<std::string> techniques;  // any of these; an id without a point stands for its sub-techniques too
  std::optional<EntityType> type;       // with entities of this type, and of `role` where one is given
  bool needs_entity = false;            // no such entity: no such step
};

Result<std::vector<StepRule>> load_steps(const std::string& path);
Result<std::vector<StepRule>> parse_steps(std::string_view yaml, const std::string& name);

// By urgency, then in the order of the rules.
std::vector<Step> advised(const Dossier& dossier, const std::vector<StepRule>& rules);

bool worth_blocking(const EntityRow& row);

}  // namespace tocsin::publish
