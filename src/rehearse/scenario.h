// Scenarios: attacks with names, sized to an institution and a time.
#pragma once
#include <optional>
#include <span>
#include <string_view>

#include "base/result.h"
#include "rehearse/simulation.h"

namespace tocsin::rehearse {

// What a user chooses. The same choice gives the same plan and, with the same formats, the same bytes.
struct Choice {
  std::string scenario;
  std::uint32_t users = 200;  // 10 .. 100,000
  int days = 14;              // 2 .. 366
  std::optional<double> rate;
  std::uint64_t seed = 1;
  std::vector<std::string> worlds;  // names; "all" for all of them
};

struct ScenarioSpec {
  std::string_view name, summary;
  std::string_view rate;  // what Choice::rate means here; "" if nothing
  void (*attack)(const Choice& choice, Plan& plan);
};
std::span<const ScenarioSpec> all_scenarios();

// Errors name what is wrong with the choice.
Result<Plan> plan_of(const Choice& choice);

}  // namespace tocsin::rehearse
