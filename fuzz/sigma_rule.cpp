// Arbitrary text as a rule file: loaded or refused, and what was loaded can be evaluated, written and read back.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "sigma/load.h"
#include "sigma/naive.h"
#include "sigma/serial.h"

namespace {

class Few : public tocsin::sigma::Fields {
 public:
  void values(std::string_view field, std::vector<tocsin::Value>& out) const override {
    if (field.size() % 3 == 0) out.emplace_back(field);
    if (field.size() % 3 == 1) out.emplace_back("10.0.0.1");
  }
  void everything(std::vector<tocsin::Value>& out) const override { out.emplace_back("2024-05-06T07:08:09Z"); }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin;
  const sigma::RuleText text{"fuzz.yml", std::string(reinterpret_cast<const char*>(data), size)};
  sigma::LoadOptions options;
  options.placeholders["name"] = {"a*", "b"};
  const sigma::RuleSet set = sigma::load_texts(std::span(&text, 1), options);
  for (const sigma::Rule& rule : set.rules) sigma::evaluate(rule, Few());
  const std::string bytes = sigma::serialise(set);
  const auto back = sigma::deserialise(bytes);
  if (!back || sigma::serialise(*back) != bytes) std::abort();
  return 0;
}
