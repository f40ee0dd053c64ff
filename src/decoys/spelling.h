// Spelling: one domain name in the forms in which it is compared.
//
//   ascii  as DNS has it: lower case, labels of other scripts as xn-- (RFC 5891, by UTS 46)
//   plain  what a reader takes it for: each character of another script is the ASCII letter that it looks like
//          ("аpple" in Cyrillic → "apple"), by Unicode's confusables and a table of ours for small letters
//   folded plain, where ASCII characters that look alike are one ("g00qle" → "google", "micr1soft"); as long as plain
//
// Fixed buffers: reused for each name, nothing is allocated for names in ASCII.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tocsin::decoys {

inline constexpr std::size_t kNameMax = 253;  // characters, RFC 1035 2.3.4
inline constexpr std::size_t kLabelsMax = 127;

struct Spelling {
  std::string ascii;  // empty while it equals plain
  char plain[256] = {};
  char folded[256] = {};
  std::uint8_t foreign[256] = {};  // 1: this character of plain stands for one of another script
  std::uint16_t size = 0;
  std::uint16_t labels = 0;
  std::uint16_t begin[kLabelsMax + 1] = {};  // of each label in plain; begin[labels] is size + 1
  bool idn = false;

  std::string_view name() const { return ascii.empty() ? std::string_view(plain, size) : std::string_view(ascii); }
  std::string_view text() const { return {plain, size}; }
  std::string_view label(std::size_t i) const {
    return {plain + begin[i], static_cast<std::size_t>(begin[i + 1] - begin[i] - 1)};
  }
};

// A name in ASCII or UTF-8, any case; a leading "*." and a final dot are left out. False: not a name of two labels or
// more that DNS could hold (underscores are taken), or an address.
bool spell(std::string_view text, Spelling& out);

// The ASCII character that stands for all that look like it: 0 → o, 1 and i → l, q → g …
char fold(char c);
// "rn" → m, "vv" → w, "cl" → d over folded text, never across a dash or dot, and three equal letters are two. `map`:
// where each character came from, one more at the end. Returns the size; both have room for as much as `text`.
std::size_t fold_pairs(std::string_view text, char* out, std::uint16_t* map);

// A label in ASCII as people see it: "xn--80ak6aa92e" → "аррӏе"; as it stands where that can't be.
std::string shown(std::string_view name);

// What costs how much to make a reader take `seen` for `meant` (both plain): 0.25 for rn/m to 1.2 for an unrelated
// letter. `telling`: the changes, in order, when not null.
struct Change {
  std::string meant, seen;
  float cost;
};
struct Distance {
  float cost = 0;
  bool alike = true;  // every change is between characters that look alike
  std::uint8_t changes = 0;
};
Distance distance(std::string_view meant, std::string_view seen, std::string* telling = nullptr);

}  // namespace tocsin::decoys
