// The mail reader on arbitrary bytes, whole and in small pieces.
#include "readers/mail/mail.h"
#include "fuzz/reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return tocsin::fuzz::read(tocsin::mail::spec, data, size);
}
