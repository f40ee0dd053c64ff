// An assessment for people and for machines.
#pragma once
#include <string>

#include "assess/assessment.h"
#include "assess/yardstick.h"

namespace tocsin::publish {

// One JSON object on one line; the shape scripts rely on.
std::string assessment_json(const assess::Knowledge& knowledge, const assess::Assessment& assessment,
                            const assess::Yardstick& yardstick);

// A page of `columns` columns (80 to 120): what is judged, how sure, on what ground, and what would change it.
std::string assessment_text(const assess::Assessment& assessment, const assess::Yardstick& yardstick,
                            const std::string& title, std::size_t columns);

}  // namespace tocsin::publish
