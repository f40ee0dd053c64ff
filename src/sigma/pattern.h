// Patterns: Sigma's strings with wildcards and escapes as tokens, and their plain matching.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "sigma/program.h"

namespace tocsin::sigma {

// The specification's "Escape Character": a backslash is literal unless it stands before '*', '?' or '\'.
// Case is kept.
Pattern parse_pattern(std::string_view text);

// The text when there is no wildcard.
std::optional<std::string> plain_text(const Pattern& pattern);

void add_any_before(Pattern& pattern);
void add_any_after(Pattern& pattern);

// Folds the literals of an uncased pattern and joins neighbours, which is how atoms hold patterns.
void normalise(Pattern& pattern);

// `value` must be folded already unless the pattern is cased. `?` stands for one code point, or one invalid byte.
// Linear in the value's length times the number of tokens.
bool matches(const Pattern& pattern, std::string_view value);

// As a rule would write it: wildcards bare, literal ones escaped, backslashes only where they must be.
std::string to_text(const Pattern& pattern);

}  // namespace tocsin::sigma
