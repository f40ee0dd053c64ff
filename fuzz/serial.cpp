// Arbitrary bytes as a rule set: an error or a sound rule set, never a crash. The head is repaired, so that the
// fuzzer gets past the hash.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "base/endian.h"
#include "base/hash.h"
#include "sigma/naive.h"
#include "sigma/serial.h"

namespace {

class Nothing : public tocsin::sigma::Fields {
 public:
  void values(std::string_view, std::vector<tocsin::Value>& out) const override { out.emplace_back("value"); }
  void everything(std::vector<tocsin::Value>& out) const override { out.emplace_back("2024-05-06T07:08:09Z"); }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin;
  std::string bytes = "tocsinRS" + std::string(12, '\0') + std::string(reinterpret_cast<const char*>(data), size);
  const ul32 version = sigma::kSerialVersion;
  const ul64 hash = hash64(std::string_view(bytes).substr(20), sigma::kSerialVersion);
  std::memcpy(bytes.data() + 8, &version, 4);
  std::memcpy(bytes.data() + 12, &hash, 8);
  if (const auto set = sigma::deserialise(bytes))
    for (const sigma::Rule& rule : set->rules) sigma::evaluate(rule, Nothing());
  return 0;
}
