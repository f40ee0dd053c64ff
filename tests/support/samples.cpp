#include "tests/support/samples.h"

namespace tocsin::tests {

std::span<const Sample> all_samples() {
  static constexpr std::span<const Sample> table;
  return table;
}

const Sample* sample_of(std::string_view reader) {
  for (const Sample& sample : all_samples())
    if (sample.reader == reader) return &sample;
  return nullptr;
}

}  // namespace tocsin::tests
