// Labels and marks of rehearsals on arbitrary bytes: labels that are read are read again from what they print.
#include <cstdint>

#include "base/check.h"
#include "rehearse/labels.h"
#include "rehearse/mark.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin::rehearse;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)says_exercise(text);
  const auto labels = Labels::parse(text, "fuzzed");
  if (!labels) return 0;
  const std::string printed = labels->json();
  const auto again = Labels::parse(printed, "printed");
  CHECK(again && again->json() == printed);
  return 0;
}
