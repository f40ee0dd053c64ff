// The printable form of each pass over a rule: what was lowered, and what a test found.
#pragma once
#include <string>

#include "sigma/naive.h"
#include "sigma/program.h"

namespace tocsin::sigma {

std::string to_text(const Test& test);
std::string to_text(const Atom& atom);

// Logsource, selections as trees of tests, the condition over them.
std::string describe(const Rule& rule);
std::string describe(const Correlation& correlation, const RuleSet& rules);

// For an event that all but met the rule: each test that keeps it from matching, with the value that it met. The
// reading follows the tree from the root into whatever is not as the rule wants it.
struct Miss {
  std::string selection;  // the innermost that holds the test; "" when none does
  std::string test;
  std::string value;      // what the event has, "(absent)" when it lacks the field
  bool unwanted = false;  // the test holds, and a `not` forbids it
};
std::vector<Miss> misses(const Rule& rule, const Fields& fields);

// How many tests would have to come out otherwise for the event to meet the rule; 0 when it does.
std::uint64_t distance(const Rule& rule, const Fields& fields);

}  // namespace tocsin::sigma
