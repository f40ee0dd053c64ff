#pragma once
#include <cstdio>
#include "case/case.h"
namespace tocsin::publish { inline Result<void> write_ndjson(casefile::Case& c, const casefile::FindingFilter& f, std::FILE* to) {
 return c.each_finding(f, [&](const casefile::Finding& x){ std::fprintf(to, "%s %s %s %s %d\n", x.time.iso().c_str(), x.id.c_str(), std::string(name(x.rule->level)).c_str(), x.rule->title.c_str(), (int)x.count); return true; }); } }
