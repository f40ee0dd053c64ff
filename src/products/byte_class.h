// ByteClass: the bytes that a type of capture may hold, and where a run of them ends: sixteen at a time by two look-ups
// of half a byte each (SSSE3), one at a time elsewhere.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>
#if defined(__SSSE3__)
#include <tmmintrin.h>
#endif

namespace tocsin::products {

class ByteClass {
 public:
  template <class Holds>
  explicit ByteClass(Holds&& holds) {
    // A row is the sixteen bytes of one upper half. Rows that are alike share a bit; there are eight of them.
    std::array<std::uint16_t, 8> rows{};
    std::size_t count = 0;
    for (unsigned high = 0; high < 16; ++high) {
      std::uint16_t row = 0;
      for (unsigned low = 0; low < 16; ++low) {
        table_[high << 4 | low] = holds(static_cast<unsigned char>(high << 4 | low));
        row = static_cast<std::uint16_t>(row | table_[high << 4 | low] << low);
      }
      if (row == 0) continue;
      std::size_t which = 0;
      while (which < count && rows[which] != row) ++which;
      if (which == rows.size()) {
        halves_ = false;
        continue;
      }
      if (which == count) rows[count++] = row;
      high_[high] = static_cast<std::uint8_t>(1 << which);
    }
    for (unsigned low = 0; low < 16; ++low)
      for (std::size_t which = 0; which < count; ++which)
        if (rows[which] >> low & 1) low_[low] = static_cast<std::uint8_t>(low_[low] | 1 << which);
  }

  bool holds(char c) const { return table_[static_cast<unsigned char>(c)]; }

  // The first place in [at, stop) that holds none of them, else `stop`; stop <= text.size().
  std::uint32_t run(std::string_view text, std::uint32_t at, std::uint32_t stop) const {
#if defined(__SSSE3__)
    if (halves_ && text.size() >= 16) {
      const __m128i low = _mm_loadu_si128(reinterpret_cast<const __m128i*>(low_.data()));
      const __m128i high = _mm_loadu_si128(reinterpret_cast<const __m128i*>(high_.data()));
      const __m128i half = _mm_set1_epi8(15);
      while (at < stop) {
        // Near the end the last sixteen bytes are looked at, and those before `at` forgotten.
        const std::uint32_t from = at + 16 <= text.size() ? at : static_cast<std::uint32_t>(text.size()) - 16;
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + from));
        const __m128i held = _mm_and_si128(_mm_shuffle_epi8(low, _mm_and_si128(bytes, half)),
                                           _mm_shuffle_epi8(high, _mm_and_si128(_mm_srli_epi16(bytes, 4), half)));
        const auto none =
            static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(held, _mm_setzero_si128()))) >> (at - from);
        if (none != 0) {
          at += static_cast<std::uint32_t>(__builtin_ctz(none));
          return at < stop ? at : stop;
        }
        at = from + 16;
      }
      return stop;
    }
#endif
    while (at < stop && table_[static_cast<unsigned char>(text[at])]) ++at;
    return at;
  }

 private:
  std::array<bool, 256> table_{};
  alignas(16) std::array<std::uint8_t, 16> low_{}, high_{};
  bool halves_ = true;
};

}  // namespace tocsin::products
