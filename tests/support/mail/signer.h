// A signing mail server for tests and benchmarks: keys of any size from a seed, DKIM signatures over raw bytes. Made
// for evidence that is only ever written to files.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mailauth/canonical.h"

namespace tocsin::tests {

class SigningKey {
 public:
  // The same seed and size give the same key.
  static SigningKey make(int bits, std::uint64_t seed, unsigned exponent = 65537);
  std::string record() const;  // "v=DKIM1; k=rsa; p=…"
  std::string sign(bool sha1, std::string_view digest) const;
  int bits() const;

 private:
  explicit SigningKey(std::shared_ptr<void> key) : key_(std::move(key)) {}
  std::shared_ptr<void> key_;  // EVP_PKEY
};

struct SignAs {
  std::string domain = "example.org", selector = "s1";
  std::vector<std::string> headers = {"from", "to", "subject", "date", "message-id"};
  mailauth::Canonical header_form = mailauth::Canonical::relaxed, body_form = mailauth::Canonical::relaxed;
  bool sha1 = false;
  std::int64_t length = -1;  // l=; -1: none
  std::string extra;         // more tags, e.g. " x=1700000000;"
};

// The message (CRLF or LF line ends) with a DKIM-Signature in front.
std::string sign(std::string_view message, const SigningKey& key, const SignAs& as);

}  // namespace tocsin::tests
