// Regular expressions: RE2 with Sigma's flags and a bound on the size of the compiled program.
#pragma once
#include <re2/re2.h>

#include <memory>

#include "base/result.h"
#include "sigma/program.h"

namespace tocsin::sigma {

// Steps of the compiled program; a character of a value may cost as many. `.{1000,}` has 8,005.
inline constexpr int kRegexStepsMax = 10'000;
inline constexpr std::size_t kRegexMemoryMax = 8u << 20;  // bytes, program and automaton caches

// The expression with its flags in front, as RE2 reads it.
std::string to_re2(const Regex& regex);

// An error says what RE2 lacks or why the expression is wrong.
Result<std::unique_ptr<re2::RE2>> compile(const Regex& regex);

}  // namespace tocsin::sigma
