// The zeek reader on arbitrary bytes, whole and in small pieces.
#include "fuzz/reader.h"
#include "readers/zeek/zeek.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return tocsin::fuzz::read(tocsin::zeek::spec, data, size);
}
