// Finds a literal in text: sixteen places at a time by its first and last byte (SSE2), which costs the same whatever
// the text holds, as long as the pair is rare. Portable otherwise.
#pragma once
#include <cstdint>
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
  const __m128i first = _mm_set1_epi8(literal[0]), last = _mm_set1_epi8(literal[size - 1]);
  const char* const data = text.data();
  const std::size_t last_place = text.size() - size;
  if (text.size() >= 16 + size - 1) {
    for (std::size_t at = from; at <= last_place; at += 16) {
      // Near the end the last sixteen places are looked at, and those before `at` forgotten.
      const std::size_t start = at + 15 <= last_place ? at : last_place - 15;
      const __m128i heads = _mm_loadu_si128(reinterpret_cast<const __m128i*>(data + start));
      const __m128i tails = _mm_loadu_si128(reinterpret_cast<const __m128i*>(data + start + size - 1));
      auto mask = static_cast<unsigned>(
                      _mm_movemask_epi8(_mm_and_si128(_mm_cmpeq_epi8(heads, first), _mm_cmpeq_epi8(tails, last)))) >>
                  (at - start);
      for (; mask != 0; mask &= mask - 1) {
        const std::size_t place = at + static_cast<unsigned>(__builtin_ctz(mask));
        if (size == 2 || std::memcmp(data + place + 1, literal.data() + 1, size - 2) == 0) return place;
      }
    }
    return std::string_view::npos;
  }
  for (std::size_t at = from; at <= last_place; ++at)
    if (data[at] == literal[0] && std::memcmp(data + at, literal.data(), size) == 0) return at;
  return std::string_view::npos;
#else
  return text.find(literal, from);
#endif
}

// Whether the literal stands at this place; literals are short, so that a few words beat a call.
inline bool stands_at(std::string_view text, std::string_view literal, std::size_t at) {
  const std::size_t size = literal.size();
  if (text.size() - at < size) return false;
  const char *a = text.data() + at, *b = literal.data();
  const auto differ = [&]<class Word>(Word, std::size_t from) {
    Word x, y;
    std::memcpy(&x, a + from, sizeof x);
    std::memcpy(&y, b + from, sizeof y);
    return x != y;
  };
  if (size >= 8) {
    for (std::size_t i = 0; i + 8 < size; i += 8)
      if (differ(std::uint64_t{}, i)) return false;
    return !differ(std::uint64_t{}, size - 8);
  }
  if (size >= 4) return !differ(std::uint32_t{}, 0) && !differ(std::uint32_t{}, size - 4);
  return size == 0 || (*a == *b && (size == 1 || !differ(std::uint16_t{}, size - 2)));
}

}  // namespace tocsin::products
