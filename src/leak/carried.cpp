#include "leak/carried.h"

#include <algorithm>
#include <map>

#include "base/hash.h"
#include "leak/traits.h"
#include "mailauth/canonical.h"
#include "mailauth/dkim.h"
#include "mime/message.h"

namespace tocsin::leak {
namespace {

constexpr std::size_t kBytesMax = 64u << 20;  // of one attachment, decoded

bool is_attachment(const mime::Part& part, const mime::Message& message) {
  if (part.is_multipart()) return false;
  if (part.type == "application/pgp-encrypted" || part.type.ends_with("-signature")) return false;
  const bool leaf_of_message =
      part.parent != mime::Part::kNone && message.parts[part.parent].type == "message/rfc822" && !part.attachment;
  if (leaf_of_message && part.file_name.empty()) return false;
  if (part.attachment || !part.file_name.empty()) return true;
  return part.parent != mime::Part::kNone && !part.type.starts_with("text/") && part.type != "message/rfc822" &&
         part.type != "message/delivery-status";
}

std::string ending_of(std::string_view type) {
  constexpr std::pair<std::string_view, std::string_view> kEndings[] = {
      {"message/rfc822", ".eml"}, {"image/jpeg", ".jpg"}, {"image/png", ".png"}, {"application/pdf", ".pdf"}};
  for (const auto& [name, ending] : kEndings)
    if (type == name) return std::string(ending);
  return ".bin";
}

// The best proof that says something of the body: what the message's verdict stands on.
const Proof* body_proof(const ItemReport& message) {
  for (const Proof& proof : message.proof)
    if ((proof.result == "pass" || !proof.repair.empty()) && proof.aligned && proof.kind != "arc") return &proof;
  for (const Proof& proof : message.proof)
    if (proof.result == "pass" || !proof.repair.empty()) return &proof;
  return message.proof.empty() ? nullptr : &message.proof.front();
}

// Where the part of the body ends that a signature covers (l=): the largest raw length whose canonical form fits.
const char* end_of_covered(std::string_view raw, const Proof* proof) {
  if (!proof || proof->body_covered >= proof->body_size) return raw.data() + raw.size();
  const mailauth::Message message = mailauth::Message::parse(raw);
  auto form = mailauth::Canonical::simple;
  for (const mailauth::Signature& signature : mailauth::signatures(message))
    if (signature.domain == proof->domain && signature.selector == proof->selector) form = signature.body_form;
  std::size_t low = 0, high = message.body().size();
  while (low < high) {
    const std::size_t middle = low + (high - low + 1) / 2;
    const std::uint64_t size = mailauth::canonical_body(
        message.body().substr(0, middle), message.line_ends(), form, [](std::string_view) {}, UINT64_MAX);
    if (size <= proof->body_covered)
      low = middle;
    else
      high = middle - 1;
  }
  return message.body().data() + low;
}

void inherit(const ItemReport& message, bool covered, ItemReport& out) {
  const Proof* proof = body_proof(message);
  out.verdict = message.verdict;
  Proof own;
  own.kind = "carried";
  own.result = proof ? proof->result : "none";
  if (proof) {
    own.signer = proof->signer;
    own.domain = proof->domain;
    own.selector = proof->selector;
    own.algorithm = proof->algorithm;
    own.key_bits = proof->key_bits;
    own.key_provenance = proof->key_provenance;
    own.circular = proof->circular;
    own.aligned = proof->aligned;
    own.signed_at = proof->signed_at;
    own.repair = proof->repair;
  }
  switch (message.verdict) {
    case Verdict::authentic:
    case Verdict::authentic_repaired:
    case Verdict::partly_covered:
      if (covered) {
        out.why = "covered by the signature of " + own.domain + " in " + message.item;
        if (message.verdict == Verdict::partly_covered) out.why += "; of the message: " + message.why;
      } else {
        out.verdict = Verdict::unsigned_;
        own.result = "none";
        out.why = "lies behind what " + own.domain + " signed in " + message.item;
      }
      break;
    case Verdict::altered:
      out.why = "the message that carries it is altered; whether this file is cannot be told";
      break;
    default:
      out.why = "as the message that carries it: " + message.why;
  }
  own.reason = out.why;
  out.proof.push_back(std::move(own));
}

}  // namespace

std::vector<ItemReport> judge_attachments(std::string_view raw, const mime::Message& mail, const JudgeOptions& options,
                                          ItemReport& message,
                                          const std::function<void(std::string_view bytes, ItemReport&)>& each) {
  std::vector<ItemReport> out;
  if (message.verdict == Verdict::broken && message.from.empty()) return out;
  for (const Anomaly& anomaly : mail.anomalies)
    if (message.oddities.size() < 100) message.oddities.push_back({std::string(anomaly.name), anomaly.detail});
  const Proof* proof = body_proof(message);
  const bool by_part = proof && proof->part_to > 0;  // S/MIME or PGP, which cover a part of the body
  const char* const covered_begin = by_part ? raw.data() + proof->part_from : raw.data();
  const char* const covered_end = by_part ? raw.data() + proof->part_to : end_of_covered(raw, proof);
  std::map<std::string, int> names;
  for (const mime::Part& part : mail.parts) {
    if (!is_attachment(part, mail)) continue;
    if (out.size() == kAttachmentsMax) {
      message.oddities.push_back(
          {"too-many-attachments", "the first " + std::to_string(kAttachmentsMax) + " are listed"});
      break;
    }
    ItemReport& one = out.emplace_back();
    std::string name = part.file_name.empty()
                           ? "part" + std::to_string(&part - mail.parts.data()) + ending_of(part.type)
                           : part.file_name.substr(0, 200);
    std::ranges::replace(name, '/', '_');
    if (const int again = names[name]++; again > 0) name += "#" + std::to_string(again + 1);
    one.kind = "attachment";
    one.item = message.item + "!/" + name;
    one.container = message.container;
    const std::string bytes = mime::decoded(part, kBytesMax);
    one.size = bytes.size();
    one.sha256 = sha256(bytes).hex();
    one.date = message.date;
    inherit(message, part.body.data() >= covered_begin && part.body.data() + part.body.size() <= covered_end, one);
    read_metadata(bytes, options, one);
    if (each) each(bytes, one);
    message.attachments.push_back({name, part.type, one.sha256, one.size});
  }
  return out;
}

}  // namespace tocsin::leak
