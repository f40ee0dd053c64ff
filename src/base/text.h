// Text: UTF-8, UTF-16, letter case.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tocsin {

// Simple case folding (Unicode CaseFolding.txt, status C and S), one code point to
// one code point; ASCII on a fast path. Invalid UTF-8 bytes stay as they are, so
// the function is total. Folding may change the length in bytes (by at most half).
std::string fold(std::string_view text);
// The same into `out`, which must hold 2 * text.size() + 16 bytes; returns the length.
std::size_t fold_into(std::string_view text, char* out);
bool is_ascii(std::string_view text);

// UTF-16LE units to UTF-8 into `out`, which must hold 3 bytes a unit + 16; returns the
// length. A lone surrogate becomes U+FFFD. `units` counts 16-bit units.
std::size_t utf16le_to_utf8(const char* units_le, std::size_t units, char* out);

// True when the bytes are valid UTF-8 (RFC 3629).
bool is_utf8(std::string_view text);
// Every invalid byte becomes U+FFFD.
std::string to_utf8(std::string_view text);
// One code point from the front of valid or invalid UTF-8; an invalid byte is returned as 0xDC00 + byte
// with length 1, so that two different invalid bytes stay different.
struct CodePoint {
  char32_t value;
  unsigned length;
};
CodePoint first_code_point(std::string_view text);

// Like memmem(3) over folded text the caller has folded already.
inline bool contains(std::string_view haystack, std::string_view needle) {
  return haystack.find(needle) != std::string_view::npos;
}

}  // namespace tocsin
