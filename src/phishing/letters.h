// Letters that look like others: names and words brought to what a reader takes them for.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace tocsin::phishing {

struct Looks {
  std::string plain;  // lower-case, compatibility letters and look-alikes as ASCII, invisible characters dropped
  std::uint32_t words_mixed = 0;  // words that mix Latin with look-alike letters of another script
  std::uint32_t invisible = 0;    // zero-width characters and variation selectors between letters
  std::uint32_t soft = 0;         // soft hyphens between letters
  std::uint32_t styled = 0;       // mathematical and enclosed letters, fullwidth
  std::uint32_t reordering = 0;   // bidirectional overrides
};
// At most 1 MB is read.
Looks look_at(std::string_view text);

// Levenshtein distance with swaps of neighbours (Damerau, restricted), at most `most` + 1.
unsigned edits(std::string_view a, std::string_view b, unsigned most);

}  // namespace tocsin::phishing
