// Encodings that modifiers put on values: base64, its three offsets, UTF-16, and the dashes of Windows.
#pragma once
#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::sigma {

std::string base64(std::string_view bytes);
// The part of the encoding that doesn't depend on what stands around, for each of the three alignments.
std::array<std::string, 3> base64_offsets(std::string_view bytes);

enum class Utf16 : unsigned char { le, be, marked };  // marked: a byte order mark, then little endian
std::string utf16(std::string_view text, Utf16 form);

inline constexpr std::size_t kDashesMax = 4;  // 5^4 spellings of one value
// Every spelling of the dashes that begin an argument: '-', '/', en dash, em dash, horizontal bar. The text itself is
// the first. Empty: more than kDashesMax dashes.
std::vector<std::string> windash(std::string_view text, bool starts_fresh);

}  // namespace tocsin::sigma
