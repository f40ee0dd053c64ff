// Authentication of mail in a scan, as fields of its events: what the receiving server said, and, where the user
// brought keys and records, what we find ourselves.
//
//   Auth.Server, Auth.Trust          whose Authentication-Results was read, and why: "named" by --authserv-id;
//   "assumed":
//                                    the topmost one, of the owner of the server that took the message in from outside.
//                                    Others are not read: anybody can write one
//   Auth.Spf .Dkim .Dmarc .Arc       its results; a value a signature for Dkim
//   Verified.Dkim, .Dkim.Domain      of each signature: pass, fail, invalid, unknown (no such key was given); its d=
//   Verified.Spf .Dmarc .Arc         only where records for them were given; DMARC by RFC 9989
// DKIM passes say that a domain sent it, not that it is harmless.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "mailauth/key_store.h"
#include "readers/mail/mail.h"

namespace tocsin {

class MailAuth final : public mail::Extra {
 public:
  MailAuth() = default;
  // Files as KeyStore takes them; `_dmarc.` names and the names of SPF records are welcome in them, too.
  static Result<std::shared_ptr<MailAuth>> load(const std::vector<std::string>& key_files,
                                                std::vector<std::string> servers);
  static const MailAuth& without_keys();

  std::span<const std::string_view> names() const override;
  void add(std::string_view raw, const mime::Message& message, Fields& out) const override;
  const mail::Extra& for_remade() const override;
  // For the case: with other keys evidence is read anew. "" without any.
  std::string settings() const;

 private:
  void add_said(const mime::Message& message, Fields& out) const;
  void add_verified(std::string_view raw, const mime::Message& message, Fields& out) const;

  mailauth::KeyStore store_;
  std::shared_ptr<MailAuth> said_only_;  // the same without keys
  std::vector<std::string> servers_;
};

}  // namespace tocsin
