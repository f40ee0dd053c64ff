// SHA-256 (FIPS 180-4) through OpenSSL, incremental.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace tocsin {

struct Digest {
  std::array<std::uint8_t, 32> bytes{};
  std::string hex() const;  // 64 lower-case digits
  friend auto operator<=>(const Digest&, const Digest&) = default;
};

class Sha256 {
 public:
  Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  ~Sha256();
  void update(std::string_view bytes);
  void update(std::span<const std::byte> bytes) {
    update(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  }
  Digest finish();  // afterwards the object starts anew

 private:
  struct State;
  std::unique_ptr<State> state_;
};

Digest sha256(std::string_view bytes);

// A fast, unkeyed 64-bit hash for tables and content keys inside one case; the
// same on every machine. Not for anything an attacker gains by colliding.
std::uint64_t hash64(std::string_view bytes, std::uint64_t seed = 0);

}  // namespace tocsin
