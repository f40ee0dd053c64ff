// What opening a 7z would cost, before libarchive opens it.
#pragma once
#include <cstdint>
#include <string>

#include "evidence/spool.h"

namespace tocsin::evidence {

struct SevenCost {
  std::uint64_t memory = 0;  // bytes that its decoders need at once, at most
  std::uint64_t files = 0;
  // Why the list of members can't be read; "" when it was. `encrypted` when that is the reason.
  std::string failure;
  bool encrypted = false;
};
SevenCost weigh_seven(const Spool& spool, const Limits& limits);

}  // namespace tocsin::evidence
