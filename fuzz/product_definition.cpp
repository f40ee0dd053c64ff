// A product's definition of any bytes is read and compiled, or refused with a place.
#include <cstdint>

#include "base/check.h"
#include "products/catalog.h"

// libfyaml loses the text of a quoted scalar that it can't end; what we hold of it is freed by its own functions.
extern "C" const char* __lsan_default_suppressions() { return "leak:libfyaml.so"; }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin;
  if (size > 64 << 10) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto definition = products::parse_definition(text, "fuzz.yml");
  if (!definition) {
    CHECK(definition.error().where.starts_with("fuzz.yml"));
    return 0;
  }
  std::vector<products::Definition> definitions;
  definitions.push_back(*std::move(definition));
  (void)products::Catalog::make(std::move(definitions));
  return 0;
}
