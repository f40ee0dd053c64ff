// The first line is a template, the second another message's, the rest a text: what is read lies within the text, in
// order, and the plain matcher, a shape at a time, reads the same.
#include <cstdint>

#include "base/check.h"
#include "products/matcher.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin::products;
  if (size > 16 << 10) return 0;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  Matcher matcher;
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
  }
  matcher.build();
  MatchScratch scratch, plain;
  Match match, naive;
  const bool fits = matcher.match(text, nullptr, scratch, match);
  if (!scratch.hard && text.size() < 2000) {
    CHECK(matcher.match_naively(text, nullptr, plain, naive) == fits);
    if (fits) {
      CHECK(match.message == naive.message && match.ambiguous == naive.ambiguous);
      for (std::size_t i = 0; i < match.taken.size(); ++i)
        CHECK(match.taken[i].present == naive.taken[i].present && match.taken[i].begin == naive.taken[i].begin &&
              match.taken[i].end == naive.taken[i].end && match.taken[i].ambiguous == naive.taken[i].ambiguous);
    }
  }
  if (!fits) return 0;
  CHECK(match.taken.size() == captures[match.message]);
  for (const Taken& taken : match.taken)
    CHECK(!taken.present || (taken.begin <= taken.end && taken.end <= text.size()));
  return 0;
}
