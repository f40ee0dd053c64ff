// Tables that fit the terminal.
#pragma once
#include <string>
#include <vector>

#include "publish/terminal/overview.h"

namespace tocsin::publish {

// One row a rule, `rows` at most.
std::string group_table(const Terminal& terminal, const std::vector<RuleGroup>& groups, std::size_t rows);

// One row a finding, and the heading above them.
std::string finding_heading(const Terminal& terminal);
std::string finding_row(const Terminal& terminal, const casefile::Finding& finding);

}  // namespace tocsin::publish
