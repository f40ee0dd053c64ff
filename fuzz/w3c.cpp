// The w3c reader on arbitrary bytes, whole and in small pieces.
#include "fuzz/reader.h"
#include "readers/w3c/w3c.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return tocsin::fuzz::read(tocsin::w3c::spec, data, size);
}
