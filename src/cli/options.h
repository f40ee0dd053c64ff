// Option values that several verbs read the same way. Each returns the reason when the text doesn't fit.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "event/finding.h"

namespace tocsin::cli {

// "512M", "2G", "1048576"; K, M, G and T are powers of 1024.
Result<std::size_t> parse_size(std::string_view text);
// ISO 8601; a date alone is its midnight, UTC.
Result<Time> parse_time(std::string_view text);
// "+02:00", "-0330", "UTC", "Z": minutes east of UTC.
Result<int> parse_zone(std::string_view text);
Result<Level> parse_level_option(std::string_view text);

// Prints "tocsin VERB: …" to stderr and gives the exit code.
int usage_error(std::string_view verb, const Error& error);
int failure(std::string_view verb, const Error& error);

}  // namespace tocsin::cli
