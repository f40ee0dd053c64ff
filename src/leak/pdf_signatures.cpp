// A PDF's signatures: first whether the ranges are what was signed, then whose certificate it was, then what of the
// file lies outside of them. The best decides, as with mail.
#include <fmt/format.h>
#include <openssl/evp.h>

#include "documents/pdf_signature.h"
#include "leak/signed_parts.h"

namespace tocsin::leak {
namespace {

using documents::PdfSignature;

std::string sha1(std::string_view bytes) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest, &size, EVP_sha1(), nullptr) != 1) return {};
  return {reinterpret_cast<char*>(digest), size};
}

Proof check(const PdfSignature& signature, std::string_view bytes, const Certificates* certificates) {
  Proof out;
  std::optional<Time> dated;
  if (signature.dated) dated = signature.dated->time;
  if (signature.ranges.empty() || signature.cms.empty()) {
    out.result = "invalid";
    out.reason = signature.hole.empty() ? "the signature is empty" : signature.hole;
  } else if (signature.form == "adbe.pkcs7.detached" || signature.form == "ETSI.CAdES.detached") {
    out = judge_smime(signature.cms, signature.content(bytes), certificates, "", dated, SignerUse::any);
  } else if (signature.form == "adbe.pkcs7.sha1") {  // what is signed is the ranges' SHA-1, inside of it
    out = judge_smime(signature.cms, "", certificates, "", dated, SignerUse::any);
    if (out.result != "invalid" && content_of_cms(signature.cms) != sha1(signature.content(bytes))) {
      out.result = "fail";
      out.reason = "the content is not the one that was signed";
      out.body_good = false;
    }
    out.algorithm += out.algorithm.ends_with("sha1") ? "" : "-over-sha1";
  } else {
    out.result = "unknown";
    out.reason = "a form that is not checked: " + (signature.form.empty() ? "none named" : signature.form);
  }
  out.kind = "pdf";
  out.aligned = false;
  out.part_from = 0;
  out.part_to = signature.end();
  out.body_size = bytes.size();
  for (const auto& [offset, size] : signature.ranges) out.body_covered += size;
  if (signature.behind > 0)
    out.uncovered.push_back(fmt::format("{} bytes that were appended later ({})", signature.behind, signature.after));
  if (!signature.hole.empty()) out.uncovered.push_back("a hole: " + signature.hole);
  return out;
}

struct Judged {
  Verdict verdict;
  std::string why;
};

Judged worth(const Proof& proof) {
  const std::string who = proof.signer.empty() ? "somebody" : proof.signer;
  if (proof.result == "fail") return {Verdict::altered, "its signature by " + who + " does not fit: " + proof.reason};
  if (proof.result == "unknown") return {Verdict::unverifiable, "its signature: " + proof.reason};
  if (proof.result != "pass") return {Verdict::broken, "its signature: " + proof.reason};
  if (proof.algorithm.ends_with("sha1") || proof.algorithm.ends_with("md5"))
    return {Verdict::forgeable, "verifies, but with a hash for which collisions can be made"};
  if (proof.key_bits > 0 && proof.key_bits < 1024 && proof.algorithm.starts_with("rsa"))
    return {Verdict::forgeable, "verifies, but a key of " + std::to_string(proof.key_bits) + " bits can be broken"};
  if (!proof.uncovered.empty())
    return {Verdict::partly_covered, "signed by " + who + " and unchanged, but without " + proof.uncovered.front()};
  if (proof.key_out_of_time)
    return {Verdict::partly_covered,
            "signed by " + who + " and unchanged, by a certificate that was not valid at that time"};
  return {Verdict::authentic, "the whole file is signed by " + who + " and unchanged"};
}

// Better first; an altered file outweighs a certificate that is missing.
int rank(Verdict verdict) {
  switch (verdict) {
    case Verdict::authentic:
    case Verdict::authentic_repaired:
      return 0;
    case Verdict::partly_covered:
      return 1;
    case Verdict::forgeable:
    case Verdict::circular:
      return 2;
    case Verdict::altered:
      return 3;
    case Verdict::unverifiable:
      return 4;
    default:
      return 5;
  }
}

}  // namespace

void judge_pdf_signatures(std::string_view bytes, const Certificates* certificates, ItemReport& report) {
  // What the message around it says already may count for more.
  int best =
      report.verdict == Verdict::unsigned_ || report.verdict == Verdict::unverifiable ? 10 : rank(report.verdict);
  for (const PdfSignature& signature : documents::pdf_signatures(bytes)) {
    Proof proof = check(signature, bytes, certificates);
    const Judged judged = worth(proof);
    if (proof.key_out_of_time)
      report.oddities.push_back(
          {"key-not-in-use-then", "the certificate of " + proof.signer + " was not valid at the time that is claimed"});
    report.proof.push_back(std::move(proof));
    if (rank(judged.verdict) >= best) continue;
    best = rank(judged.verdict);
    report.verdict = judged.verdict;
    report.why = judged.why;
  }
}

}  // namespace tocsin::leak
