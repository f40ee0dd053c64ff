#include "indicators/indicator.h"

#include <algorithm>
#include <charconv>

#include "base/ip.h"

namespace tocsin::indicators {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

std::string lowered(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

bool is_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<int> number(std::string_view text, int most) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (!is_digits(text) || error != std::errc() || end != text.data() + text.size() || value > most) return std::nullopt;
  return value;
}

// "192.0.2.1", "192.0.2.1:443", "[2001:db8::1]:443", "192.0.2.1|443"
std::optional<Ip> address(std::string_view text) {
  if (const std::size_t bar = text.find('|'); bar != std::string_view::npos) text = text.substr(0, bar);
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    const std::string_view rest = text.substr(close + 1);
    if (!rest.empty() && !(rest[0] == ':' && number(rest.substr(1), 65535))) return std::nullopt;
    return Ip::parse(text.substr(1, close - 1));
  }
  if (const std::size_t colon = text.find(':');
      colon != std::string_view::npos && text.find(':', colon + 1) == std::string_view::npos) {
    if (!number(text.substr(colon + 1), 65535)) return std::nullopt;
    text = text.substr(0, colon);
  }
  if (text.find('%') != std::string_view::npos) return std::nullopt;
  return Ip::parse(text);
}

std::optional<std::string> prefix(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto ip = Ip::parse(text.substr(0, slash));
  if (!ip) return std::nullopt;
  const auto bits = number(text.substr(slash + 1), ip->is_v4() ? 32 : 128);
  if (!bits || *bits < (ip->is_v4() ? 8 : 19) || *bits == (ip->is_v4() ? 32 : 128)) return std::nullopt;
  return ip->network_text(*bits);
}

std::optional<std::string> domain(std::string_view text) {
  if (text.starts_with("*.")) text.remove_prefix(2);
  while (text.starts_with('.')) text.remove_prefix(1);
  if (text.ends_with('.')) text.remove_suffix(1);
  if (text.size() < 3 || text.size() > kDomainMax) return std::nullopt;
  std::size_t label = 0, labels = 1;
  bool letter = false;
  for (const char c : text) {
    if (c == '.') {
      if (label == 0) return std::nullopt;
      ++labels;
      label = 0;
      letter = false;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    const bool alphabetic = (lower(c) >= 'a' && lower(c) <= 'z') || byte >= 0x80;
    if (!alphabetic && !(c >= '0' && c <= '9') && c != '-' && c != '_') return std::nullopt;
    letter |= alphabetic;
    if (++label > 63) return std::nullopt;
  }
  if (label < 2 || labels < 2 || !letter) return std::nullopt;
  return lowered(text);
}

// IPv6 only in brackets, as in URLs (RFC 3986, 3.2.2): without them its end and a port can't be told apart.
std::optional<std::string> host(std::string_view text) {
  if (text.starts_with('[') && text.ends_with(']')) {
    const auto ip = Ip::parse(text.substr(1, text.size() - 2));
    return ip ? std::optional(ip->is_v4() ? ip->text() : "[" + ip->text() + "]") : std::nullopt;
  }
  const auto ip = Ip::parse(text);
  if (ip && ip->is_v4() && text.find(':') == std::string_view::npos) return ip->text();
  return ip ? std::nullopt : domain(text);
}

std::optional<std::string> url(std::string_view text) {
  int usual = 0;
  if (const std::size_t scheme = text.find("://");
      scheme != std::string_view::npos && scheme <= 12 && text.find('/') == scheme + 1) {
    const std::string name = lowered(text.substr(0, scheme));
    usual = name == "http" ? 80 : name == "https" ? 443 : name == "ftp" ? 21 : 0;
    text.remove_prefix(scheme + 3);
  }
  if (text.size() > kUrlMax) return std::nullopt;
  if (const std::size_t hash = text.find('#'); hash != std::string_view::npos) text = text.substr(0, hash);
  const std::size_t path = std::min(text.find_first_of("/?"), text.size());
  std::string_view authority = text.substr(0, path), rest = text.substr(path);
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) authority.remove_prefix(at + 1);
  std::string port;
  if (const std::size_t colon = authority.rfind(':');
      colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos) {
    const auto value = number(authority.substr(colon + 1), 65535);
    if (!value) return std::nullopt;
    if (*value != usual && *value != 80 && *value != 443) port = ":" + std::to_string(*value);
    authority = authority.substr(0, colon);
  }
  const auto named = host(authority);
  if (!named) return std::nullopt;
  for (const char c : rest)
    if (static_cast<unsigned char>(c) <= ' ' || c == '"' || c == '<' || c == '>') return std::nullopt;
  return *named + port + (rest.starts_with('/') ? "" : "/") + std::string(rest);
}

std::optional<std::string> hash(std::string_view text) {
  constexpr std::size_t kLengths[] = {32, 40, 56, 64, 96, 128};
  if (std::ranges::find(kLengths, text.size()) == std::end(kLengths)) return std::nullopt;
  std::string out = lowered(text);
  for (const char c : out)
    if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return std::nullopt;
  return out;
}

std::optional<std::string> mail(std::string_view text) {
  if (text.starts_with('<') && text.ends_with('>') && text.size() > 2) text = text.substr(1, text.size() - 2);
  const std::size_t at = text.find('@');
  if (at == 0 || at == std::string_view::npos || text.size() > kMailMax) return std::nullopt;
  const auto behind = domain(text.substr(at + 1));
  if (!behind) return std::nullopt;
  for (const char c : text.substr(0, at))
    if (static_cast<unsigned char>(c) <= ' ' || c == '"' || c == '<' || c == '>' || c == ',') return std::nullopt;
  return lowered(text.substr(0, at)) + "@" + *behind;
}

}  // namespace

std::string refang(std::string_view value) {
  std::string out(trimmed(value));
  const std::string low = lowered(out);
  if (low.starts_with("hxxp") && std::min(low.find("://"), low.find("[:")) <= 6) out[1] = out[2] = 't';
  if (low.starts_with("meow://")) out = "http" + out.substr(4);
  constexpr std::pair<std::string_view, std::string_view> kSpellings[] = {
      {"[.]", "."},     {"(.)", "."}, {"{.}", "."},  {"[dot]", "."}, {"(dot)", "."}, {"[:]", ":"},
      {"[://]", "://"}, {"[@]", "@"}, {"[at]", "@"}, {"(at)", "@"},  {"\\.", "."},   {"[/]", "/"}};
  if (out.find_first_of("[({\\") == std::string::npos) return out;
  for (const auto& [spelled, meant] : kSpellings)
    for (std::size_t at = 0; (at = out.find(spelled, at)) != std::string::npos; at += meant.size())
      out.replace(at, spelled.size(), meant);
  return out;
}

std::optional<std::string> normal(Type type, std::string_view value) {
  if (value.size() > 4 * kUrlMax) return std::nullopt;
  if (type == Type::agent) {
    value = trimmed(value);
    if (value.size() < kAgentMin || value.size() > kAgentMax) return std::nullopt;
    return std::string(value);
  }
  const std::string text = refang(value);
  switch (type) {
    case Type::address: {
      const auto ip = address(text);
      return ip ? std::optional(ip->text()) : std::nullopt;
    }
    case Type::prefix:
      return prefix(text);
    case Type::domain:
      return domain(text);
    case Type::url:
      return url(text);
    case Type::hash:
      return hash(text);
    case Type::mail:
      return mail(text);
    case Type::agent:
      break;
  }
  return std::nullopt;
}

std::optional<Guess> guess(std::string_view value) {
  if (value.size() > 4 * kUrlMax) return std::nullopt;
  const std::string text = refang(value);
  if (auto found = hash(text)) return Guess{Type::hash, std::move(*found)};
  if (const auto ip = address(text)) return Guess{Type::address, ip->text()};
  if (auto found = prefix(text)) return Guess{Type::prefix, std::move(*found)};
  if (const std::size_t slash = text.find('/');
      slash != std::string::npos && (text.ends_with("/32") || text.ends_with("/128")))
    if (const auto ip = Ip::parse(std::string_view(text).substr(0, slash)); ip && ip->is_v4() == text.ends_with("/32"))
      return Guess{Type::address, ip->text()};
  if (text.find("://") != std::string::npos) {
    auto found = url(text);
    return found ? std::optional(Guess{Type::url, std::move(*found)}) : std::nullopt;
  }
  if (auto found = mail(text)) return Guess{Type::mail, std::move(*found)};
  if (auto found = domain(text)) return Guess{Type::domain, std::move(*found)};
  // "evil.example/gate.php": a host with a path; "192.0.2.0/33" and "and/or" are nothing.
  if (const std::size_t slash = text.find('/'); slash != std::string::npos && slash + 1 < text.size())
    if (!is_digits(std::string_view(text).substr(slash + 1)))
      if (auto found = url(text)) return Guess{Type::url, std::move(*found)};
  return std::nullopt;
}

}  // namespace tocsin::indicators
