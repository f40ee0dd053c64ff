// What every reader's fuzzer does: recognise, read whole, read again in small pieces, and expect the same.
#pragma once
#include <cstdint>
#include <iostream>
#include <string_view>

#include "base/check.h"
#include "tests/support/read_all.h"

namespace tocsin::fuzz {

// `exact`: what is demanded is what the whole record shows. JSON is not so: a demanded object gives its text.
inline int read(const ReaderSpec& spec, const std::uint8_t* data, std::size_t size, bool exact = true) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  spec.sniff(bytes.substr(0, 65536), size <= 65536);
  ReadOptions options;
  options.record_max = 4096;  // so that the long-record path is met
  const tests::ReadResult whole = tests::read_whole(spec, bytes, options);
  const Demand demand = tests::demand_for(whole);
  const tests::ReadResult demanded = tests::read_all(spec, bytes, demand, options, 7);
  if (!exact) return 0;
  for (std::size_t i = 0; i < whole.events.size() && i < demanded.events.size(); ++i) {
    if (demanded.events[i] == whole.events[i]) continue;
    std::cerr << "demanded: ";
    tests::PrintTo(demanded.events[i], &std::cerr);
    std::cerr << "\nwhole: ";
    tests::PrintTo(whole.events[i], &std::cerr);
    std::cerr << '\n';
    break;
  }
  CHECK(demanded.events == whole.events);
  CHECK(demanded.anomalies == whole.anomalies);
  return 0;
}

}  // namespace tocsin::fuzz
