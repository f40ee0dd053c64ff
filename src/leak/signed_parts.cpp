#include "leak/signed_parts.h"

#include <algorithm>
#include <array>

#include "leak/fields.h"
#include "mime/header.h"

namespace tocsin::leak {
namespace {

constexpr std::size_t kSignedMax = 64u << 20, kSignatureMax = 4u << 20;
constexpr int kPartsMax = 20;  // signatures of one message that are looked at

std::string with_crlf(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 40);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r')) out += '\r';
    out += text[i];
  }
  return out;
}

std::string parameter(const mime::Part& part, std::string_view name) {
  const mime::Header* type = part.find("Content-Type");
  if (!type) return {};
  const mime::Parameters parameters = mime::parameters(type->raw);
  const std::string* value = parameters.find(name);
  return value ? mime::lower_ascii(*value) : std::string{};
}

std::string who(const Proof& proof) { return proof.signer.empty() ? "somebody" : proof.signer; }

struct Judged {
  Verdict verdict;
  std::string why;
};

Judged worth(const Proof& proof, std::string_view what) {
  const std::string kind = proof.kind == "pgp" ? "PGP" : "S/MIME";
  if (proof.result == "fail")
    return {Verdict::altered, "its " + kind + " signature of " + who(proof) + " does not fit: " + proof.reason};
  if (proof.result == "unknown") return {Verdict::unverifiable, kind + ": " + proof.reason};
  if (proof.result != "pass") return {Verdict::broken, kind + ": " + proof.reason};
  if (proof.algorithm.ends_with("sha1") || proof.algorithm.ends_with("md5"))
    return {Verdict::forgeable, kind + ": verifies, but with a hash for which collisions can be made"};
  if (proof.key_bits > 0 && proof.key_bits < 1024 && proof.algorithm.starts_with("rsa"))
    return {Verdict::forgeable,
            kind + ": verifies, but a key of " + std::to_string(proof.key_bits) + " bits can be broken"};
  std::string why =
      std::string(what) + " signed by " + who(proof) + " (" + kind + ") and unchanged; no header field is covered";
  if (!proof.aligned) why += ", and From is another";
  if (proof.key_out_of_time) why += "; the key was not valid at that time";
  return {Verdict::partly_covered, why};
}

// What says more wins; an altered part outweighs a key that is missing.
int rank(Verdict verdict) {
  constexpr std::array kOrder = {
      Verdict::authentic, Verdict::authentic_repaired, Verdict::partly_covered, Verdict::forgeable, Verdict::circular,
      Verdict::altered,   Verdict::unverifiable,       Verdict::broken,         Verdict::unsigned_};
  return static_cast<int>(std::ranges::find(kOrder, verdict) - kOrder.begin());
}

void take(Proof proof, std::string_view what, ItemReport& report) {
  const Judged judged = worth(proof, what);
  if (proof.key_out_of_time)
    report.oddities.push_back(
        {"key-not-in-use-then", "the key of " + who(proof) + " was not valid at the time that is claimed"});
  report.proof.push_back(std::move(proof));
  if (rank(judged.verdict) >= rank(report.verdict)) return;
  report.verdict = judged.verdict;
  report.why = judged.why;
}

std::vector<Proof> judge_pgp(std::string_view text, std::string_view signature, const PgpKeys* keys,
                             const std::string& from) {
  std::vector<Proof> out;
  if (!keys || keys->size() == 0) {
    Proof& none = out.emplace_back();
    none.kind = "pgp";
    none.result = "unknown";
    none.reason = "no PGP keys are at hand (--pgp-keys)";
    return out;
  }
  for (const PgpKeys::Outcome& found : keys->verify(text, signature)) {
    Proof& proof = out.emplace_back();
    proof.kind = "pgp";
    proof.signer = found.user;
    proof.selector = found.fingerprint;
    proof.algorithm = found.algorithm;
    proof.key_bits = found.bits;
    proof.signed_at = found.signed_at;
    proof.aligned = std::ranges::find(found.addresses, from) != found.addresses.end();
    if (!found.addresses.empty()) proof.domain = std::string(mime::domain_of(found.addresses[0]));
    proof.header_good = proof.body_good = found.good;
    proof.key_out_of_time = found.key_expired;
    proof.result = !found.known ? "unknown" : found.good ? "pass" : "fail";
    proof.reason = !found.known ? "the key " + found.fingerprint + " is not among those given"
                   : found.good ? ""
                                : "the text is not the one that was signed";
    if (found.good) proof.key_provenance = "among the keys given";
  }
  if (out.empty()) {
    Proof& none = out.emplace_back();
    none.kind = "pgp";
    none.result = "invalid";
    none.reason = "the signature cannot be read";
  }
  return out;
}

}  // namespace

void judge_signed_parts(std::string_view raw, const mime::Message& message, const Certificates* certificates,
                        const PgpKeys* keys, ItemReport& report) {
  const auto senders = mime::addresses(report.from);
  const std::string from = senders.empty() ? "" : mime::lower_ascii(senders[0].address);
  const auto date = report.date.empty() ? std::nullopt : Time::parse_iso(report.date);
  int seen = 0;
  for (std::size_t i = 0; i < message.parts.size() && seen < kPartsMax; ++i) {
    const mime::Part& part = message.parts[i];
    const auto cover = [&](Proof& proof, std::string_view covered) {
      proof.part_from = static_cast<std::uint64_t>(covered.data() - raw.data());
      proof.part_to = proof.part_from + covered.size();
      proof.uncovered = {"From", "To", "Subject", "Date"};
    };
    if (part.type == "multipart/signed") {
      std::vector<const mime::Part*> children;
      for (std::size_t k = i + 1; k < message.parts.size() && children.size() < 3; ++k)
        if (message.parts[k].parent == i) children.push_back(&message.parts[k]);
      if (children.size() < 2) continue;
      ++seen;
      const mime::Part& inner = *children[0];
      const auto end = static_cast<std::size_t>(inner.body.data() + inner.body.size() - raw.data());
      const std::string_view covered = raw.substr(inner.offset, end - inner.offset);
      const std::string content = with_crlf(covered.substr(0, kSignedMax));
      const std::string signature = mime::decoded(*children[1], kSignatureMax);
      const std::string_view what = i == 0 ? "the body is" : "a part of the body is";
      const bool pgp = children[1]->type == "application/pgp-signature" ||
                       parameter(part, "protocol") == "application/pgp-signature";
      const auto judged = [&](const std::string& text) {
        return pgp ? judge_pgp(text, signature, keys, from)
                   : std::vector{judge_smime(signature, text, certificates, from, date)};
      };
      std::vector<Proof> proofs = judged(content);
      // Programs differ on whether an empty line at the end of the part is the boundary's.
      if (!proofs.empty() && proofs[0].result == "fail") {
        for (const std::string& other :
             {content + "\r\n", content.ends_with("\r\n") ? content.substr(0, content.size() - 2) : content}) {
          if (other == content) continue;
          std::vector<Proof> again = judged(other);
          if (!again.empty() && again[0].result != "fail") {
            proofs = std::move(again);
            break;
          }
        }
      }
      for (Proof& proof : proofs) {
        cover(proof, covered);
        if (children.size() > 2) proof.uncovered.push_back("parts behind the signed one");
        take(std::move(proof), what, report);
      }
    } else if (part.type == "application/pkcs7-mime" || part.type == "application/x-pkcs7-mime") {
      ++seen;
      Proof proof = judge_smime(mime::decoded(part, kSignedMax), "", certificates, from, date);
      if (proof.reason.starts_with("no signature")) {
        report.oddities.push_back({"encrypted-content", "S/MIME; it was not looked into"});
        continue;
      }
      cover(proof, part.body);
      take(std::move(proof), i == 0 ? "the body is" : "a part of the body is", report);
    } else if (part.type == "multipart/encrypted") {
      report.oddities.push_back({"encrypted-content", "PGP; it was not looked into"});
    } else if (part.type == "text/plain" && !part.attachment &&
               part.body.find("-----BEGIN PGP SIGNED MESSAGE-----") != std::string_view::npos) {
      ++seen;
      const std::string text = mime::decoded(part, kSignedMax);
      const std::size_t begin = text.find("-----BEGIN PGP SIGNED MESSAGE-----");
      constexpr std::string_view kEnd = "-----END PGP SIGNATURE-----";
      const std::size_t end = begin == std::string::npos ? begin : text.find(kEnd, begin);
      if (end == std::string::npos) continue;
      const bool all = text.find_first_not_of(" \t\r\n") == begin &&
                       text.find_first_not_of(" \t\r\n", end + kEnd.size()) == std::string::npos;
      for (Proof& proof : judge_pgp(std::string_view(text).substr(begin, end + kEnd.size() - begin), "", keys, from)) {
        cover(proof, part.body);
        if (!all) {
          proof.uncovered.push_back("text around the signed one");
          proof.part_to = proof.part_from;  // no attachment lies in it anyway
        }
        take(std::move(proof), all ? "the text is" : "a part of the text is", report);
      }
    }
  }
}

}  // namespace tocsin::leak
