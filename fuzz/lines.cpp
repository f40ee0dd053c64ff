// The lines reader on arbitrary bytes, whole and in small pieces.
#include <cstring>

#include "fuzz/reader.h"
#include "readers/lines/lines.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const bool json = size > 0 && std::memchr(data, '{', size) != nullptr;
  return tocsin::fuzz::read(tocsin::lines::spec, data, size, !json);
}
