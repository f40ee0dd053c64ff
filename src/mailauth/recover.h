// A retired RSA key, computed from two messages that it signed.
//
// A signature s over a known encoded digest m holds s^e ≡ m (mod n), so n divides s^e − m. The greatest common divisor
// of two such numbers is n times a small factor. Nothing but the public key comes out of it; and a key that comes from
// one collection of mail alone proves nothing about that collection: whoever forged all of it had a key of their own.
#pragma once
#include <atomic>
#include <optional>
#include <span>
#include <string>

#include "mailauth/dkim.h"
#include "mailauth/key.h"

namespace tocsin::mailauth {

// A signature and what it signed, with the body left out: recovery needs intact header fields only.
struct SignedDigest {
  HashType hash = HashType::sha256;
  std::string digest;
  std::string signature;
};
SignedDigest signed_digest(const Message& message, const Signature& signature);

struct RecoveredKey {
  PublicKey key;
  unsigned exponent = 65537;
  std::string record() const;  // as a key record: "v=DKIM1; k=rsa; p=…"
};

inline constexpr unsigned kExponents[] = {3, 17, 65537};

// Nothing when the two don't share a key (or one was changed, or replays the other). Time and memory grow with the
// key: for 2048 bits and e = 65537 some tens of seconds and 150 MB; stops within a step when `stop` is set.
std::optional<RecoveredKey> recover_key(const SignedDigest& a, const SignedDigest& b,
                                        const std::atomic<bool>* stop = nullptr,
                                        std::span<const unsigned> exponents = kExponents);

}  // namespace tocsin::mailauth
