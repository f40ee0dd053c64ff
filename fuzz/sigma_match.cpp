// The compiled engine against the naive evaluator, on rules and events that the input spells out.
#include "tests/support/random_match.h"

#include <cstdio>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string what = tocsin::sigma::random_match::difference({reinterpret_cast<const char*>(data), size});
  if (!what.empty()) {
    std::fprintf(stderr, "%s\n", what.c_str());
    std::abort();
  }
  return 0;
}
