// Rough guesses of how often ordinary records hold a text. They choose what the engine looks for first; no result
// depends on them.
#pragma once
#include <cstdint>
#include <string_view>

#include "sigma/literals.h"

namespace tocsin::sigma {

// The share of a field's values that hold this folded literal, 0 … 1.
double rate_of(std::string_view literal, Anchor anchor);

// The share of values that have this byte so many times.
double byte_rate(char byte, std::uint32_t count);

// How common these few bytes are in ordinary values, 0 … 1; 8 bytes at most.
double key_commonness(std::string_view key);

}  // namespace tocsin::sigma
