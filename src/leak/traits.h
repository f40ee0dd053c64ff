// What a document's metadata says against itself and against the time of the theft.
#pragma once
#include <string_view>

#include "leak/judge.h"
#include "leak/verdict.h"

namespace tocsin::leak {

// Fills metadata and its oddities. A document has no signature that is known here, so the verdict is left alone.
void read_metadata(std::string_view bytes, const JudgeOptions& options, ItemReport& report);

// The sentence that goes with every anomaly of metadata.
inline constexpr std::string_view kPlanted =
    "Metadata is what a file says of itself: it may itself be planted, and it shows no author.";

}  // namespace tocsin::leak
