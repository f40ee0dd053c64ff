// The first line is a template, the second another message's, the rest a text: what is read lies within the text, in
// order, and each shape for itself agrees with all of them together on whether anything fits.
#include <cstdint>

#include "base/check.h"
#include "products/matcher.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin::products;
  if (size > 16 << 10) return 0;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  Matcher matcher;
  std::vector<ShapeMatcher> alone;
  std::size_t captures[2] = {0, 0};
  for (std::uint32_t message = 0; message < 2; ++message) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return 0;
    CaptureNames names;
    const auto shapes = parse_template(text.substr(0, std::min<std::size_t>(end, 200)), names);
    text.remove_prefix(end + 1);
    if (!shapes) continue;
    captures[message] = names.size();
    std::vector<Identity> identities(names.size(), Identity::none);
    if (!identities.empty()) identities[0] = Identity::ip;
    matcher.add(message, 0, *shapes, identities);
    for (const Shape& shape : *shapes) alone.emplace_back(shape);
  }
  matcher.build();
  MatchScratch scratch;
  Match match;
  const bool fits = matcher.match(text, nullptr, scratch, match);
  bool any = false, hard = false;
  for (const ShapeMatcher& shape : alone) {
    if (!text.starts_with(shape.prefix())) continue;
    ShapeScratch own;
    own.begin(0, text.size());
    std::vector<Taken> taken(kCapturesMax + 1);
    const Fits one = shape.match(text, own, taken);
    any |= one == Fits::yes;
    hard |= one == Fits::hard;
  }
  CHECK(hard || scratch.shape.budget < 0 || any == fits);
  if (!fits) return 0;
  CHECK(match.taken.size() == captures[match.message]);
  for (const Taken& taken : match.taken)
    CHECK(!taken.present || (taken.begin <= taken.end && taken.end <= text.size()));
  return 0;
}
