// Signatures inside the mail: S/MIME (RFC 8551, CMS) and PGP (RFC 3156, and in the text).
//
// They cover a part of the body and no header field: a message that carries one is partly covered at best. Whose key or
// certificate it is, the user's files decide; what a message brings with it proves nothing by itself. No network, no
// key server, no key ring of the user.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "leak/verdict.h"
#include "mime/message.h"

namespace tocsin::leak {

// Certificates that the user trusts: of authorities, or of signers themselves. PEM (any number in a file) or DER.
class Certificates {
 public:
  Certificates();
  ~Certificates();
  Certificates(const Certificates&) = delete;
  Certificates& operator=(const Certificates&) = delete;
  Result<void> load(const std::string& path);
  std::size_t size() const { return count_; }

 private:
  friend class SmimeVerifier;
  struct State;
  std::unique_ptr<State> state_;
  std::size_t count_ = 0;
};

// Public keys that the user trusts, in a key ring of their own that ends with this object. Verifies in processes of
// gpg, one at a time.
class PgpKeys {
 public:
  PgpKeys();
  ~PgpKeys();
  PgpKeys(const PgpKeys&) = delete;
  PgpKeys& operator=(const PgpKeys&) = delete;
  Result<void> load(const std::string& path);
  std::size_t size() const { return count_; }

  struct Outcome {
    bool readable = false, good = false, known = false;  // known: its key is among ours
    bool key_expired = false;                            // before the signature was made, or revoked
    std::string fingerprint, user;
    std::vector<std::string> addresses;
    std::optional<Time> signed_at;
    std::string algorithm;
    int bits = 0;
  };
  // `signature` is detached; with "" for it, `text` is a cleartext message.
  std::vector<Outcome> verify(std::string_view text, std::string_view signature) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
  std::size_t count_ = 0;
};

// Adds a proof for each signature inside the message, and lets the verdict follow where it says more than the ones
// before.
void judge_signed_parts(std::string_view raw, const mime::Message& message, const Certificates* certificates,
                        const PgpKeys* keys, ItemReport& report);

// The same for a document: signatures of a PDF (ISO 32000-1 12.8) over the byte ranges that each names. One that covers
// the whole file but for itself, by somebody whom the certificates vouch for, makes it authentic.
void judge_pdf_signatures(std::string_view bytes, const Certificates* certificates, ItemReport& report);

// What a certificate has to be good for.
enum class SignerUse : std::uint8_t { mail, any };

// For signed_parts.cpp: S/MIME over `content` (CRLF line ends; "" when the content is inside).
Proof judge_smime(std::string_view cms, std::string_view content, const Certificates* certificates,
                  const std::string& from, std::optional<Time> date, SignerUse use = SignerUse::mail);

// For pdf_signatures.cpp: the content inside of a CMS signature; "" when there is none.
std::string content_of_cms(std::string_view cms);

}  // namespace tocsin::leak
