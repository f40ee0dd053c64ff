#include "mailauth/recover.h"

#include <gmp.h>

#include <algorithm>

#include "mailauth/tags.h"

namespace tocsin::mailauth {
namespace {

constexpr std::size_t kBitsMin = 512, kBitsMax = 4096;
// DER of DigestInfo up to the digest (RFC 8017 9.2, note 1).
constexpr std::string_view kSha1Info("\x30\x21\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00\x04\x14", 15);
constexpr std::string_view kSha256Info("\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20",
                                       19);

class Number {
 public:
  Number() { mpz_init(value_); }
  explicit Number(std::string_view big_endian) : Number() {
    mpz_import(value_, big_endian.size(), 1, 1, 1, 0, big_endian.data());
  }
  Number(const Number&) = delete;
  Number& operator=(const Number&) = delete;
  ~Number() { mpz_clear(value_); }
  mpz_ptr get() { return value_; }
  std::string bytes() const {
    std::string out((mpz_sizeinbase(value_, 2) + 7) / 8, '\0');
    mpz_export(out.data(), nullptr, 1, 1, 1, 0, value_);
    return out;
  }

 private:
  mpz_t value_;
};

// EMSA-PKCS1-v1_5 (RFC 8017 9.2) for a modulus of `size` bytes.
std::string encoded(const SignedDigest& from, std::size_t size) {
  const std::string_view info = from.hash == HashType::sha1 ? kSha1Info : kSha256Info;
  const std::size_t tail = info.size() + from.digest.size() + 1;
  if (size < tail + 10) return {};
  std::string out("\x00\x01", 2);
  out.append(size - tail - 2, '\xff');
  out += '\0';
  out += info;
  out += from.digest;
  return out;
}

bool stopped(const std::atomic<bool>* stop) { return stop && stop->load(std::memory_order_relaxed); }

std::optional<RecoveredKey> with_exponent(const SignedDigest& a, const SignedDigest& b, unsigned exponent,
                                          const std::atomic<bool>* stop) {
  const std::size_t size = a.signature.size();
  Number left(a.signature), right(b.signature), m_left(encoded(a, size)), m_right(encoded(b, size));
  mpz_pow_ui(left.get(), left.get(), exponent);
  mpz_sub(left.get(), left.get(), m_left.get());
  if (stopped(stop)) return std::nullopt;
  mpz_pow_ui(right.get(), right.get(), exponent);
  mpz_sub(right.get(), right.get(), m_right.get());
  if (stopped(stop)) return std::nullopt;
  if (mpz_sgn(left.get()) <= 0 || mpz_sgn(right.get()) <= 0) return std::nullopt;
  Number common;
  mpz_gcd(common.get(), left.get(), right.get());
  // What two unrelated numbers share beside n is small.
  for (unsigned long factor = 2; factor < 100'000 && mpz_sizeinbase(common.get(), 2) > size * 8 - 7; ++factor)
    while (mpz_divisible_ui_p(common.get(), factor)) mpz_divexact_ui(common.get(), common.get(), factor);
  const std::size_t bits = mpz_sizeinbase(common.get(), 2);
  if (bits > size * 8 || bits + 8 <= size * 8) return std::nullopt;
  Number public_exponent;
  mpz_set_ui(public_exponent.get(), exponent);
  auto key = PublicKey::rsa(common.bytes(), public_exponent.bytes());
  if (!key || !key->verify(a.hash, a.digest, a.signature) || !key->verify(b.hash, b.digest, b.signature))
    return std::nullopt;
  return RecoveredKey{*key, exponent};
}

// DER of a positive INTEGER.
std::string der_integer(std::string value) {
  if (!value.empty() && static_cast<unsigned char>(value[0]) >= 0x80) value.insert(value.begin(), '\0');
  return value;
}
std::string der(char tag, std::string_view content) {
  std::string out(1, tag);
  if (content.size() < 0x80) {
    out += static_cast<char>(content.size());
  } else if (content.size() < 0x100) {
    out += '\x81';
    out += static_cast<char>(content.size());
  } else {
    out += '\x82';
    out += static_cast<char>(content.size() >> 8);
    out += static_cast<char>(content.size());
  }
  return out.append(content);
}

}  // namespace

SignedDigest signed_digest(const Message& message, const Signature& signature) {
  return {signature.hash, header_digest(message, signature), signature.signature};
}

std::string RecoveredKey::record() const {
  Number e;
  mpz_set_ui(e.get(), exponent);
  const std::string numbers =
      der('\x30', der('\x02', der_integer(key.modulus())) + der('\x02', der_integer(e.bytes())));
  // AlgorithmIdentifier of rsaEncryption, then the key as a BIT STRING (RFC 5280 4.1.2.7).
  const std::string algorithm("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00", 15);
  return "v=DKIM1; k=rsa; p=" + encode_base64(der('\x30', algorithm + der('\x03', std::string(1, '\0') + numbers)));
}

std::optional<RecoveredKey> recover_key(const SignedDigest& a, const SignedDigest& b, const std::atomic<bool>* stop,
                                        std::span<const unsigned> exponents) {
  const std::size_t bits = a.signature.size() * 8;
  if (a.signature.size() != b.signature.size() || bits < kBitsMin || bits > kBitsMax) return std::nullopt;
  if (a.signature == b.signature || a.digest == b.digest) return std::nullopt;
  if (encoded(a, a.signature.size()).empty() || encoded(b, b.signature.size()).empty()) return std::nullopt;
  for (const unsigned exponent : exponents) {
    if (auto key = with_exponent(a, b, exponent, stop)) return key;
    if (stopped(stop)) break;
  }
  return std::nullopt;
}

}  // namespace tocsin::mailauth
