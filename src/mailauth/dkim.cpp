#include "mailauth/dkim.h"

#include <algorithm>
#include <map>

#include "mailauth/tags.h"

namespace tocsin::mailauth {
namespace {

// h= of RFC 6376 5.4.2: each name takes the next instance from the bottom; one too many takes nothing.
void append_listed(std::string& out, const Message& message, const Signature& signature) {
  std::map<std::string, std::vector<std::size_t>> by_name;
  for (std::size_t i = 0; i < message.fields().size(); ++i)
    if (i != signature.field) by_name[lower_ascii(message.fields()[i].name)].push_back(i);
  for (const std::string& header : signature.headers) {
    const auto found = by_name.find(header);
    if (found == by_name.end() || found->second.empty()) continue;
    append_field(out, message.fields()[found->second.back()], signature.header_form);
    found->second.pop_back();
  }
}

// DomainKeys: the fields below the signature; with h= those that it names, in its order, all of one name together.
void append_below(std::string& out, const Message& message, const Signature& signature) {
  std::map<std::string, std::vector<std::size_t>> by_name;
  for (std::size_t i = signature.field + 1; i < message.fields().size(); ++i) {
    if (!signature.headers_listed) append_field(out, message.fields()[i], signature.header_form);
    by_name[lower_ascii(message.fields()[i].name)].push_back(i);
  }
  for (const std::string& header : signature.headers) {
    const auto found = by_name.find(header);
    if (found == by_name.end()) continue;
    for (const std::size_t i : found->second) append_field(out, message.fields()[i], signature.header_form);
    by_name.erase(found);
  }
}

std::string own_field(const Message& message, const Signature& signature) {
  std::string own;
  append_field(own, message.fields()[signature.field], signature.header_form, true);
  own.resize(own.size() - 2);  // without its CRLF
  return own;
}

// The fields, an empty line, the body, as DomainKeys and the first DKIM draft sign them in one piece; the draft has its
// own field last, after another empty line.
template <class Sink>
void each_with_body(const Message& message, const Signature& signature, Sink&& sink) {
  std::string fields;
  const bool domainkeys = signature.scheme == Scheme::domainkeys;
  if (domainkeys)
    append_below(fields, message, signature);
  else
    append_listed(fields, message, signature);
  sink(std::string_view(fields));
  if (signature.has_body_hash) {
    sink(std::string_view(own_field(message, signature)));
    return;
  }
  // The empty line between header and body is one of the trailing ones when nothing follows it.
  std::uint64_t empty_lines = 1;
  canonical_body(message.body(), message.line_ends(), signature.body_form, [&](std::string_view piece) {
    if (piece == "\r\n" && empty_lines > 0) {
      ++empty_lines;
      return;
    }
    for (; empty_lines > 0; --empty_lines) sink(std::string_view("\r\n"));
    sink(piece);
  });
  if (!domainkeys) sink(std::string_view("\r\n" + own_field(message, signature)));
}

bool matches_granularity(std::string_view pattern, std::string_view local) {
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == local;
  return local.size() + 1 >= pattern.size() && local.starts_with(pattern.substr(0, star)) &&
         local.ends_with(pattern.substr(star + 1));
}

// Why this key may not be used for this signature; "".
std::string key_refusal(const Signature& signature, const KeyRecord& record) {
  if (record.fault != KeyFault::none) return record.detail;
  if (record.key->type() != signature.key_type) return "the key is of another type than a= says";
  const std::string_view hash = signature.hash == HashType::sha1 ? "sha1" : "sha256";
  if (!record.hashes.empty() && std::ranges::find(record.hashes, hash) == record.hashes.end())
    return "the key does not allow " + std::string(hash);
  const std::string_view local = std::string_view(signature.identity).substr(0, signature.identity.rfind('@'));
  // g= was dropped by RFC 6376; a record that has one was meant to be bound to it. An empty g= matches nothing in DKIM
  // (RFC 4871 3.6.1) and everything in DomainKeys.
  if (record.granularity && *record.granularity != "*") {
    const bool domainkeys = signature.scheme == Scheme::domainkeys;
    if (record.granularity->empty() ? !domainkeys : !matches_granularity(*record.granularity, local))
      return "the key is bound to other addresses (g=)";
  }
  if (record.strict && signature.scheme == Scheme::dkim && !same_name(domain_of(signature.identity), signature.domain))
    return "the key is bound to the domain itself (t=s)";
  return {};
}

}  // namespace

std::string signed_bytes(const Message& message, const Signature& signature) {
  std::string out;
  each_with_body(message, signature, [&](std::string_view piece) { out += piece; });
  return out;
}

std::string header_digest(const Message& message, const Signature& signature) {
  Hasher hasher(signature.hash);
  each_with_body(message, signature, [&](std::string_view piece) { hasher.update(piece); });
  return hasher.finish();
}

BodyDigest body_digest(const Message& message, const Signature& signature) {
  Hasher hasher(signature.hash);
  BodyDigest out;
  const std::uint64_t limit = signature.length.value_or(UINT64_MAX);
  out.size = canonical_body(
      message.body(), message.line_ends(), signature.body_form, [&](std::string_view piece) { hasher.update(piece); },
      limit);
  out.covered = std::min(out.size, limit);
  out.digest = hasher.finish();
  return out;
}

Outcome verify_header(const Message& message, const Signature& signature, const Records& records,
                      const VerifyOptions& options) {
  Outcome out;
  out.signature = signature;
  const auto done = [&](Verdict verdict, std::string reason) {
    out.verdict = verdict;
    out.reason = std::move(reason);
    return out;
  };
  if (!signature.problem.empty()) return done(Verdict::invalid, signature.problem);
  out.expired =
      options.now && signature.expires_at && options.now->seconds > static_cast<std::int64_t>(*signature.expires_at);
  if (out.expired && options.expired_is_invalid) return done(Verdict::invalid, "the signature has expired");

  const Texts found = records.txt(signature.key_name());
  if (found.found == Found::unknown) return done(Verdict::unknown, "no key at hand for " + signature.key_name());
  if (found.found == Found::timed_out) return done(Verdict::invalid, "the key lookup failed");
  if (found.values.empty()) return done(Verdict::invalid, "no key record at " + signature.key_name());

  const std::string digest = header_digest(message, signature);
  std::string refusal;
  bool tried = false;
  for (std::size_t i = 0; i < found.values.size(); ++i) {
    const KeyRecord record = parse_key(found.values[i]);
    std::string why = key_refusal(signature, record);
    if (why.empty() && record.key->type() == KeyType::rsa && record.key->bits() < options.rsa_bits_min)
      why = "a key of " + std::to_string(record.key->bits()) + " bits is too short";
    if (!why.empty()) {
      if (refusal.empty()) refusal = std::move(why);
      continue;
    }
    tried = true;
    out.testing = record.testing;
    out.key_bits = record.key->bits();
    out.key_fingerprint = record.key->fingerprint();
    out.key_index = i;
    if (record.key->verify(signature.hash, digest, signature.signature)) {
      out.header_good = true;
      return done(Verdict::pass, "");
    }
  }
  if (!tried) return done(Verdict::invalid, refusal);
  return done(Verdict::fail,
              signature.has_body_hash ? "the signed header fields were changed" : "header or body were changed");
}

Outcome verify(const Message& message, const Signature& signature, const Records& records,
               const VerifyOptions& options) {
  Outcome out = verify_header(message, signature, records, options);
  if (!signature.problem.empty()) return out;
  if (!signature.has_body_hash) {
    out.body_good = out.header_good;
    return out;
  }
  const BodyDigest body = body_digest(message, signature);
  out.body_size = body.size;
  out.body_covered = body.covered;
  out.body_good = body.digest == signature.body_hash && !(signature.length && *signature.length > body.size);
  if (out.header_good && !out.body_good) {
    out.verdict = Verdict::fail;
    out.reason = "the body was changed";
  }
  return out;
}

std::vector<Outcome> verify_all(const Message& message, const Records& records, const VerifyOptions& options) {
  std::vector<Outcome> out;
  for (const Signature& signature : signatures(message)) {
    if (out.size() == options.signatures_max) break;
    out.push_back(verify(message, signature, records, options));
  }
  return out;
}

}  // namespace tocsin::mailauth
