// Records read again from their evidence, for events that a case keeps by their place only.
#pragma once
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "case/matched.h"

namespace tocsin {

struct Wanted {
  std::uint64_t offset = 0;
  casefile::ContentHash content{};  // a record that hashes to something else is another one
};

// Looks for these records in the evidence at `path`, which lies in the file `top`, and calls for each that is still
// there: with its index in `wanted`, its fields as a JSON object, and its bytes.
Result<void> reread(const std::string& top, const std::string& path, std::span<const Wanted> wanted,
                    const std::function<void(std::size_t, std::string fields, std::string raw)>& found);

// The SHA-256 in hex of every piece of evidence below these paths, by its path: containers, their members, and what mail
// carries.
std::map<std::string, std::string, std::less<>> hash_all(const std::vector<std::string>& paths);

}  // namespace tocsin
