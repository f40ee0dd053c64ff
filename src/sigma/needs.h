// Needs: what a value must hold before a test can be true of it.
//
// The compiled engine looks at a rule only after one of its needs was seen (classes.cpp). A need may be weaker than the
// test, never stronger: every value that meets the test has it.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sigma/program.h"

namespace tocsin::sigma {

struct Needs {
  // Each element: the folded value contains at least one of these texts (folded, none empty).
  std::vector<std::vector<std::string>> texts;
  // The folded value has this ASCII byte at least so many times.
  std::vector<std::pair<char, std::uint32_t>> bytes;
  // The value, as it came, has at least so many bytes.
  std::size_t size_min = 0;
};

Needs needs_of(const Pattern& pattern);
Needs needs_of(const Regex& regex);  // nothing where the expression has syntax that this reading doesn't know

// `n` where the expression asks for n characters in a row that are no line ends, and for nothing else: `.{1000,}`. As an
// automaton such a count costs thousands of states for what is a length.
std::optional<std::uint32_t> plain_run(const Regex& regex);

}  // namespace tocsin::sigma
