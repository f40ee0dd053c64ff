// Public keys of signatures: key records (RFC 6376 3.6.1, RFC 8463; RFC 4870 3.2.3 for DomainKeys) and checking with
// them.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::mailauth {

enum class KeyType : std::uint8_t { rsa, ed25519 };
enum class HashType : std::uint8_t { sha1, sha256 };

class PublicKey {
 public:
  // DER: SubjectPublicKeyInfo, or the bare RSAPublicKey that some publish. Ed25519: 32 bytes.
  static std::optional<PublicKey> rsa(std::string_view der);
  static std::optional<PublicKey> rsa(std::string_view modulus_big_endian, std::string_view exponent_big_endian);
  static std::optional<PublicKey> ed25519(std::string_view raw);

  KeyType type() const { return type_; }
  int bits() const;                 // of the modulus; 256 for Ed25519
  std::string fingerprint() const;  // SHA-256 of the SubjectPublicKeyInfo, hex
  std::string modulus() const;      // big-endian; "" for Ed25519
  // RSASSA-PKCS1-v1_5 over a digest; Ed25519 signs the SHA-256 digest itself (RFC 8463 3).
  bool verify(HashType hash, std::string_view digest, std::string_view signature) const;

 private:
  struct Free {
    void operator()(void* key) const;
  };
  PublicKey(KeyType type, void* key) : type_(type), key_(key, Free{}) {}
  KeyType type_;
  std::shared_ptr<void> key_;  // EVP_PKEY
};

enum class KeyFault : std::uint8_t {
  none,
  no_record,
  lookup_failed,
  revoked,
  syntax,
  unsupported,
  not_for_mail,
  bad_key
};
std::string_view name(KeyFault fault);

struct KeyRecord {
  KeyFault fault = KeyFault::none;
  std::string detail;  // what is wrong, in words
  std::optional<PublicKey> key;
  std::vector<std::string> hashes;         // h=; empty: all
  std::optional<std::string> granularity;  // g= of DomainKeys and RFC 4871
  bool versioned = false;                  // v=DKIM1 was there
  bool testing = false;                    // t=y
  bool strict = false;                     // t=s: i= must be of d= itself
};

// Faults are in the record, not errors: a signature says why it could not be checked.
KeyRecord parse_key(std::string_view text);

// Digests by hash type, in one go.
std::string digest_of(HashType hash, std::string_view bytes);

// Streaming digest.
class Hasher {
 public:
  explicit Hasher(HashType hash);
  Hasher(Hasher&&) noexcept;
  ~Hasher();
  void update(std::string_view bytes);
  std::string finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tocsin::mailauth
