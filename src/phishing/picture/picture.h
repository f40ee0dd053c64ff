// Pictures of a mail as grey pixels, and the codes in them.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::phishing {

struct Picture {
  std::uint32_t width = 0, height = 0;
  std::vector<std::uint8_t> grey;  // row by row
};
inline constexpr std::uint64_t kPixelsMax = 16'000'000;

// A side below which no code can be read: 21 modules of two pixels.
inline constexpr std::uint32_t kSideMin = 40;

// PNG, JPEG and GIF (its first frame), by content. Nothing where it is none of them, damaged before its first pixels, with
// a side under kSideMin, or larger than kPixelsMax.
std::optional<Picture> read_picture(std::string_view bytes);

// The texts of QR, Micro QR, Aztec and Data Matrix codes, at most eight.
std::vector<std::string> read_codes(const Picture& picture);

}  // namespace tocsin::phishing
