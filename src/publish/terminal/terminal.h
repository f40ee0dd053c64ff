// What a scan prints of its findings for people: the timeline, and the gravest rules.
#pragma once
#include <cstdio>

#include "case/case.h"

namespace tocsin::publish {

Result<void> write_terminal(casefile::Case& from, const casefile::FindingFilter& filter, std::FILE* to);

}  // namespace tocsin::publish
