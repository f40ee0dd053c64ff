#include "phishing/url.h"

#include <algorithm>

#include "base/ip.h"
#include "base/suffix.h"
#include "phishing/html/address.h"

namespace tocsin::phishing {
namespace {

// inet_aton's forms: 0x7f.1, 2130706433, 0177.0.0.1.
bool is_number_host(std::string_view host) {
  if (host.empty() || !std::isdigit(static_cast<unsigned char>(host.front()))) return false;
  std::size_t parts = 0, at = 0;
  while (at <= host.size()) {
    const std::size_t end = std::min(host.find('.', at), host.size());
    std::string_view part = host.substr(at, end - at);
    if (part.starts_with("0x")) {
      part.remove_prefix(2);
      if (!std::ranges::all_of(part, [](unsigned char c) { return std::isxdigit(c); })) return false;
    } else if (part.empty() || !std::ranges::all_of(part, [](unsigned char c) { return std::isdigit(c); })) {
      return false;
    }
    ++parts;
    if (end == host.size()) break;
    at = end + 1;
  }
  return parts == 4 || (parts == 1 && host.size() >= 8);
}

}  // namespace

std::string registrable_of(std::string_view host) {
  const std::string_view found = PublicSuffixes::system().registrable(host);
  return std::string(found.empty() ? host : found);
}

bool parse_url(std::string_view text, Url& out) {
  out = {};
  text = trimmed(text).substr(0, 8192);
  std::string clean;
  for (const char c : text)
    if (c != '\t' && c != '\n' && c != '\r') clean += c;
  std::size_t colon = clean.find(':');
  std::string_view rest = clean;
  if (rest.starts_with("//") || rest.starts_with("\\\\")) {
    out.scheme = rest.front() == '\\' ? "file" : "https";
  } else {
    if (colon == std::string::npos || colon > 12) return false;
    out.scheme = lower_ascii(rest.substr(0, colon));
    if (!std::ranges::all_of(out.scheme,
                             [](unsigned char c) { return std::isalnum(c) || c == '+' || c == '-' || c == '.'; }))
      return false;
    rest.remove_prefix(colon + 1);
  }
  const bool web = out.scheme == "http" || out.scheme == "https" || out.scheme == "ftp";
  if (!web && out.scheme != "file") return false;
  std::string slashed(rest);
  if (slashed.find('\\') != std::string::npos && slashed.find('\\') < 16) out.backslashes = true;
  for (std::size_t i = 0; i < slashed.size() && slashed[i] != '?' && slashed[i] != '#'; ++i)
    if (slashed[i] == '\\') slashed[i] = '/';
  rest = slashed;
  std::size_t slashes = 0;
  while (slashes < rest.size() && rest[slashes] == '/') ++slashes;
  if (!web && slashes < 2) return false;
  rest.remove_prefix(slashes);
  if (out.scheme == "file" && slashes == 3) return false;  // of this machine
  const std::size_t end = std::min(rest.find_first_of("/?#"), rest.size());
  std::string_view authority = rest.substr(0, end);
  rest.remove_prefix(end);
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    out.user = decode_percent(authority.substr(0, at));
    authority.remove_prefix(at + 1);
  }
  if (authority.starts_with('[')) {
    const std::size_t close = authority.find(']');
    out.host = std::string(authority.substr(1, close == std::string_view::npos ? close : close - 1));
    out.address = true;
    authority = close == std::string_view::npos ? std::string_view() : authority.substr(close + 1);
    colon = authority.find(':');
  } else {
    colon = authority.find(':');
    out.host = lower_ascii(decode_percent(authority.substr(0, colon)));
    while (!out.host.empty() && out.host.back() == '.') out.host.pop_back();
    out.address = is_number_host(out.host);
  }
  if (colon != std::string_view::npos)
    for (const char c : authority.substr(colon + 1, 5))
      if (std::isdigit(static_cast<unsigned char>(c))) out.port = out.port * 10 + static_cast<std::uint32_t>(c - '0');
  if (const std::size_t hash = rest.find('#'); hash != std::string_view::npos) {
    out.fragment = std::string(rest.substr(hash + 1));
    rest = rest.substr(0, hash);
  }
  if (const std::size_t mark = rest.find('?'); mark != std::string_view::npos) {
    out.query = std::string(rest.substr(mark + 1));
    rest = rest.substr(0, mark);
  }
  out.path = std::string(rest);
  if (out.host.empty() || out.host.find_first_of(" <>\"'{}") != std::string::npos) return false;
  out.registrable = out.address ? out.host : registrable_of(out.host);
  return true;
}

}  // namespace tocsin::phishing
