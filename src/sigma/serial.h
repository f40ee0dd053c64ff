// RuleSets as bytes, for the cache of compiled rules.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "sigma/program.h"

namespace tocsin::sigma {

// Raised with every change of program.h or of lowering: bytes of another version are an error.
inline constexpr std::uint32_t kSerialVersion = 2;

std::string serialise(const RuleSet& set);

// Bytes that are damaged, cut short, of another version or inconsistent are an error, never a crash: every index of
// what is returned is in range, children stand before their parents and a `none` has one child.
Result<RuleSet> deserialise(std::string_view bytes);

}  // namespace tocsin::sigma
