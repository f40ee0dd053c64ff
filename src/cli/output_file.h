// -o FILE, as several verbs write it.
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"

namespace tocsin::cli {

// All of it to the file, or to standard output where `file` is "" or "-".
Result<void> write_output(const std::string& file, std::string_view text);

}  // namespace tocsin::cli
