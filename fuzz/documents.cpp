// Metadata and text of documents on arbitrary bytes; pdftotext is left out, it runs in a process of its own.
#include "documents/document.h"

#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin::documents;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  Limits limits;
  limits.part = limits.total = 1u << 20;
  limits.text = 1u << 16;
  const Metadata found = describe(bytes, limits);
  if (found.format != "pdf") text_of(bytes, limits);
  is_packed_document(bytes);
  return 0;
}
