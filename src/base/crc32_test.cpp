#include "base/crc32.h"

#include <gtest/gtest.h>

#include <string>

namespace tocsin {

// One bit at a time.
std::uint32_t by_bits(std::string_view bytes, std::uint32_t before = 0) {
  std::uint32_t crc = ~before;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc;
}

TEST(Crc32, EqualsTheDefinitionAtEverySize) {
  EXPECT_EQ(crc32("123456789"), 0xcbf43926u);
  std::string bytes;
  std::uint32_t state = 1;
  for (int i = 0; i < 3000; ++i) bytes += static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  for (std::size_t size = 0; size <= bytes.size(); size += size < 600 ? 1 : 37) {
    const std::string_view head = std::string_view(bytes).substr(0, size), tail = std::string_view(bytes).substr(size);
    EXPECT_EQ(crc32(head), by_bits(head)) << size;
    EXPECT_EQ(crc32(tail, crc32(head)), by_bits(bytes)) << size;
  }
}

}  // namespace tocsin
