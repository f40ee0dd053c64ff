#include "base/text.h"

#include <unicode/uchar.h>

#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace tocsin {
namespace {

char* put_utf8(char32_t c, char* out) {
  if (c < 0x80) {
    *out++ = static_cast<char>(c);
  } else if (c < 0x800) {
    *out++ = static_cast<char>(0xc0 | (c >> 6));
    *out++ = static_cast<char>(0x80 | (c & 63));
  } else if (c < 0x10000) {
    *out++ = static_cast<char>(0xe0 | (c >> 12));
    *out++ = static_cast<char>(0x80 | ((c >> 6) & 63));
    *out++ = static_cast<char>(0x80 | (c & 63));
  } else {
    *out++ = static_cast<char>(0xf0 | (c >> 18));
    *out++ = static_cast<char>(0x80 | ((c >> 12) & 63));
    *out++ = static_cast<char>(0x80 | ((c >> 6) & 63));
    *out++ = static_cast<char>(0x80 | (c & 63));
  }
  return out;
}

bool is_tail(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

}  // namespace

CodePoint first_code_point(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const CodePoint invalid{static_cast<char32_t>(0xdc00 + byte(0)), 1};
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  if (lead < 0xc2 || lead > 0xf4) return invalid;
  if (lead < 0xe0) {
    if (text.size() < 2 || !is_tail(text[1])) return invalid;
    return {static_cast<char32_t>((lead & 31) << 6 | (byte(1) & 63)), 2};
  }
  if (lead < 0xf0) {
    if (text.size() < 3 || !is_tail(text[1]) || !is_tail(text[2])) return invalid;
    const char32_t c = static_cast<char32_t>((lead & 15) << 12 | (byte(1) & 63) << 6 | (byte(2) & 63));
    if (c < 0x800 || (c >= 0xd800 && c < 0xe000)) return invalid;
    return {c, 3};
  }
  if (text.size() < 4 || !is_tail(text[1]) || !is_tail(text[2]) || !is_tail(text[3])) return invalid;
  const char32_t c =
      static_cast<char32_t>((lead & 7) << 18 | (byte(1) & 63) << 12 | (byte(2) & 63) << 6 | (byte(3) & 63));
  if (c < 0x10000 || c > 0x10ffff) return invalid;
  return {c, 4};
}

std::size_t fold_into(std::string_view text, char* out) {
  char* const begin = out;
  std::size_t i = 0;
  while (i < text.size()) {
#if defined(__SSE2__)
    while (i + 16 <= text.size()) {
      const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + i));
      if (_mm_movemask_epi8(block) != 0) break;
      const __m128i is_upper = _mm_and_si128(_mm_cmpgt_epi8(block, _mm_set1_epi8('A' - 1)),
                                             _mm_cmplt_epi8(block, _mm_set1_epi8('Z' + 1)));
      _mm_storeu_si128(reinterpret_cast<__m128i*>(out),
                       _mm_or_si128(block, _mm_and_si128(is_upper, _mm_set1_epi8(0x20))));
      i += 16, out += 16;
    }
    if (i >= text.size()) break;
#endif
    const char c = text[i];
    if (static_cast<unsigned char>(c) < 0x80) {
      *out++ = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
      ++i;
      continue;
    }
    const CodePoint point = first_code_point(text.substr(i));
    if (point.length == 1) {
      *out++ = c;
    } else {
      out = put_utf8(static_cast<char32_t>(u_foldCase(static_cast<UChar32>(point.value), U_FOLD_CASE_DEFAULT)), out);
    }
    i += point.length;
  }
  return static_cast<std::size_t>(out - begin);
}

std::string fold(std::string_view text) {
  std::string out(2 * text.size() + 16, '\0');
  out.resize(fold_into(text, out.data()));
  return out;
}

bool is_ascii(std::string_view text) {
  std::size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + i, 8);
    if (word & 0x8080808080808080) return false;
  }
  for (; i < text.size(); ++i)
    if (static_cast<unsigned char>(text[i]) >= 0x80) return false;
  return true;
}

std::size_t utf16le_to_utf8(const char* units_le, std::size_t units, char* out) {
  char* const begin = out;
  const auto unit = [&](std::size_t i) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(units_le) + 2 * i;
    return static_cast<char32_t>(bytes[0] | bytes[1] << 8);
  };
  std::size_t i = 0;
  while (i < units) {
#if defined(__SSE2__)
    while (i + 16 <= units) {
      const auto* from = reinterpret_cast<const __m128i*>(units_le + 2 * i);
      const __m128i low = _mm_loadu_si128(from), high = _mm_loadu_si128(from + 1);
      const __m128i beyond = _mm_and_si128(_mm_or_si128(low, high), _mm_set1_epi16(static_cast<short>(0xff80)));
      if (_mm_movemask_epi8(_mm_cmpeq_epi16(beyond, _mm_setzero_si128())) != 0xffff) break;
      _mm_storeu_si128(reinterpret_cast<__m128i*>(out), _mm_packus_epi16(low, high));
      i += 16, out += 16;
    }
    while (i + 8 <= units) {
      const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(units_le + 2 * i));
      const __m128i beyond = _mm_and_si128(block, _mm_set1_epi16(static_cast<short>(0xff80)));
      if (_mm_movemask_epi8(_mm_cmpeq_epi16(beyond, _mm_setzero_si128())) != 0xffff) break;
      _mm_storel_epi64(reinterpret_cast<__m128i*>(out), _mm_packus_epi16(block, block));
      i += 8, out += 8;
    }
    if (i >= units) break;
#endif
    char32_t c = unit(i++);
    if (c < 0x80) {
      *out++ = static_cast<char>(c);
      continue;
    }
    if (c >= 0xd800 && c < 0xe000) {
      if (c < 0xdc00 && i < units && (unit(i) & 0xfc00) == 0xdc00) {
        c = 0x10000 + ((c - 0xd800) << 10) + (unit(i++) - 0xdc00);
      } else {
        c = 0xfffd;
      }
    }
    out = put_utf8(c, out);
  }
  return static_cast<std::size_t>(out - begin);
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    if (static_cast<unsigned char>(text[0]) < 0x80) {
      text.remove_prefix(1);
      continue;
    }
    const CodePoint point = first_code_point(text);
    if (point.length == 1) return false;
    text.remove_prefix(point.length);
  }
  return true;
}

std::string to_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const CodePoint point = first_code_point(text);
    if (point.length == 1 && point.value >= 0x80) {
      out += "\xef\xbf\xbd";
    } else {
      out.append(text.substr(0, point.length));
    }
    text.remove_prefix(point.length);
  }
  return out;
}

}  // namespace tocsin
