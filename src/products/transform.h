// Transforms: what `as:` may say in a mapping. One vendor value in, one or more ECS fields out.
//
// A transform with parts names the ECS field without its last step (`source: {field: ClientIP, as: address}` gives
// source.ip and source.port); the others give the field itself. Values are views of the input where that is possible;
// what has to be made goes to the arena. A value that isn't what the transform asks for ("-" for an address) gives
// nothing.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/arena.h"
#include "products/ecs_sink.h"

namespace tocsin::products {

enum class As : std::uint8_t {
  text,      // as it stands; "-", "N/A" and blanks around it dropped
  verbatim,  // as it stands
  ip,        // an address, also in brackets, with port or zone, ::ffff:a.b.c.d as a.b.c.d
  ips,       // all addresses of a list (X-Forwarded-For, DNS answers)
  first_ip,  // the first address of a list
  port,      // 0 … 65535, also behind an address ("192.0.2.1:443", "192.0.2.1(443)")
  integer,   // decimal; 0x… becomes decimal
  lower,
  upper,
  basename,   // behind the last / or backslash
  host,       // "\\HOST", "host:443", "host." → host
  domain,     // a name; nothing where it is an address
  mac,        // 00-00-5E-00-53-23 (RFC 7042), from any usual spelling
  time,       // ISO 8601 with zone or in UTC, epoch in s, ms, µs or ns → ISO 8601 UTC
  user_name,  // of DOMAIN\user, user@domain: user
  user_domain,
  principal_name,   // of user/instance@REALM or client/REALM (Kerberos): user
  principal_realm,  // the same: REALM
  decoded,          // %41 → A (RFC 3986 2.1), where what comes out is UTF-8
  plus_blanks,      // W3C logs: + → blank
  last_word,        // behind the last blank
  words,            // each word of a command line, by the rules of CommandLineToArgvW
  word_count,       // how many these are
  number_of,        // how many values the field has
  sum,              // of the values of the field, as integers
  // with parts
  user,      // .name .domain .email (email only if it is one: one @, a name before and a domain behind)
  email,     // the same of what is an e-mail address, nothing of anything else
  address,   // .ip .port, from "192.0.2.1", "192.0.2.1:443", "[2001:db8::1]:443", "192.0.2.1(443)"
  bare_url,  // the same for a URL without its scheme, host[:port]/path
  url,       // .original .scheme .domain .port .path .query .fragment .extension .username .password
  request,   // "GET /path HTTP/1.1": http.request.method, http.version, url.original, url.path, …
  program,   // a path: .executable .name
  command,   // a command line: .command_line .args .args_count
  hashes,    // "MD5=…,SHA256=…,IMPHASH=…": .hash.md5 …, .pe.imphash
  count,
};

struct TransformSpec {
  std::string_view name;  // as `as:` spells it
  std::string_view meaning;
  std::span<const std::string_view> parts;  // put behind the ECS field; empty: the field itself
};
const TransformSpec& spec_of(As as);
std::optional<As> transform_named(std::string_view name);

inline constexpr std::size_t kPartsMax = 16;

// `out` holds a field for each part (one, where there are none); kNoEcs where nobody asked. True if anything was put.
bool apply(As as, std::string_view value, std::span<const EcsId> out, EcsSink& sink, Arena& arena);

// number_of and sum take all values of a field at once: add_to_total() each, then
// put decimal() of the total.
inline bool takes_all(As as) { return as == As::number_of || as == As::sum; }
void add_to_total(As as, std::string_view value, std::uint64_t& total);
std::string_view decimal(std::uint64_t value, Arena& arena);

// Without blanks at both ends.
inline std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace tocsin::products
