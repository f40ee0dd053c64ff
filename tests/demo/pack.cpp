#include "tests/demo/pack.h"

#include <algorithm>
#include <cstdint>

namespace tocsin::demo {
namespace {

// CRC-32 of ISO 3309, as both formats use it, bit by bit: speed is no matter here.
std::uint32_t crc32(std::string_view bytes) {
  std::uint32_t crc = 0xffffffff;
  for (const unsigned char byte : bytes) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (crc & 1 ? 0xedb88320u : 0u);
  }
  return ~crc;
}

void put(std::string& out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xff);
}

}  // namespace

std::string gzip(std::string_view content) {
  std::string out("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff", 10);
  for (std::size_t at = 0;; at += 65535) {
    const std::string_view block = content.substr(at, 65535);
    const bool last = at + block.size() == content.size();
    put(out, last ? 1 : 0, 1);
    put(out, block.size(), 2);
    put(out, ~block.size() & 0xffff, 2);
    out += block;
    if (last) break;
  }
  put(out, crc32(content), 4);
  put(out, content.size(), 4);
  return out;
}

std::string zip(const std::vector<std::pair<std::string, std::string>>& files) {
  constexpr std::uint16_t kNoon = 12 << 11;
  constexpr std::uint16_t kDay = (2026 - 1980) << 9 | 9 << 5 | 16;  // 16 September 2026
  std::string out, directory;
  for (const auto& [name, content] : files) {
    const std::size_t offset = out.size();
    std::string common;
    put(common, 20, 2), put(common, 0, 2), put(common, 0, 2), put(common, kNoon, 2), put(common, kDay, 2);
    put(common, crc32(content), 4), put(common, content.size(), 4), put(common, content.size(), 4);
    put(common, name.size(), 2), put(common, 0, 2);
    out += "PK\x03\x04" + common + name + content;
    directory += "PK\x01\x02";
    put(directory, 20, 2);
    directory += common;
    put(directory, 0, 2), put(directory, 0, 2), put(directory, 0, 2), put(directory, 0, 4), put(directory, offset, 4);
    directory += name;
  }
  const std::size_t start = out.size();
  out += directory;
  out += "PK\x05\x06";
  put(out, 0, 4), put(out, files.size(), 2), put(out, files.size(), 2);
  put(out, directory.size(), 4), put(out, start, 4), put(out, 0, 2);
  return out;
}

}  // namespace tocsin::demo
