// A Plan in the making; the passes of build_plan() in their order.
#pragma once
#include <cstdint>
#include <map>
#include <vector>

#include "sigma/plan.h"

namespace tocsin::sigma {

enum class Known : std::uint8_t { no, yes, open };
inline Known known(bool value) { return value ? Known::yes : Known::no; }

struct PlanDraft {
  // A rule on its way.
  struct Shape {
    const Rule* rule;
    std::uint32_t code;                // into Plan::codes
    std::vector<std::uint32_t> atoms;  // Rule::atoms → Plan::atoms
    std::vector<Known> nodes;          // what the facts decide
  };

  Plan plan;
  std::vector<Shape> shapes;  // one for each of Plan::codes
  std::uint32_t everything_set = Plan::kNone;
  std::vector<double> rates;  // by atom: a guess of how often it is true
};

// Interns atoms, decides by facts what they decide, and drops rules that can't be met.
void bind_rules(PlanDraft& draft, const std::vector<BoundRule>& rules, const std::vector<Fact>& facts,
                const MatcherOf& matcher_of);
// Chooses what announces each rule and builds the indexes. Fills `rates`.
void place_witnesses(PlanDraft& draft);
// The steps that verify each rule.
void generate_code(PlanDraft& draft);

}  // namespace tocsin::sigma
