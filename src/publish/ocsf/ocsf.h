// Findings as OCSF 1.3.0 events of class Detection Finding (2004), one JSON object a line
// (https://schema.ocsf.io/1.3.0/).
#pragma once
#include <cstdio>

#include "case/case.h"

namespace tocsin::publish {

Result<void> write_ocsf(casefile::Case& from, const casefile::FindingFilter& filter, std::FILE* to);

}  // namespace tocsin::publish
