// An ally's STIX bundle or MISP event of any bytes: read in bounds, and what came of it can be published again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "publish/misp/misp.h"
#include "publish/stix/stix.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin::publish;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto read : {read_stix_claims, read_misp_claims}) {
    const auto claims = read(text, "fuzz.json");
    if (!claims) continue;
    Dossier dossier;
    dossier.claims = claims->claims;
    const auto again = read_stix_claims(stix_bundle(dossier, {}), "again.json");
    if (!again) std::abort();
    if (!read_misp_claims(misp_event(dossier), "again.json")) std::abort();
  }
  return 0;
}
