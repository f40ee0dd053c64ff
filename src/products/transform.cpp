#include "products/transform.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

#include "base/ip.h"
#include "base/time.h"
#include "products/url.h"

namespace tocsin::products {
namespace {

using Parts = std::span<const std::string_view>;
constexpr std::array<std::string_view, 3> kUser{".name", ".domain", ".email"};
constexpr std::array<std::string_view, 2> kAddress{".ip", ".port"};
constexpr std::array<std::string_view, 2> kProgram{".executable", ".name"};
constexpr std::array<std::string_view, 3> kCommand{".command_line", ".args", ".args_count"};
constexpr std::array<std::string_view, 5> kHashes{".hash.md5", ".hash.sha1", ".hash.sha256", ".hash.sha512",
                                                  ".pe.imphash"};

constexpr std::array<TransformSpec, static_cast<std::size_t>(As::count)> kSpecs{{
    {"text", "as it stands, '-' dropped", {}},
    {"verbatim", "as it stands", {}},
    {"ip", "an address", {}},
    {"ips", "all addresses of a list", {}},
    {"first-ip", "the first address of a list", {}},
    {"port", "a port, also behind an address", {}},
    {"int", "a whole number; 0x… becomes decimal", {}},
    {"lower", "in lower case", {}},
    {"upper", "in upper case", {}},
    {"basename", "behind the last slash", {}},
    {"host", "a host name without port, dot or backslashes", {}},
    {"domain", "a name, and nothing where it is an address", {}},
    {"mac", "a hardware address as 00-00-5E-00-53-23", {}},
    {"time", "a time as ISO 8601", {}},
    {"user-name", "the user of DOMAIN\\user or user@domain", {}},
    {"user-domain", "the domain of DOMAIN\\user or user@domain", {}},
    {"principal-name", "the user of user@REALM or client/REALM", {}},
    {"principal-realm", "the realm of user@REALM or client/REALM", {}},
    {"decoded", "without percent-encoding", {}},
    {"plus-blanks", "with blanks for +", {}},
    {"last-word", "what follows the last blank", {}},
    {"words", "the words of a command line", {}},
    {"word-count", "how many words a command line has", {}},
    {"number-of", "how many values the field has", {}},
    {"sum", "the sum of the field's values", {}},
    {"user", "name, domain and e-mail of a user", kUser},
    {"email", "name and domain of an e-mail address", kUser},
    {"address", "address and port", kAddress},
    {"bare-url", "the parts of a URL without its scheme", kUrlParts},
    {"url", "the parts of a URL", kUrlParts},
    {"request", "an HTTP request line", kRequestParts},
    {"program", "a program's path and name", kProgram},
    {"command", "a command line and its words", kCommand},
    {"hashes", "MD5=…,SHA256=…,IMPHASH=…", kHashes},
}};

// The address at the front of the text, as a view, and what stands behind it as a port.
struct Address {
  std::string_view ip, port;
};

bool is_port(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && value <= 65535;
}

std::string_view plain_ip(std::string_view text) {
  const std::size_t zone = text.find('%');
  if (zone != text.npos) text = text.substr(0, zone);
  if (text.size() > 45) return {};
  const auto ip = Ip::parse(text);
  if (!ip) return {};
  if (ip->is_v4() && text.size() > 7 && text.find('.') != text.npos && text.front() == ':')
    return text.substr(text.rfind(':') + 1);  // ::ffff:192.0.2.1
  return text;
}

Address split_address(std::string_view text) {
  text = trimmed(text);
  if (text.empty() || text == "-" || text.size() > 128) return {};
  if (text.front() == '[') {  // [v6]:port
    const std::size_t close = text.find(']');
    if (close == text.npos) return {};
    Address out{plain_ip(text.substr(1, close - 1)), {}};
    const std::string_view rest = text.substr(close + 1);
    if (rest.size() > 1 && rest[0] == ':' && is_port(rest.substr(1))) out.port = rest.substr(1);
    return out;
  }
  if (const std::string_view whole = plain_ip(text); !whole.empty()) return {whole, {}};
  for (const char mark : {':', '(', '#', '/'}) {
    const std::size_t at = text.rfind(mark);
    if (at == text.npos || at == 0) continue;
    std::string_view port = text.substr(at + 1);
    if (mark == '(' && !port.empty() && port.back() == ')') port.remove_suffix(1);
    if (!is_port(port)) continue;
    if (const std::string_view ip = plain_ip(text.substr(0, at)); !ip.empty()) return {ip, port};
  }
  return {};
}

bool put_ips(std::string_view text, EcsId out, EcsSink& sink, bool only_one = false) {
  bool any = false;
  while (!text.empty()) {
    const std::size_t end = text.find_first_of(",; ()\"");
    const std::string_view ip = split_address(text.substr(0, end)).ip;
    if (!ip.empty()) sink.put(out, ip), any = true;
    if (end == text.npos || (any && only_one)) break;
    text.remove_prefix(end + 1);
  }
  return any;
}

std::string_view integer(std::string_view text, Arena& arena) {
  text = trimmed(text);
  if (text.empty()) return {};
  if (text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data() + 2, text.data() + text.size(), value, 16);
    if (error != std::errc() || end != text.data() + text.size()) return {};
    return decimal(value, arena);
  }
  const std::size_t sign = text[0] == '-' ? 1 : 0;
  const std::string_view digits = text.substr(sign);
  const std::size_t point = digits.find('.');  // 12.0, as JSON numbers may come
  if (digits.empty() || digits.substr(0, point).find_first_not_of("0123456789") != digits.npos) return {};
  if (point == 0 || (point != digits.npos && digits.substr(point + 1).find_first_not_of('0') != digits.npos)) return {};
  return point == digits.npos ? text : text.substr(0, sign + point);
}

template <class Change>
std::string_view changed(std::string_view text, Arena& arena, Change change) {
  char* out = arena.allocate(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) out[i] = change(text[i]);
  return {out, text.size()};
}
char lower_of(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
char upper_of(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }

std::string_view in_lower(std::string_view text, Arena& arena) {
  for (const char c : text)
    if (lower_of(c) != c) return changed(text, arena, lower_of);
  return text;
}

std::string_view basename(std::string_view text) {
  const std::size_t at = text.find_last_of("/\\");
  return at == text.npos ? text : text.substr(at + 1);
}

std::string_view host(std::string_view text) {
  text = trimmed(text);
  while (!text.empty() && text.front() == '\\') text.remove_prefix(1);
  if (const std::size_t colon = text.rfind(':'); colon != text.npos && text.find(':') == colon)
    text = text.substr(0, colon);
  while (!text.empty() && text.back() == '.') text.remove_suffix(1);
  return text == "-" ? std::string_view() : text;
}

std::string_view mac(std::string_view text, Arena& arena) {
  text = trimmed(text);
  char digits[12];
  std::size_t count = 0;
  for (const char c : text) {
    if (c == ':' || c == '-' || c == '.') continue;
    const bool hex = (c >= '0' && c <= '9') || (lower_of(c) >= 'a' && lower_of(c) <= 'f');
    if (!hex || count == sizeof digits) return {};
    digits[count++] = upper_of(c);
  }
  if (count != sizeof digits) return {};
  char* out = arena.allocate(17);
  for (std::size_t i = 0; i < 6; ++i) {
    out[i * 3] = digits[i * 2];
    out[i * 3 + 1] = digits[i * 2 + 1];
    if (i < 5) out[i * 3 + 2] = '-';
  }
  return {out, 17};
}

// "Fri Mar  1 10:00:00 2024" (asctime) and "01/Mar/2024:10:00:00[.123456] +0100" (web servers); UTC without a zone.
std::optional<Time> named_month_time(std::string_view text) {
  static constexpr std::string_view kMonths = "janfebmaraprmayjunjulaugsepoctnovdec";
  const auto number = [&](std::size_t at, std::size_t size) -> int {
    int out = 0;
    for (std::size_t i = at; i < at + size; ++i) {
      if (i >= text.size() || (text[i] != ' ' && (text[i] < '0' || text[i] > '9'))) return -1;
      out = out * 10 + (text[i] == ' ' ? 0 : text[i] - '0');
    }
    return out;
  };
  const bool web = text.size() >= 20 && text[2] == '/' && text[6] == '/' && text[11] == ':';
  if (!web && !(text.size() == 24 && text[3] == ' ' && text[7] == ' ' && text[13] == ':')) return std::nullopt;
  char month[3];
  for (std::size_t i = 0; i < 3; ++i) month[i] = lower_of(text[(web ? 3 : 4) + i]);
  const std::size_t found = kMonths.find({month, 3});
  const int day = number(web ? 0 : 8, 2), year = number(web ? 7 : 20, 4), clock = web ? 12 : 11;
  const auto part = [&](int which) { return number(static_cast<std::size_t>(clock + 3 * which), 2); };
  if (found == kMonths.npos || found % 3 != 0 || day < 1 || day > 31 || year < 1970) return std::nullopt;
  if (part(0) < 0 || part(0) > 23 || part(1) < 0 || part(1) > 59 || part(2) < 0 || part(2) > 60) return std::nullopt;
  Time out =
      Time::from_civil(year, static_cast<unsigned>(found / 3 + 1), static_cast<unsigned>(day),
                       static_cast<unsigned>(part(0)), static_cast<unsigned>(part(1)), static_cast<unsigned>(part(2)));
  const std::size_t zone = web ? text.find_last_of("+-") : text.npos;
  if (zone != text.npos && zone + 5 == text.size()) {
    const int hours = number(zone + 1, 2), minutes = number(zone + 3, 2);
    if (hours < 0 || minutes < 0) return std::nullopt;
    out = out.plus_seconds((text[zone] == '-' ? 1 : -1) * (hours * 3600 + minutes * 60));
  }
  return out;
}

std::string_view iso_time(std::string_view text, Arena& arena) {
  text = trimmed(text);
  std::optional<Time> time;
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(whole.data(), whole.data() + whole.size(), number);
  if (!whole.empty() && error == std::errc() && end == whole.data() + whole.size() && whole.size() >= 9) {
    // Seconds to the year 5138 have at most 11 digits, milliseconds from 1973 on at least 12.
    std::int64_t scale = 1'000'000'000;
    std::uint8_t digits = 0;
    for (std::size_t size = whole.size(); size > 11 && scale > 1; size -= 3) {
      scale /= 1000;
      digits = static_cast<std::uint8_t>(digits + 3);
    }
    std::int64_t nanoseconds = 0;
    if (__builtin_mul_overflow(number, scale, &nanoseconds)) return {};
    if (point != text.npos && digits == 0) {
      std::int64_t unit = 100'000'000;
      for (const char c : text.substr(point + 1, 9)) {
        if (c < '0' || c > '9') return {};
        nanoseconds += (c - '0') * unit;
        unit /= 10;
        ++digits;
      }
    }
    time = Time::from_nanoseconds(nanoseconds, digits);
  } else {
    time = Time::parse_iso(text);
    if (!time) time = named_month_time(text);
  }
  if (!time) return {};
  char* out = arena.allocate(40);
  const std::size_t size = time->write_iso(out);
  arena.shrink(out, 40, size);
  return {out, size};
}

struct User {
  std::string_view name, domain;
  bool mail = false;
};

User split_user(std::string_view text) {
  text = trimmed(text);
  if (text == "-") return {};
  if (const std::size_t slash = text.find('\\'); slash != text.npos && slash > 0 && slash + 1 < text.size())
    return {text.substr(std::min(text.find_first_not_of('\\', slash), text.size())), text.substr(0, slash), false};
  const std::size_t at = text.find('@');
  if (at != text.npos && at > 0 && at + 1 < text.size() && text.find('@', at + 1) == text.npos &&
      text.find_first_of(" \t") == text.npos)
    return {text.substr(0, at), text.substr(at + 1), true};
  return {text, {}, false};
}

// Microsoft's rules: a quote begins and ends a quoted part; backslashes stand for themselves but before a quote.
std::uint32_t put_words(std::string_view text, EcsId out, EcsSink& sink, Arena& arena) {
  static constexpr std::uint32_t kWordsMax = 1024;
  std::uint32_t words = 0;
  std::size_t at = 0;
  while (words < kWordsMax) {
    while (at < text.size() && (text[at] == ' ' || text[at] == '\t' || text[at] == '\n' || text[at] == '\r')) ++at;
    if (at >= text.size()) break;
    char* word = arena.allocate(text.size() - at + 1);
    std::size_t size = 0;
    bool quoted = false;
    const std::size_t reserved = text.size() - at + 1;
    for (; at < text.size(); ++at) {
      const char c = text[at];
      if (!quoted && (c == ' ' || c == '\t' || c == '\n' || c == '\r')) break;
      if (c == '\\') {
        std::size_t slashes = 0;
        while (at + slashes < text.size() && text[at + slashes] == '\\') ++slashes;
        const bool before_quote = at + slashes < text.size() && text[at + slashes] == '"';
        for (std::size_t i = 0; i < (before_quote ? slashes / 2 : slashes); ++i) word[size++] = '\\';
        at += slashes - 1;
        if (before_quote && slashes % 2 == 1) word[size++] = '"', ++at;
      } else if (c == '"') {
        quoted = !quoted;
      } else {
        word[size++] = c;
      }
    }
    arena.shrink(word, reserved, size);
    sink.put(out, {word, size});
    ++words;
  }
  return words;
}

bool put_hashes(std::string_view text, std::span<const EcsId> out, EcsSink& sink, Arena& arena) {
  static constexpr std::array<std::string_view, 5> kNames{"md5", "sha1", "sha256", "sha512", "imphash"};
  bool any = false;
  while (!text.empty()) {
    const std::size_t end = text.find(',');
    const std::string_view part = trimmed(text.substr(0, end));
    const std::size_t equals = part.find('=');
    if (equals != part.npos && equals <= 7) {
      const std::string_view name = in_lower(part.substr(0, equals), arena);
      for (std::size_t i = 0; i < kNames.size(); ++i)
        if (name == kNames[i]) sink.put(out[i], in_lower(part.substr(equals + 1), arena)), any = true;
    }
    if (end == text.npos) break;
    text.remove_prefix(end + 1);
  }
  return any;
}

bool put_one(EcsId out, std::string_view value, EcsSink& sink) {
  if (value.empty()) return false;
  sink.put(out, value);
  return true;
}

}  // namespace

std::string_view decimal(std::uint64_t value, Arena& arena) {
  char buffer[24];
  const auto written = std::to_chars(buffer, buffer + sizeof buffer, value);
  return arena.copy({buffer, static_cast<std::size_t>(written.ptr - buffer)});
}

void add_to_total(As as, std::string_view value, std::uint64_t& total) {
  std::uint64_t one = as == As::number_of ? 1 : 0;
  if (as == As::sum) std::from_chars(value.data(), value.data() + value.size(), one);
  if (__builtin_add_overflow(total, one, &total)) total = UINT64_MAX;
}

const TransformSpec& spec_of(As as) { return kSpecs[static_cast<std::size_t>(as)]; }

std::optional<As> transform_named(std::string_view name) {
  for (std::size_t i = 0; i < kSpecs.size(); ++i)
    if (kSpecs[i].name == name) return static_cast<As>(i);
  return std::nullopt;
}

bool apply(As as, std::string_view value, std::span<const EcsId> out, EcsSink& sink, Arena& arena) {
  switch (as) {
    case As::text: {
      const std::string_view text = trimmed(value);
      return put_one(out[0], text == "-" || text == "N/A" ? std::string_view() : text, sink);
    }
    case As::verbatim:
      return put_one(out[0], value, sink);
    case As::ip:
      if (const auto ip = value.size() <= 15 && value.find(':') == value.npos ? Ip::parse(value) : std::nullopt) {
        sink.know_ip(value, *ip);
        return put_one(out[0], value, sink);
      }
      return put_one(out[0], split_address(value).ip, sink);
    case As::ips:
      return put_ips(value, out[0], sink);
    case As::first_ip:
      return put_ips(value, out[0], sink, true);
    case As::port: {
      const std::string_view text = trimmed(value);
      return put_one(out[0], is_port(text) ? text : split_address(text).port, sink);
    }
    case As::integer:
      return put_one(out[0], integer(value, arena), sink);
    case As::lower:
      return put_one(out[0], in_lower(trimmed(value), arena), sink);
    case As::upper:
      return put_one(out[0], changed(trimmed(value), arena, upper_of), sink);
    case As::basename:
      return put_one(out[0], basename(trimmed(value)), sink);
    case As::host:
      return put_one(out[0], host(value), sink);
    case As::domain:
      return !Ip::parse(value) && put_one(out[0], value, sink);
    case As::mac:
      return put_one(out[0], mac(value, arena), sink);
    case As::time:
      return put_one(out[0], iso_time(value, arena), sink);
    case As::user_name:
      return put_one(out[0], split_user(value).name, sink);
    case As::user_domain:
      return put_one(out[0], split_user(value).domain, sink);
    case As::word_count: {
      const std::uint32_t words = put_words(value, kNoEcs, sink, arena);
      return words > 0 && put_one(out[0], decimal(words, arena), sink);
    }
    case As::words:
      return put_words(value, out[0], sink, arena) > 0;
    case As::decoded:
      return put_one(out[0], percent_decoded(trimmed(value), arena), sink);
    case As::plus_blanks: {
      const std::string_view text = trimmed(value);
      if (text == "-") return false;
      return put_one(out[0], changed(text, arena, [](char c) { return c == '+' ? ' ' : c; }), sink);
    }
    case As::last_word: {
      const std::string_view text = trimmed(value);
      return put_one(out[0], text.substr(text.rfind(' ') + 1), sink);
    }
    case As::principal_name:
      return put_one(out[0], value.substr(0, value.find_last_of("/@")), sink);
    case As::principal_realm: {
      const std::size_t at = value.find_last_of("/@");
      return at != value.npos && put_one(out[0], value.substr(at + 1), sink);
    }
    case As::user: {
      const User user = split_user(value);
      put_one(out[1], user.domain, sink);
      if (user.mail) put_one(out[2], trimmed(value), sink);
      return put_one(out[0], user.name, sink);
    }
    case As::email: {
      const User user = split_user(value);
      if (!user.mail) return false;
      put_one(out[1], user.domain, sink);
      put_one(out[2], trimmed(value), sink);
      return put_one(out[0], user.name, sink);
    }
    case As::address: {
      const Address address = split_address(value);
      put_one(out[1], address.port, sink);
      return put_one(out[0], address.ip, sink);
    }
    case As::bare_url:
      return put_bare_url(trimmed(value), out, sink);
    case As::url:
      return put_url(trimmed(value), out, sink, arena);
    case As::request:
      return put_request(trimmed(value), out, sink, arena);
    case As::program: {
      const std::string_view path = trimmed(value);
      if (path == "-") return false;
      put_one(out[1], basename(path), sink);
      return put_one(out[0], path, sink);
    }
    case As::command: {
      const std::uint32_t words = put_words(value, out[1], sink, arena);
      if (words == 0) return false;
      put_one(out[2], decimal(words, arena), sink);
      return put_one(out[0], value, sink);
    }
    case As::hashes:
      return put_hashes(value, out, sink, arena);
    case As::number_of:
    case As::sum:
    case As::count:
      break;
  }
  return false;
}

}  // namespace tocsin::products
