#include "mailauth/spf_term.h"

#include <algorithm>
#include <cstdint>

#include "mailauth/tags.h"

namespace tocsin::mailauth {
namespace {

bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr std::string_view kDelimiters = ".-+,/_=";

// A macro at text[at] == '%'; advances past it. Nothing: a syntax error.
struct Macro {
  char letter = 0;  // 0: a literal
  std::string literal;
  bool escape = false;  // upper-case letter
  int digits = 0;
  bool reverse = false;
  std::string delimiters;
};

std::optional<Macro> read_macro(std::string_view text, std::size_t& at, bool explaining) {
  Macro out;
  if (at + 1 >= text.size()) return std::nullopt;
  const char next = text[at + 1];
  if (next == '%' || next == '_' || next == '-') {
    out.literal = next == '%' ? "%" : next == '_' ? " " : "%20";
    at += 2;
    return out;
  }
  if (next != '{') return std::nullopt;
  const std::size_t close = text.find('}', at);
  if (close == std::string_view::npos || close == at + 2) return std::nullopt;
  std::string_view body = text.substr(at + 2, close - at - 2);
  at = close + 1;
  out.letter = static_cast<char>(is_alpha(body[0]) ? body[0] | 0x20 : body[0]);
  out.escape = body[0] >= 'A' && body[0] <= 'Z';
  if (std::string_view(explaining ? "slodiphvcrt" : "slodiphv").find(out.letter) == std::string_view::npos)
    return std::nullopt;
  body.remove_prefix(1);
  bool digits = false;
  while (!body.empty() && is_digit(body[0])) {
    digits = true;
    out.digits = std::min(out.digits * 10 + (body[0] - '0'), 1000);
    body.remove_prefix(1);
  }
  if (digits && out.digits == 0) return std::nullopt;
  if (!body.empty() && (body[0] == 'r' || body[0] == 'R')) {
    out.reverse = true;
    body.remove_prefix(1);
  }
  for (const char c : body)
    if (kDelimiters.find(c) == std::string_view::npos) return std::nullopt;
  out.delimiters = body.empty() ? "." : std::string(body);
  return out;
}

std::string url_escaped(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (is_alpha(c) || is_digit(c) || std::string_view("-._~").find(c) != std::string_view::npos) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    }
  }
  return out;
}

std::string value_of(char letter, const SpfMacros& macros) {
  switch (letter) {
    case 's':
      return macros.sender;
    case 'l':
      return macros.sender.substr(0, macros.sender.rfind('@'));
    case 'o':
      return macros.sender.substr(macros.sender.rfind('@') + 1);
    case 'd':
      return macros.domain;
    case 'i':
      return dotted(macros.address);
    case 'p':
      return macros.validated;
    case 'h':
      return macros.helo;
    case 'v':
      return macros.address.is_v4() ? "in-addr" : "ip6";
    case 'c':
      return macros.address.text();
    case 'r':
      return macros.receiver;
    default:
      return macros.time;
  }
}

// "/24", "//64" or "/24//64" at the end. False: malformed.
bool take_bits(std::string_view& text, SpfTerm& term) {
  const auto number = [](std::string_view digits, int max) -> std::optional<int> {
    if (digits.empty() || digits.size() > 3 || (digits.size() > 1 && digits[0] == '0')) return std::nullopt;
    const auto value = parse_number(digits);
    return value && *value <= static_cast<std::uint64_t>(max) ? std::optional(static_cast<int>(*value)) : std::nullopt;
  };
  const auto digits_at_end = [&] {
    std::size_t size = 0;
    while (size < text.size() && is_digit(text[text.size() - 1 - size])) ++size;
    return size;
  };
  std::size_t size = digits_at_end();
  if (size < text.size() && text[text.size() - 1 - size] == '/') {
    const std::size_t slash = text.size() - 1 - size;
    if (slash > 0 && text[slash - 1] == '/') {
      const auto bits = number(text.substr(slash + 1), 128);
      if (!bits) return false;
      term.bits6 = *bits;
      text = text.substr(0, slash - 1);
      size = digits_at_end();
    }
  }
  if (size < text.size() && text[text.size() - 1 - size] == '/') {
    const std::size_t slash = text.size() - 1 - size;
    const auto bits = number(text.substr(slash + 1), 32);
    if (!bits) return false;
    term.bits4 = *bits;
    text = text.substr(0, slash);
  }
  return true;
}

// domain-spec = macro-string domain-end (RFC 7208 7.1): it ends in a macro or in ".toplabel" with an optional dot.
bool is_domain_spec(std::string_view text) {
  if (text.empty() || !macros_are_well_formed(text, false)) return false;
  if (text.ends_with('}')) return true;
  if (text.ends_with("%%") || text.ends_with("%_") || text.ends_with("%-")) return false;
  std::string_view rest = text.ends_with('.') ? text.substr(0, text.size() - 1) : text;
  const std::size_t dot = rest.rfind('.');
  if (dot == std::string_view::npos) return false;
  const std::string_view top = rest.substr(dot + 1);
  if (top.empty() || top.front() == '-' || top.back() == '-') return false;
  bool letters = false;
  for (const char c : top) {
    if (!is_alpha(c) && !is_digit(c) && c != '-') return false;
    letters |= is_alpha(c) || c == '-';
  }
  return letters;
}

bool parse_term(std::string_view text, SpfRecord& record, std::string& problem) {
  const auto bad = [&](std::string_view why) {
    problem = std::string(why) + ": " + std::string(text);
    return false;
  };
  // name=value is a modifier when the name comes before any : or /.
  std::size_t name = 0;
  while (name < text.size() &&
         (is_alpha(text[name]) ||
          (name > 0 && (is_digit(text[name]) || std::string_view("-_.").find(text[name]) != std::string_view::npos))))
    ++name;
  if (name < text.size() && text[name] == '=') {
    if (name == 0) return bad("a modifier without a name");
    const std::string which = lower_ascii(text.substr(0, name));
    const std::string_view value = text.substr(name + 1);
    if (which == "redirect" || which == "exp") {
      auto& into = which == "exp" ? record.exp : record.redirect;
      if (into) return bad("a modifier stands twice");
      if (!is_domain_spec(value)) return bad("no domain");
      into = std::string(value);
      return true;
    }
    return macros_are_well_formed(value, true) || bad("malformed macro");
  }
  SpfTerm term;
  term.text = std::string(text);
  if (std::string_view("+-?~").find(text[0]) != std::string_view::npos) {
    term.qualifier = text[0];
    text.remove_prefix(1);
  }
  const std::size_t end = std::min(text.find_first_of(":/"), text.size());
  const std::string which = lower_ascii(text.substr(0, end));
  std::string_view rest = text.substr(end);
  if (which == "all") {
    if (!rest.empty()) return bad("all takes no argument");
  } else if (which == "ip4" || which == "ip6") {
    const bool v6 = which == "ip6";
    term.mechanism = v6 ? SpfMechanism::ip6 : SpfMechanism::ip4;
    if (!rest.starts_with(':')) return bad("no address");
    rest.remove_prefix(1);
    const std::size_t slash = rest.find('/');
    if (slash != std::string_view::npos) {
      const std::string_view digits = rest.substr(slash + 1);
      const auto bits = digits.size() > 1 && digits[0] == '0' ? std::nullopt : parse_number(digits);
      if (!bits || *bits > (v6 ? 128u : 32u)) return bad("bad prefix length");
      (v6 ? term.bits6 : term.bits4) = static_cast<int>(*bits);
      rest = rest.substr(0, slash);
    }
    const auto address = Ip::parse(rest);
    if (!address || rest.find('%') != std::string_view::npos || (rest.find(':') != std::string_view::npos) != v6)
      return bad("no address");
    term.network = *address;
  } else if (which == "a" || which == "mx") {
    term.mechanism = which == "a" ? SpfMechanism::a : SpfMechanism::mx;
    if (!take_bits(rest, term)) return bad("bad prefix length");
    if (!rest.empty()) {
      if (rest[0] != ':' || !is_domain_spec(rest.substr(1))) return bad("no domain");
      term.domain = std::string(rest.substr(1));
    }
  } else if (which == "include" || which == "exists" || which == "ptr") {
    term.mechanism = which == "include"  ? SpfMechanism::include
                     : which == "exists" ? SpfMechanism::exists
                                         : SpfMechanism::ptr;
    if (rest.empty() && which != "ptr") return bad("no domain");
    if (!rest.empty()) {
      if (rest[0] != ':' || !is_domain_spec(rest.substr(1))) return bad("no domain");
      term.domain = std::string(rest.substr(1));
    }
  } else {
    return bad("unknown mechanism");
  }
  record.terms.push_back(std::move(term));
  return true;
}

}  // namespace

std::string dotted(const Ip& address) {
  if (address.is_v4()) return address.text();
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const std::uint8_t byte : address.bytes) {
    for (const int nibble : {byte >> 4, byte & 15}) {
      if (!out.empty()) out += '.';
      out += kDigits[static_cast<std::size_t>(nibble)];
    }
  }
  return out;
}

bool macros_are_well_formed(std::string_view text, bool explaining) {
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] != '%') {
      // macro-literal is visible ASCII; explanations may hold blanks.
      const auto c = static_cast<unsigned char>(text[at]);
      if (c >= 0x7f || c < 0x20 || (c == ' ' && !explaining)) return false;
      ++at;
    } else if (!read_macro(text, at, explaining)) {
      return false;
    }
  }
  return true;
}

bool uses_macro(std::string_view text, char letter) {
  for (std::size_t at = text.find("%{"); at != std::string_view::npos; at = text.find("%{", at + 2))
    if (at + 2 < text.size() && (text[at + 2] | 0x20) == letter) return true;
  return false;
}

std::optional<std::string> expand_macros(std::string_view text, const SpfMacros& macros, bool explaining) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] != '%') {
      out += text[at++];
      continue;
    }
    const auto macro = read_macro(text, at, explaining);
    if (!macro) return std::nullopt;
    if (macro->letter == 0) {
      out += macro->literal;
      continue;
    }
    const std::string value = value_of(macro->letter, macros);
    std::vector<std::string> parts(1);
    for (const char c : value) {
      if (macro->delimiters.find(c) != std::string::npos)
        parts.emplace_back();
      else
        parts.back() += c;
    }
    if (macro->reverse) std::ranges::reverse(parts);
    const std::size_t keep = macro->digits == 0 ? parts.size() : static_cast<std::size_t>(macro->digits);
    if (parts.size() > keep) parts.erase(parts.begin(), parts.end() - static_cast<std::ptrdiff_t>(keep));
    std::string joined;
    for (const std::string& part : parts) {
      if (&part != &parts.front()) joined += '.';
      joined += part;
    }
    out += macro->escape ? url_escaped(joined) : joined;
    if (out.size() > 4096) return std::nullopt;
  }
  return out;
}

std::optional<SpfRecord> parse_spf(std::string_view text, std::string& problem) {
  SpfRecord out;
  std::size_t at = std::min(text.find(' '), text.size());  // past the version
  while (at < text.size()) {
    if (text[at] == ' ') {
      ++at;
      continue;
    }
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string_view term = text.substr(at, end - at);
    for (const char c : term)
      if (static_cast<unsigned char>(c) >= 0x7f || static_cast<unsigned char>(c) < 0x21) {
        problem = "a byte that no term may have";
        return std::nullopt;
      }
    if (!parse_term(term, out, problem)) return std::nullopt;
    at = end;
  }
  return out;
}

}  // namespace tocsin::mailauth
