// Finds a literal in text: sixteen places at a time by its first and last byte (SSE2), which costs the same whatever
// the text holds, as long as the pair is rare. Portable otherwise.
#pragma once
#include <cstring>
#include <string_view>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace tocsin::products {

inline std::size_t find_literal(std::string_view text, std::string_view literal, std::size_t from) {
  const std::size_t size = literal.size();
  if (text.size() < size || from > text.size() - size) return std::string_view::npos;
  if (size == 1) {
    const void* at = std::memchr(text.data() + from, literal[0], text.size() - from);
    return at ? static_cast<std::size_t>(static_cast<const char*>(at) - text.data()) : std::string_view::npos;
  }
#if defined(__SSE2__)
  const std::size_t last_place = text.size() - size;
  const __m128i first = _mm_set1_epi8(literal[0]), last = _mm_set1_epi8(literal[size - 1]);
  const char* const data = text.data();
  std::size_t at = from;
  for (; at + 16 + size - 1 <= text.size(); at += 16) {
    const __m128i heads = _mm_loadu_si128(reinterpret_cast<const __m128i*>(data + at));
    const __m128i tails = _mm_loadu_si128(reinterpret_cast<const __m128i*>(data + at + size - 1));
    auto mask = static_cast<unsigned>(
        _mm_movemask_epi8(_mm_and_si128(_mm_cmpeq_epi8(heads, first), _mm_cmpeq_epi8(tails, last))));
    for (; mask != 0; mask &= mask - 1) {
      const std::size_t place = at + static_cast<unsigned>(__builtin_ctz(mask));
      if (std::memcmp(data + place, literal.data(), size) == 0) return place;
    }
  }
  for (; at <= last_place; ++at)
    if (data[at] == literal[0] && std::memcmp(data + at, literal.data(), size) == 0) return at;
  return std::string_view::npos;
#else
  return text.find(literal, from);
#endif
}

}  // namespace tocsin::products
