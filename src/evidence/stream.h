// Stream: bytes of one piece of evidence, front to back, already decompressed.
#pragma once
#include <cstddef>

#include "base/result.h"

namespace tocsin {

class Stream {
 public:
  virtual ~Stream() = default;
  // Fills up to `size` bytes; fewer does not mean the end, 0 does. An error says
  // that the rest cannot be had (a damaged gzip tail, a disk error).
  virtual Result<std::size_t> read(char* into, std::size_t size) = 0;
};

}  // namespace tocsin
