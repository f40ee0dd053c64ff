// A small, intact piece of evidence for each reader, made up by us: what the
// shared reader tests cut, split, truncate and mutate.
//
// To add one: a function in samples_<format>.cpp, its declaration and a line in the table of samples.cpp.
#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace tocsin::tests {

struct Sample {
  std::string_view reader;  // ReaderSpec::name
  // Well-formed evidence with no anomaly, of at least `size` bytes and at least three records; make(0) is the smallest
  // useful one (a few kB, text formats below 4 kB) and shows what the format has to offer.
  std::string (*make)(std::size_t size);
};

std::span<const Sample> all_samples();
const Sample* sample_of(std::string_view reader);  // nullptr when there is none

}  // namespace tocsin::tests
