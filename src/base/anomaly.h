// Anomaly: evidence that is damaged or lies about itself. Data, never an error
// that ends a run; kept in the case, counted in the summary, open to detectors.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace tocsin {

struct Anomaly {
  std::string_view name;     // a constant in words-with-dashes: "evtx-chunk-checksum", "archive-bomb"
  std::uint64_t offset = 0;  // in the evidence (decompressed, for archive members)
  std::uint64_t size = 0;    // bytes concerned; 0 when unknown
  std::string detail;        // for people: what was found, what was expected
};

}  // namespace tocsin
