#include "sigma/encodings.h"

#include <cstdint>

#include "base/text.h"

namespace tocsin::sigma {
namespace {

constexpr std::string_view kDashes[] = {"-", "/", "\xe2\x80\x93", "\xe2\x80\x94", "\xe2\x80\x95"};

// The dash at the front of `text`, or "".
std::string_view dash_at(std::string_view text) {
  for (const std::string_view dash : kDashes)
    if (text.starts_with(dash)) return dash;
  return {};
}

bool ends_word(char c) { return c == ' ' || c == '\t' || c == '"' || c == '\'' || c == '\r' || c == '\n'; }

}  // namespace

std::string base64(std::string_view bytes) {
  static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    for (std::size_t k = 0; k < 4; ++k) out += i + k <= bytes.size() ? kDigits[group >> (18 - 6 * k) & 63] : '=';
  }
  return out;
}

// With n bytes in front, the first digits mix those bytes with ours, and at the end the last digit mixes ours with
// what follows: both are cut off.
std::array<std::string, 3> base64_offsets(std::string_view bytes) {
  static constexpr std::size_t kHeadDigits[] = {0, 2, 3};
  static constexpr std::size_t kTailDigits[] = {0, 3, 2};  // by (offset + size) % 3, '=' included
  std::array<std::string, 3> out;
  for (std::size_t offset = 0; offset < 3; ++offset) {
    const std::string whole = base64(std::string(offset, ' ') + std::string(bytes));
    const std::size_t tail = kTailDigits[(offset + bytes.size()) % 3];
    const std::size_t head = kHeadDigits[offset];
    if (whole.size() > head + tail) out[offset] = whole.substr(head, whole.size() - head - tail);
  }
  return out;
}

std::string utf16(std::string_view text, Utf16 form) {
  std::string out = form == Utf16::marked ? "\xff\xfe" : "";
  const auto put = [&](char32_t unit) {
    const char low = static_cast<char>(unit & 0xff), high = static_cast<char>(unit >> 8 & 0xff);
    out += form == Utf16::be ? high : low;
    out += form == Utf16::be ? low : high;
  };
  while (!text.empty()) {
    const CodePoint point = first_code_point(text);
    text.remove_prefix(point.length);
    if (point.value >= 0x10000) {
      put(0xd800 + ((point.value - 0x10000) >> 10));
      put(0xdc00 + ((point.value - 0x10000) & 0x3ff));
    } else {
      put(point.value);
    }
  }
  return out;
}

std::vector<std::string> windash(std::string_view text, bool starts_fresh) {
  std::vector<std::string> out{""};
  std::size_t dashes = 0;
  for (std::size_t i = 0; i < text.size();) {
    const std::string_view dash = dash_at(text.substr(i));
    const bool begins = !dash.empty() && (i == 0 ? starts_fresh : ends_word(text[i - 1]));
    const std::string_view rest = text.substr(i + dash.size());
    // A long option ("--name") and a lone dash are no Windows flags.
    if (begins && (rest.empty() || (!ends_word(rest[0]) && dash_at(rest).empty()))) {
      if (++dashes > kDashesMax) return {};
      std::vector<std::string> spelled;
      for (const std::string& head : out) spelled.push_back(head + std::string(dash));
      for (const std::string_view other : kDashes)
        if (other != dash)
          for (const std::string& head : out) spelled.push_back(head + std::string(other));
      out = std::move(spelled);
      i += dash.size();
      continue;
    }
    const std::size_t size = dash.empty() ? 1 : dash.size();
    for (std::string& head : out) head += text.substr(i, size);
    i += size;
  }
  return out;
}

}  // namespace tocsin::sigma
