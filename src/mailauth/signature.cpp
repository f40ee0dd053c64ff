// What a signature field says. Old forms are read as their drafts meant them: before RFC 4871 there was no v= or one
// below 1, q=dns, and before the second draft no bh=.
#include <algorithm>

#include "mailauth/dkim.h"
#include "mailauth/tags.h"

namespace tocsin::mailauth {
namespace {

std::optional<Canonical> canonical(std::string_view text) {
  if (text == "simple") return Canonical::simple;
  if (text == "relaxed") return Canonical::relaxed;
  return std::nullopt;
}

// i= may be quoted-printable (RFC 6376 2.11).
std::string decode_qp(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto digit = [](char c) {
      return c >= '0' && c <= '9'   ? c - '0'
             : c >= 'A' && c <= 'F' ? c - 'A' + 10
             : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                    : -1;
    };
    if (text[i] == '=' && i + 2 < text.size() && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0) {
      out += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

bool read_algorithm(Signature& out, std::string_view text) {
  out.algorithm = std::string(text);
  if (text == "rsa-sha256") return true;
  if (text == "rsa-sha1") {
    out.hash = HashType::sha1;
    return true;
  }
  if (text == "ed25519-sha256") {
    out.key_type = KeyType::ed25519;
    return true;
  }
  return false;
}

bool read_headers(Signature& out, std::string_view text) {
  for (const std::string_view header : split(text, ':')) out.headers.push_back(lower_ascii(header));
  return out.headers.size() <= 1000;
}

}  // namespace

Signature parse_dkim(const Message& message, std::size_t field, Scheme scheme) {
  Signature out;
  out.scheme = scheme;
  out.field = field;
  const auto bad = [&](std::string why) {
    out.problem = std::move(why);
    return out;
  };
  const auto tags = Tags::parse(message.fields()[field].value);
  if (!tags) return bad("the signature is no tag list");
  const bool arc = scheme == Scheme::arc_message;
  const std::string_view version = tags->find("v").value_or("");
  const bool draft = !arc && (!tags->find("v") || version.starts_with("0."));
  out.domain = lower_ascii(tags->get("d"));
  out.selector = lower_ascii(squeezed(tags->get("s")));
  if (!draft && !arc && version != "1") return bad("version " + std::string(version));
  if (!tags->find("a") || !read_algorithm(out, tags->get("a"))) return bad("algorithm " + std::string(tags->get("a")));
  if (arc && out.hash == HashType::sha1) return bad("algorithm rsa-sha1 is not allowed in ARC");
  if (!is_domain(out.domain)) return bad("no domain in d=");
  if (out.selector.empty() || !is_domain(out.selector, 1)) return bad("no selector in s=");
  // RFC 8617 names no default of its own; its reference suite and the sealers in use take relaxed.
  if (arc) out.header_form = out.body_form = Canonical::relaxed;
  if (const auto form = tags->find("c")) {
    const auto parts = split(*form, '/');
    const auto header = canonical(parts[0]);
    const auto body = parts.size() > 1 ? canonical(parts[1]) : std::optional(Canonical::simple);
    if (!header || !body || parts.size() > 2) return bad("canonicalisation " + std::string(*form));
    out.header_form = *header;
    out.body_form = *body;
  }
  if (const auto query = tags->find("q")) {
    const auto methods = split(*query, ':');
    if (std::ranges::none_of(methods, [&](std::string_view m) { return m == "dns/txt" || (draft && m == "dns"); }))
      return bad("key query " + std::string(*query));
  }
  if (const auto headers = tags->find("h")) {
    // A field need not be there; but without From a DKIM signature says nothing (RFC 6376 5.4).
    if (!read_headers(out, *headers)) return bad("too many names in h=");
    if (!arc && std::ranges::find(out.headers, "from") == out.headers.end()) return bad("From is not signed");
    if (arc && std::ranges::any_of(out.headers, [](const std::string& h) { return h == "arc-seal"; }))
      return bad("h= names the seal");
  } else {
    return bad("no h=");
  }
  const auto number = [&](std::string_view tag, std::optional<std::uint64_t>& into) {
    const auto text = tags->find(tag);
    if (!text) return true;
    into = parse_number(*text);
    return into.has_value();
  };
  if (!number("t", out.signed_at)) return bad("t= is no time");
  if (!number("x", out.expires_at)) return bad("x= is no time");
  if (!number("l", out.length)) return bad("l= is no length");
  if (out.signed_at && out.expires_at && *out.expires_at < *out.signed_at) return bad("expires before it was signed");
  out.identity = "@" + out.domain;
  if (const auto identity = tags->find("i"); identity && !arc) {
    out.identity = decode_qp(squeezed(*identity));
    if (!is_within(domain_of(out.identity), out.domain)) return bad("i= is not within d=");
  }
  const auto signature = tags->find("b") ? decode_base64(tags->get("b")) : std::nullopt;
  if (!signature || signature->empty()) return bad("no signature in b=");
  out.signature = *signature;
  if (const auto hash = tags->find("bh")) {
    const auto bytes = decode_base64(*hash);
    if (!bytes || bytes->size() != (out.hash == HashType::sha1 ? 20 : 32)) return bad("no hash in bh=");
    out.body_hash = *bytes;
  } else if (draft) {
    out.has_body_hash = false;
  } else {
    return bad("no bh=");
  }
  return out;
}

Signature parse_domainkeys(const Message& message, std::size_t field) {
  Signature out;
  out.scheme = Scheme::domainkeys;
  out.field = field;
  out.has_body_hash = false;
  out.hash = HashType::sha1;
  const auto bad = [&](std::string why) {
    out.problem = std::move(why);
    return out;
  };
  const auto tags = Tags::parse(message.fields()[field].value);
  if (!tags) return bad("the signature is no tag list");
  out.domain = lower_ascii(tags->get("d"));
  out.selector = lower_ascii(squeezed(tags->get("s")));
  out.algorithm = tags->find("a").value_or("rsa-sha1");
  if (out.algorithm != "rsa-sha1") return bad("algorithm " + out.algorithm);
  if (!is_domain(out.domain)) return bad("no domain in d=");
  if (out.selector.empty() || !is_domain(out.selector, 1)) return bad("no selector in s=");
  const std::string_view form = tags->find("c").value_or("simple");
  if (form != "simple" && form != "nofws") return bad("canonicalisation " + std::string(form));
  out.header_form = out.body_form = form == "nofws" ? Canonical::nofws : Canonical::simple;
  // The first signers knew neither a= nor q=; with a= there, q= is asked for (RFC 4870 3.1).
  if ((tags->find("a") || tags->find("q")) && tags->get("q") != "dns")
    return bad("key query " + std::string(tags->get("q")));
  out.headers_listed = tags->find("h").has_value();
  if (out.headers_listed && !read_headers(out, tags->get("h"))) return bad("too many names in h=");
  const auto signature = decode_base64(tags->get("b"));
  if (!signature || signature->empty()) return bad("no signature in b=");
  out.signature = *signature;
  // The sending address is Sender's, else From's (RFC 4870 3.3), of the fields below the signature.
  std::string sender;
  for (const std::string_view wanted : {"sender", "from"}) {
    for (std::size_t i = field + 1; i < message.fields().size() && sender.empty(); ++i)
      if (same_name(message.fields()[i].name, wanted)) sender = address_of(message.fields()[i].value);
  }
  out.identity = sender;
  if (!is_within(domain_of(sender), out.domain)) return bad("the sender's domain is not within d=");
  return out;
}

std::vector<Signature> signatures(const Message& message) {
  std::vector<Signature> out;
  for (std::size_t i = 0; i < message.fields().size(); ++i) {
    const std::string_view name = message.fields()[i].name;
    if (same_name(name, "DKIM-Signature")) out.push_back(parse_dkim(message, i));
    if (same_name(name, "DomainKey-Signature")) out.push_back(parse_domainkeys(message, i));
  }
  return out;
}

}  // namespace tocsin::mailauth
