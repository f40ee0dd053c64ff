// Ip: an IPv4 or IPv6 address, 16 bytes, IPv4 as ::ffff:a.b.c.d (RFC 4291 2.5.5.2), so that both spellings of one
// address are equal.
#pragma once
#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tocsin {

struct Ip {
  std::array<std::uint8_t, 16> bytes{};

  // Dotted quad (four decimal parts, no leading zeros) or RFC 4291 2.2 text, zone ids (%eth0) dropped; without brackets
  // or port. The whole text must fit.
  static std::optional<Ip> parse(std::string_view text);
  static Ip v4(std::uint32_t host_order);

  bool is_v4() const;
  std::uint32_t v4_value() const;  // host order; only if is_v4()
  // 0.0.0.0 and ::, which logs write for "none".
  bool is_unspecified() const;
  bool is_loopback() const;
  // RFC 1918, 6598, 3927, 4193, 4291 2.5.6 (link-local), loopback, unspecified: not out there.
  bool is_private() const;

  // The network of this address: `bits` of the family's 32 or 128 are kept, the rest is zero.
  Ip prefix(int bits) const;
  // RFC 5952; dotted quad for IPv4.
  std::string text() const;
  // "192.0.2.0/24": the network with its length.
  std::string network_text(int bits) const;

  friend auto operator<=>(const Ip&, const Ip&) = default;
};

}  // namespace tocsin
