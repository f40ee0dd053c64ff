// Where the data files that belong to the program lie (share/tocsin: rules, logsources.yml, …).
#pragma once
#include <string>

#include "base/result.h"

namespace tocsin {

// $TOCSIN_SHARE, else share/tocsin in the nearest folder at or above the program's own that has it
// (a build tree, /usr/local/bin → /usr/local/share/tocsin). No trailing slash.
Result<std::string> share_folder();

}  // namespace tocsin
