// DKIM signatures (RFC 6376, 8301, 8463), their drafts before 2007, and DomainKeys (RFC 4870), verified over raw bytes.
//
// A signature's outcome keeps apart what a verdict needs apart: is the header signature good, is the body the one
// that was signed, how much of it, with what key. Nothing is rounded to one "pass".
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "mailauth/canonical.h"
#include "mailauth/key.h"
#include "mailauth/message.h"
#include "mailauth/records.h"

namespace tocsin::mailauth {

enum class Scheme : std::uint8_t { dkim, domainkeys, arc_message };

// What a signature's field says; parsed before any key is known.
struct Signature {
  Scheme scheme = Scheme::dkim;
  std::size_t field = 0;                   // index in Message::fields()
  std::string problem;                     // why it can't be checked at all; "" when it can
  std::string domain, selector, identity;  // d=, s=, i= (with its default); domain in lower case
  std::string algorithm;                   // a= as given, lower case
  KeyType key_type = KeyType::rsa;
  HashType hash = HashType::sha256;
  Canonical header_form = Canonical::simple, body_form = Canonical::simple;
  std::vector<std::string> headers;                    // h=, lower case, in order
  bool headers_listed = true;                          // DomainKeys may go without h=
  std::string signature, body_hash;                    // decoded
  bool has_body_hash = true;                           // drafts of 2005 signed header and body together
  std::optional<std::uint64_t> length;                 // l=
  std::optional<std::uint64_t> signed_at, expires_at;  // t=, x=: seconds since 1970
  std::string key_name() const { return selector + "._domainkey." + domain; }
};

// All signatures of a message, top to bottom; those that can't be checked have their problem said.
std::vector<Signature> signatures(const Message& message);
Signature parse_dkim(const Message& message, std::size_t field, Scheme scheme = Scheme::dkim);
Signature parse_domainkeys(const Message& message, std::size_t field);

// The bytes that were signed: canonical header fields, then the signature's own field with an empty b=. (DomainKeys and
// drafts without bh= add the body.)
std::string signed_bytes(const Message& message, const Signature& signature);
// The digest of those, what RSA signs.
std::string header_digest(const Message& message, const Signature& signature);

struct BodyDigest {
  std::string digest;
  std::uint64_t size = 0;     // of the whole canonical body
  std::uint64_t covered = 0;  // octets that went into the digest
};
BodyDigest body_digest(const Message& message, const Signature& signature);

enum class Verdict : std::uint8_t {
  pass,
  fail,     // a key was there, and the bytes are not the ones that were signed
  invalid,  // malformed, unsupported, or no usable key
  unknown,  // the key source can't say
};
inline constexpr std::string_view kVerdictNames[] = {"pass", "fail", "invalid", "unknown"};
inline std::string_view name(Verdict verdict) { return kVerdictNames[static_cast<int>(verdict)]; }

struct Outcome {
  Signature signature;
  Verdict verdict = Verdict::invalid;
  std::string reason;        // in words; "" for a plain pass
  bool header_good = false;  // the header signature verifies with a key
  bool body_good = false;    // the body hash is equal
  bool expired = false;      // x= is past `now`; does not fail by itself
  bool testing = false;      // t=y
  int key_bits = 0;
  std::string key_fingerprint;
  std::size_t key_index = 0;                      // which of several records of that name
  std::uint64_t body_size = 0, body_covered = 0;  // canonical octets
  bool whole_body() const { return body_covered == body_size; }
};

struct VerifyOptions {
  std::optional<Time> now;          // for x=; without it expiry is not judged
  bool expired_is_invalid = false;  // a verifier's mode (RFC 6376 3.5)
  int rsa_bits_min = 0;             // shorter keys are invalid; 0: reported only
  std::size_t signatures_max = 50;  // more than this many are not tried
};

Outcome verify(const Message& message, const Signature& signature, const Records& records,
               const VerifyOptions& options = {});
// The header part alone: a pass says nothing of the body, whose fields in the outcome stay empty.
Outcome verify_header(const Message& message, const Signature& signature, const Records& records,
                      const VerifyOptions& options = {});
std::vector<Outcome> verify_all(const Message& message, const Records& records, const VerifyOptions& options = {});

}  // namespace tocsin::mailauth
