// What can be said of one leaked item, and why.
//
// A good signature says: this domain's key was used over exactly these header fields and this body. That it came from
// an account on a date rests on the domain's practice; that a person wrote it is not shown.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "documents/document.h"
#include "mailauth/dkim.h"

namespace tocsin::leak {

enum class Verdict : std::uint8_t {
  authentic,           // signed by the sender's domain, all that a reader sees is covered, nothing changed; or the very
                       // bytes of an original
  authentic_repaired,  // the same, once what programs did to it on the way is undone; the repair is named
  partly_covered,      // what was signed is unchanged, but something that a reader sees is not covered by it
  forgeable,           // verifies, with a key that others may have: short, SHA-1, or its private half is public
  altered,             // a known key does not verify it, or the body is not the one that was signed
  unsigned_,           // nothing was signed
  unverifiable,        // the key is not at hand
  circular,            // verifies only with a key that was computed from this dump itself
  broken,              // no message, or signatures that cannot be read
};
inline constexpr std::string_view kVerdictNames[] = {"authentic", "authentic-repaired", "partly-covered", "forgeable",
                                                     "altered",   "unsigned",           "unverifiable",   "circular",
                                                     "broken"};
inline constexpr std::size_t kVerdicts = std::size(kVerdictNames);
inline std::string_view name(Verdict verdict) { return kVerdictNames[static_cast<std::size_t>(verdict)]; }

struct Proof {
  // "dkim", "domainkeys", "arc", "smime", "pgp"; "carried": by the message that an attachment came with; "original": by
  // the reference archive.
  std::string kind;
  std::string result;  // "pass", "fail", "invalid", "unknown"
  std::string domain, selector, algorithm;
  std::string signer;            // S/MIME, PGP: whom the certificate or key names
  std::string reason;            // in words; "" for a plain pass
  std::string repair;            // what had to be undone; "" for nothing
  std::string appended;          // text after the signed part of the body; its beginning
  std::string key_provenance;    // where the key is known from
  bool circular = false;         // that is this dump
  bool key_out_of_time = false;  // by its own word signed when that key was not in use
  int key_bits = 0;
  bool aligned = false;  // of the domain in From
  bool header_good = false, body_good = false, expired = false;
  std::vector<std::string> signed_fields;
  std::vector<std::string>
      uncovered;  // fields that a reader sees, or that decide what is seen, and no signature covers
  std::uint64_t body_size = 0, body_covered = 0;
  std::uint64_t part_from = 0, part_to = 0;  // S/MIME, PGP: the bytes of the message that are covered
  std::optional<Time> signed_at;
};

struct Oddity {
  std::string name;  // "date-before-hop", …
  std::string detail;
};

struct Attachment {
  std::string name, type, sha256;
  std::uint64_t size = 0;
};

// What of the reference archive an item is, or comes close to.
struct Original {
  std::string item;
  std::string relation;    // "identical" bytes; "same-content" of a message; "same-text"; "changed"
  std::string difference;  // readable; "" for identical ones
};

struct ItemReport {
  std::string item;       // path, "#n" for the n-th message of a mailbox, "!/name" for what it carries
  std::string container;  // the mailbox, archive or folder that counts are made by
  std::string sha256;
  std::uint64_t size = 0;
  std::string kind;  // "message", "document", "attachment"
  Verdict verdict = Verdict::broken;
  std::string why;  // one sentence
  std::string from, to, subject, date, message_id;
  std::string mailer, zone;  // of a message: the program that it says made it; Date's zone as it stands: "+0200"
  std::vector<Proof> proof;
  std::vector<Oddity> oddities;
  std::vector<Attachment> attachments;
  std::optional<documents::Metadata> metadata;  // its anomalies are among the oddities
  std::optional<Original> original;
};

}  // namespace tocsin::leak
