#include "publish/stix/ids.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <cstdint>

namespace tocsin::publish {
namespace {

using Uuid = std::array<std::uint8_t, 16>;

constexpr Uuid kOasis = {0x00, 0xab, 0xed, 0xb4, 0xaa, 0x42, 0x46, 0x6c,
                         0x9c, 0x01, 0xfe, 0xd2, 0x33, 0x15, 0xa9, 0xb7};
constexpr Uuid kOurs = {0x6f, 0x0c, 0x1b, 0x52, 0x3d, 0x9e, 0x4c, 0x1a, 0x8d, 0x57, 0x21, 0xe4, 0x90, 0xb3, 0x7a, 0x66};

// RFC 4122, 4.3, with the version given.
std::string named(const Uuid& space, std::string_view name, unsigned char version) {
  std::string bytes(reinterpret_cast<const char*>(space.data()), space.size());
  bytes += name;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha1(), nullptr);
  digest[6] = static_cast<unsigned char>((digest[6] & 0x0f) | version << 4);
  digest[8] = static_cast<unsigned char>((digest[8] & 0x3f) | 0x80);
  std::string out;
  for (std::size_t i = 0; i < 16; ++i)
    out += fmt::format("{}{:02x}", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", digest[i]);
  return out;
}

}  // namespace

std::string observable_id(std::string_view type, std::string_view contributing_json) {
  return std::string(type) + "--" + named(kOasis, contributing_json, 5);
}

std::string object_id(std::string_view type, std::string_view key) {
  return std::string(type) + "--" + named(kOurs, std::string(type) + "\n" + std::string(key), 4);
}

std::string uuid5(std::string_view name) { return named(kOurs, name, 5); }

}  // namespace tocsin::publish
