// `tocsin case verify`, the part that looks at the evidence itself.
#pragma once
#include <string>

#include "case/case.h"
#include "publish/output.h"

namespace tocsin::cli {

// Exit code: 4 when something is not as it was, 3 when evidence is not where it was, else 0.
Result<int> verify(casefile::Case& from, publish::Output& output, bool json, const std::string& head);

}  // namespace tocsin::cli
