// The best of all signatures decides, and each stands in the proof. A signature of another domain than From's proves
// who handled the message, not who sent it, so it never makes an item authentic by itself.
#include "leak/judge.h"

#include <algorithm>

#include "base/check.h"
#include "base/suffix.h"
#include "leak/fields.h"
#include "leak/repair.h"
#include "mailauth/arc.h"
#include "mailauth/tags.h"
#include "mime/header.h"

namespace tocsin::leak {
namespace {

using mailauth::Message;
using mailauth::Outcome;
using mailauth::Scheme;
using mailauth::Signature;

bool same_organisation(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) return false;
  const std::string left = mailauth::lower_ascii(a), right = mailauth::lower_ascii(b);
  const auto& suffixes = PublicSuffixes::system();
  const std::string_view x = suffixes.registrable(left), y = suffixes.registrable(right);
  return x.empty() || y.empty() ? left == right : x == y;
}

std::string from_domain(const Message& message) {
  const auto* from = message.find("From");
  return from ? mailauth::lower_ascii(mailauth::domain_of(mailauth::address_of(from->value))) : std::string{};
}

Proof proof_of(const Message& message, const Outcome& outcome, const Keys& keys) {
  const Signature& signature = outcome.signature;
  Proof out;
  out.kind = signature.scheme == Scheme::domainkeys ? "domainkeys" : "dkim";
  out.result = std::string(mailauth::name(outcome.verdict));
  out.domain = signature.domain;
  out.selector = signature.selector;
  out.algorithm = signature.algorithm;
  out.reason = outcome.reason;
  out.key_bits = outcome.key_bits;
  out.aligned = same_organisation(signature.domain, from_domain(message));
  out.header_good = outcome.header_good;
  out.body_good = outcome.body_good;
  out.expired = outcome.expired;
  out.signed_fields = signature.headers;
  out.uncovered = uncovered_fields(message, signature);
  out.body_size = outcome.body_size;
  out.body_covered = outcome.body_covered;
  if (signature.signed_at) out.signed_at = Time{static_cast<std::int64_t>(*signature.signed_at), 0, 0};
  if (outcome.header_good) {
    const auto& key = keys.find(signature.key_name())->at(outcome.key_index);
    out.key_provenance = key.provenance;
    out.circular = key.circular;
    // What the signature says of its time, else what Date says.
    auto said = out.signed_at;
    if (const auto* date = message.find("Date"); !said && date) said = mime::parse_date(date->value);
    out.key_out_of_time =
        said && ((key.valid_from && *said < *key.valid_from) || (key.valid_to && *key.valid_to < *said));
    if (key.published) out.reason = "the key's private half is public";
  }
  return out;
}

// The message as it was signed, if undoing something makes the signature verify.
bool try_repairs(std::string_view raw, const Message& message, const Outcome& outcome, const Keys& keys, Proof& proof) {
  const Signature& signature = outcome.signature;
  if (!signature.has_body_hash || !signature.problem.empty()) return false;
  const auto body = [&](const Message& from, const Signature& of, const std::string& before) {
    const auto repair = repair_body(from, of);
    if (!repair) return false;
    proof.repair = before.empty() ? repair->name : before + " and " + repair->name;
    if (!repair->footer.empty()) proof.appended = repair->footer.substr(0, 2000);
    return true;
  };
  if (outcome.header_good) return !outcome.body_good && body(message, signature, "");
  const std::size_t nth = static_cast<std::size_t>(std::ranges::count_if(
      message.fields().begin(), message.fields().begin() + static_cast<std::ptrdiff_t>(signature.field),
      [&](const auto& field) { return mailauth::same_name(field.name, message.fields()[signature.field].name); }));
  // Both line ends first, then fields that were rewritten.
  std::vector<HeaderRepair> candidates = header_repairs(raw);
  if (message.line_ends() == mailauth::LineEnds::crlf)
    candidates.insert(candidates.begin(), {"line ends", std::string(raw)});
  for (const HeaderRepair& candidate : candidates) {
    const Message repaired = candidate.name == "line ends" ? Message::parse(candidate.raw, mailauth::LineEnds::any)
                                                           : Message::parse(candidate.raw);
    std::size_t seen = 0;
    for (std::size_t i = 0; i < repaired.fields().size(); ++i) {
      if (!mailauth::same_name(repaired.fields()[i].name, message.fields()[signature.field].name) || seen++ != nth)
        continue;
      const Signature again = signature.scheme == Scheme::domainkeys ? mailauth::parse_domainkeys(repaired, i)
                                                                     : mailauth::parse_dkim(repaired, i);
      const Outcome now = mailauth::verify(repaired, again, keys);
      if (!now.header_good) break;
      if (!now.body_good && !body(repaired, again, candidate.name)) break;
      if (now.body_good) proof.repair = candidate.name;
      const Proof fresh = proof_of(repaired, now, keys);
      proof.header_good = true;
      proof.key_bits = fresh.key_bits;
      proof.key_provenance = fresh.key_provenance;
      proof.circular = fresh.circular;
      proof.uncovered = fresh.uncovered;
      proof.body_size = fresh.body_size;
      proof.body_covered = fresh.body_covered;
      return true;
    }
  }
  return false;
}

struct Judged {
  Verdict verdict;
  std::string why;
};

// What one signature is worth. Lower verdicts are better; ties go to the topmost.
Judged worth(const Proof& proof, const JudgeOptions& options) {
  if (proof.result == "unchecked") return {Verdict::unverifiable, proof.reason};
  if (proof.result == "unknown")
    return {Verdict::unverifiable, "no key at hand for " + proof.selector + "._domainkey." + proof.domain};
  if (proof.result == "invalid")
    return {Verdict::broken, "the signature of " + proof.domain + " cannot be checked: " + proof.reason};
  const bool verifies = proof.result == "pass" || !proof.repair.empty();
  if (!verifies) {
    if (proof.appended.empty()) return {Verdict::altered, proof.domain + " signed something else: " + proof.reason};
    return {Verdict::altered, "text was appended to what " + proof.domain + " signed"};
  }
  const bool weak =
      proof.key_bits < options.forgeable_below_bits && proof.algorithm.find("ed25519") == std::string::npos;
  if (!proof.reason.empty() && proof.result == "pass") return {Verdict::forgeable, proof.reason};
  if (weak)
    return {Verdict::forgeable, "verifies, but a key of " + std::to_string(proof.key_bits) + " bits can be broken"};
  if (proof.algorithm.ends_with("sha1"))
    return {Verdict::forgeable, "verifies, but with SHA-1, for which collisions can be made"};
  if (proof.circular)
    return {Verdict::circular, "verifies with a key computed from this dump alone, which its forger could have made"};
  if (!proof.aligned) return {Verdict::partly_covered, proof.domain + " signed it, which is not the domain in From"};
  if (proof.body_covered != proof.body_size)
    return {Verdict::partly_covered, "signed up to octet " + std::to_string(proof.body_covered) + " of " +
                                         std::to_string(proof.body_size) + " of the body"};
  if (!proof.uncovered.empty()) {
    std::string list;
    for (const std::string& field : proof.uncovered) list += (list.empty() ? "" : ", ") + field;
    return {Verdict::partly_covered, "signed by " + proof.domain + " and unchanged, but without " + list};
  }
  if (!proof.repair.empty())
    return {Verdict::authentic_repaired, "signed by " + proof.domain + ", once this is undone: " + proof.repair};
  return {Verdict::authentic, "signed by " + proof.domain + " and unchanged"};
}

// Better first. Altered beats unverifiable only where From's own domain says so.
int rank(const Judged& judged, const Proof& proof) {
  switch (judged.verdict) {
    case Verdict::authentic:
      return 0;
    case Verdict::authentic_repaired:
      return 1;
    case Verdict::partly_covered:
      return proof.aligned ? 2 : 4;
    case Verdict::circular:
      return 5;
    case Verdict::forgeable:
      return proof.aligned ? 3 : 6;
    case Verdict::altered:
      return proof.aligned ? 7 : 9;
    case Verdict::unverifiable:
      return 8;
    default:
      return 10;
  }
}

void describe(const Message& message, ItemReport& report) {
  const auto text = [&](std::string_view name) {
    const auto* field = message.find(name);
    return field ? mailauth::unfold(field->value).substr(0, 500) : std::string{};
  };
  report.kind = "message";
  report.from = text("From");
  report.to = text("To");
  report.subject = text("Subject");
  report.message_id = text("Message-ID");
  report.date = text("Date");
  report.mailer = text("X-Mailer");
  if (report.mailer.empty()) report.mailer = text("User-Agent");
  const std::string_view date_text = report.date;
  if (const std::size_t sign = date_text.find_last_of("+-");
      sign != std::string_view::npos && sign + 5 <= date_text.size())
    report.zone = date_text.substr(sign, 5);
  if (const auto date = mime::parse_date(report.date)) report.date = date->iso();
}

void decide(const Message& message, const JudgeOptions& options, ItemReport& report) {
  report.verdict = Verdict::unsigned_;
  report.why = "nothing was signed";
  int best = 100;
  for (const Proof& proof : report.proof) {
    if (proof.kind == "arc") continue;
    const Judged judged = worth(proof, options);
    const int at = rank(judged, proof);
    if (at >= best) continue;
    best = at;
    report.verdict = judged.verdict;
    report.why = judged.why;
  }
  // A forwarder's word, where the sender's own can't be checked.
  for (const Proof& proof : report.proof) {
    if (proof.kind != "arc" || proof.result != "pass" || best <= 7) continue;
    report.verdict = proof.circular ? Verdict::circular : Verdict::partly_covered;
    report.why = "unchanged since " + proof.domain + " forwarded it" +
                 (proof.reason.empty() ? "" : ", which found then: " + proof.reason);
  }
  check_fields(message, report.proof, report.oddities);
  for (const Proof& proof : report.proof)
    if (proof.key_out_of_time)
      report.oddities.push_back(
          {"key-not-in-use-then", "the key of " + proof.domain + " was not in use at the time that is claimed"});
  if (message.malformed() > 0)
    report.oddities.push_back({"malformed-header-lines", std::to_string(message.malformed())});
  const auto date = mime::parse_date(report.date);
  const auto sent = date ? date : Time::parse_iso(report.date);
  if (sent && options.stolen_before && *options.stolen_before < *sent)
    report.oddities.push_back({"dated-after-the-theft", report.date});
}

void add_arc(const Message& message, const Keys& keys, ItemReport& report) {
  if (!message.find("ARC-Seal")) return;
  const mailauth::Chain chain = mailauth::verify_chain(message, keys);
  Proof proof;
  proof.kind = "arc";
  proof.result = chain.state == mailauth::ChainState::pass      ? "pass"
                 : chain.state == mailauth::ChainState::unknown ? "unknown"
                                                                : "fail";
  proof.reason = chain.reason;
  if (!chain.hops.empty()) {
    const mailauth::ArcHop& newest = chain.hops.back();
    proof.domain = newest.domain;
    proof.selector = newest.selector;
    proof.key_bits = newest.message.key_bits;
    if (chain.state == mailauth::ChainState::pass) {
      proof.reason = newest.results.substr(0, 500);
      if (const auto* list = keys.find(newest.selector + "._domainkey." + newest.domain))
        proof.circular = std::ranges::all_of(*list, &KnownKey::circular);
    }
    if (newest.sealed_at) proof.signed_at = Time{static_cast<std::int64_t>(*newest.sealed_at), 0, 0};
  }
  report.proof.push_back(std::move(proof));
}

// Who says to have signed bytes that aren't there.
void add_unchecked(const Message& message, ItemReport& report) {
  for (const Signature& signature : mailauth::signatures(message)) {
    if (report.proof.size() == 20) break;
    Proof proof;
    proof.kind = signature.scheme == Scheme::domainkeys ? "domainkeys" : "dkim";
    proof.result = "unchecked";
    proof.domain = signature.domain;
    proof.selector = signature.selector;
    proof.algorithm = signature.algorithm;
    proof.reason = "the bytes that were signed are not there";
    report.proof.push_back(std::move(proof));
  }
}

void decide_remade(const Message& message, const JudgeOptions& options, ItemReport& report) {
  decide(message, options, report);
  std::erase_if(report.oddities, [](const Oddity& one) { return one.name == "no-message-id"; });  // sent mail has none
  const bool was_signed = !report.proof.empty();
  report.verdict = was_signed ? Verdict::unverifiable : Verdict::unsigned_;
  report.why = "Outlook kept its properties, not the raw bytes: ";
  report.why += was_signed ? "what " + report.proof.front().domain + " signed can't be checked"
                           : "whether it was signed can't be told";
}

}  // namespace

void judge_message(std::string_view raw, const Keys& keys, const JudgeOptions& options, ItemReport& report,
                   Bytes bytes) {
  const Message message = Message::parse(raw);
  describe(message, report);
  if (message.fields().empty()) {
    report.verdict = Verdict::broken;
    report.why = "no header fields";
    return;
  }
  if (bytes == Bytes::remade) {
    add_unchecked(message, report);
    return decide_remade(message, options, report);
  }
  mailauth::VerifyOptions verify_options;
  for (const Outcome& outcome : mailauth::verify_all(message, keys, verify_options)) {
    Proof proof = proof_of(message, outcome, keys);
    if (outcome.verdict == mailauth::Verdict::fail && !try_repairs(raw, message, outcome, keys, proof) &&
        outcome.header_good) {
      if (const auto size = signed_prefix(message, outcome.signature))
        proof.appended = std::string(message.body().substr(*size, 2000));
    }
    report.proof.push_back(std::move(proof));
  }
  add_arc(message, keys, report);
  decide(message, options, report);
}

struct LongMessage::State {
  std::string head;
  Message message;
  std::vector<Signature> signatures;
  std::vector<mailauth::Hasher> hashers;
  std::vector<mailauth::BodyCanonical> bodies;
  const Keys& keys;
  const JudgeOptions options;
  ItemReport& report;
  const Bytes bytes;
};

LongMessage::LongMessage(std::string_view head, const Keys& keys, const JudgeOptions& options, ItemReport& report,
                         Bytes bytes)
    : state_(new State{std::string(head), {}, {}, {}, {}, keys, options, report, bytes}) {
  State& state = *state_;
  state.message = Message::parse(state.head);
  describe(state.message, report);
  if (bytes == Bytes::remade) {
    add_unchecked(state.message, report);
    return;
  }
  state.signatures = mailauth::signatures(state.message);
  std::erase_if(state.signatures,
                [](const Signature& signature) { return !signature.has_body_hash && signature.problem.empty(); });
  if (state.signatures.size() > 10) state.signatures.resize(10);
  state.hashers.reserve(state.signatures.size());
  for (const Signature& signature : state.signatures) {
    state.hashers.emplace_back(signature.hash);
    mailauth::Hasher* hasher = &state.hashers.back();
    state.bodies.emplace_back(
        state.message.line_ends(), signature.body_form, [hasher](std::string_view piece) { hasher->update(piece); },
        signature.length.value_or(UINT64_MAX));
  }
  const std::string first(state.message.body());
  feed(first);
}
LongMessage::~LongMessage() = default;

void LongMessage::feed(std::string_view body) {
  for (auto& one : state_->bodies) one.feed(body);
}

void LongMessage::finish() {
  State& state = *state_;
  if (state.bytes == Bytes::remade) return decide_remade(state.message, state.options, state.report);
  state.report.oddities.push_back({"too-long-to-repair", "the body was checked as it stands, no repair was tried"});
  for (std::size_t i = 0; i < state.signatures.size(); ++i) {
    const std::uint64_t size = state.bodies[i].finish();
    const std::string digest = state.hashers[i].finish();
    const Signature& signature = state.signatures[i];
    Outcome outcome = mailauth::verify_header(state.message, signature, state.keys);
    outcome.body_size = size;
    outcome.body_covered = std::min(size, signature.length.value_or(UINT64_MAX));
    outcome.body_good =
        digest == signature.body_hash && signature.length.value_or(0) <= size && !state.bodies[i].overlong();
    if (outcome.header_good) {
      outcome.verdict = outcome.body_good ? mailauth::Verdict::pass : mailauth::Verdict::fail;
      outcome.reason = outcome.body_good ? "" : "the body was changed";
    }
    state.report.proof.push_back(proof_of(state.message, outcome, state.keys));
  }
  decide(state.message, state.options, state.report);
}

}  // namespace tocsin::leak
