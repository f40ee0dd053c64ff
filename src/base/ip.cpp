#include "base/ip.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace tocsin {
namespace {

constexpr std::uint8_t kMapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

std::optional<std::uint32_t> parse_v4(std::string_view text) {
  if (text.size() < 7 || text.size() > 15) return std::nullopt;
  std::uint32_t value = 0;
  const char* p = text.data();
  const char* const end = p + text.size();
  for (int part = 0; part < 4; ++part) {
    if (part > 0 && (p == end || *p++ != '.')) return std::nullopt;
    if (p == end) return std::nullopt;
    unsigned byte = static_cast<unsigned char>(*p - '0');
    if (byte > 9) return std::nullopt;
    const bool leads_with_zero = byte == 0;
    ++p;
    for (int digits = 1; digits < 3 && p != end; ++digits, ++p) {
      const unsigned digit = static_cast<unsigned char>(*p - '0');
      if (digit > 9) break;
      if (leads_with_zero) return std::nullopt;
      byte = byte * 10 + digit;
    }
    if (byte > 255) return std::nullopt;
    value = value << 8 | byte;
  }
  return p == end ? std::optional(value) : std::nullopt;
}

}  // namespace

Ip Ip::v4(std::uint32_t host_order) {
  Ip ip;
  std::memcpy(ip.bytes.data(), kMapped, sizeof kMapped);
  for (std::size_t i = 0; i < 4; ++i) ip.bytes[12 + i] = static_cast<std::uint8_t>(host_order >> (24 - 8 * i));
  return ip;
}

std::optional<Ip> Ip::parse(std::string_view text) {
  if (const auto value = parse_v4(text)) return v4(*value);
  if (text.find(':') == std::string_view::npos) return std::nullopt;
  text = text.substr(0, text.find('%'));
  char buffer[64];
  if (text.size() >= sizeof buffer) return std::nullopt;
  std::memcpy(buffer, text.data(), text.size());
  buffer[text.size()] = '\0';
  Ip ip;
  if (inet_pton(AF_INET6, buffer, ip.bytes.data()) != 1) return std::nullopt;
  return ip;
}

bool Ip::is_v4() const { return std::memcmp(bytes.data(), kMapped, sizeof kMapped) == 0; }

std::uint32_t Ip::v4_value() const {
  return std::uint32_t{bytes[12]} << 24 | std::uint32_t{bytes[13]} << 16 | std::uint32_t{bytes[14]} << 8 | bytes[15];
}

bool Ip::is_unspecified() const {
  if (is_v4()) return v4_value() == 0;
  return std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == 0; });
}

bool Ip::is_loopback() const {
  if (is_v4()) return bytes[12] == 127;
  return bytes[15] == 1 && std::all_of(bytes.begin(), bytes.end() - 1, [](std::uint8_t byte) { return byte == 0; });
}

bool Ip::is_private() const {
  if (is_unspecified() || is_loopback()) return true;
  if (is_v4()) {
    const std::uint32_t a = v4_value();
    return a >> 24 == 10 || a >> 20 == 0xac1 || a >> 16 == 0xc0a8 || a >> 22 == 0x191 || a >> 16 == 0xa9fe;
  }
  return (bytes[0] & 0xfe) == 0xfc || (bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80);
}

Ip Ip::prefix(int bits) const {
  const int kept = is_v4() ? 96 + std::clamp(bits, 0, 32) : std::clamp(bits, 0, 128);
  Ip out = *this;
  for (int i = 0; i < 16; ++i) {
    const int left = kept - 8 * i;
    if (left >= 8) continue;
    out.bytes[i] = left <= 0 ? 0 : static_cast<std::uint8_t>(out.bytes[i] & (0xff << (8 - left)));
  }
  return out;
}

std::string Ip::text() const {
  char buffer[INET6_ADDRSTRLEN];
  if (is_v4()) {
    inet_ntop(AF_INET, bytes.data() + 12, buffer, sizeof buffer);
  } else {
    inet_ntop(AF_INET6, bytes.data(), buffer, sizeof buffer);
  }
  return buffer;
}

std::string Ip::network_text(int bits) const { return prefix(bits).text() + "/" + std::to_string(bits); }

}  // namespace tocsin
