// The case file's tables, and the steps from older formats.
#pragma once
#include "base/result.h"
#include "case/database.h"

namespace tocsin::casefile {

inline constexpr std::int64_t kApplicationId = 0x746f6373;  // "tocs"

// Says whether the open file is a case that this program can use. `write` brings an older one (or an empty file) to
// the newest format.
Result<void> check_format(Database& database, const std::string& path, bool write);

}  // namespace tocsin::casefile
