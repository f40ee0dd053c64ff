#include "tests/phishing/html_mutator.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "phishing/html/tokens.h"
#include "phishing/html/tree.h"

namespace tocsin::test {
namespace {

using phishing::Token;

std::string base64(std::string_view text) {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += 3) {
    const auto byte = [&](std::size_t at) { return at < text.size() ? static_cast<unsigned char>(text[at]) : 0u; };
    const unsigned bits = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
    out += kLetters[bits >> 18];
    out += kLetters[bits >> 12 & 63];
    out += i + 1 < text.size() ? kLetters[bits >> 6 & 63] : '=';
    out += i + 2 < text.size() ? kLetters[bits & 63] : '=';
  }
  return out;
}

std::string mixed_case(std::string_view name, Draw& draw) {
  std::string out(name);
  for (char& c : out)
    if (draw.chance(50)) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

std::string blank(Draw& draw) {
  static constexpr std::string_view kBlanks[] = {" ", "  ", "\n", "\t", "\r\n ", " \n\t", "\f"};
  return std::string(draw.of(kBlanks));
}

std::string reference(char c, Draw& draw, bool may_end_open) {
  const auto code = static_cast<unsigned>(static_cast<unsigned char>(c));
  switch (draw.below(may_end_open ? 5 : 4)) {
    case 0:
      return fmt::format("&#{};", code);
    case 1:
      return fmt::format("&#x{:x};", code);
    case 2:
      return fmt::format("&#X{:06X};", code);
    case 3:
      return fmt::format("&#{:07};", code);
    default:
      return fmt::format("&#x{:x}", code);
  }
}

// `share`: per cent of characters that are written as references.
std::string written(std::string_view value, char quote, unsigned share, Draw& draw) {
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    const bool must = c == '&' || (quote && c == quote) ||
                      (!quote && (std::isspace(static_cast<unsigned char>(c)) || c == '>' || c == '"' || c == '\'' ||
                                  c == '`' || c == '=' || c == '<'));
    const bool ascii = static_cast<unsigned char>(c) < 0x80 && static_cast<unsigned char>(c) >= 0x20;
    const char next = i + 1 < value.size() ? value[i + 1] : ';';
    if (must || (ascii && draw.chance(share)))
      out += reference(c, draw,
                       !std::isxdigit(static_cast<unsigned char>(next)) && next != ';' && next != '&' &&
                           static_cast<unsigned char>(next) >= 0x20);
    else
      out += c;
  }
  return out;
}

// A browser drops tabs and line ends anywhere in an address, and controls before it.
std::string loosened(std::string value, Draw& draw) {
  std::string low = value;
  std::ranges::transform(low, low.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const std::string_view scheme : {"javascript:", "vbscript:", "data:"}) {
    if (!low.starts_with(scheme)) continue;
    if (scheme == "data:" && draw.chance(60) && low.find(";base64") == std::string::npos &&
        low.find(',') != std::string::npos) {
      const std::size_t comma = low.find(',');
      value = value.substr(0, comma) + ";base64," + base64(value.substr(comma + 1));
    }
    std::string out;
    if (draw.chance(30)) out += draw.chance(50) ? "\x01" : " \n";
    for (std::size_t i = 0; i < value.size(); ++i) {
      out += i < scheme.size() && draw.chance(50)
                 ? static_cast<char>(std::toupper(static_cast<unsigned char>(value[i])))
                 : value[i];
      if (i + 1 < scheme.size() && draw.chance(20)) out += draw.chance(50) ? '\t' : '\n';
    }
    return out;
  }
  return value;
}

std::string in_base64(const std::string& code, Draw& draw) {
  const char* const quote = draw.chance(50) ? "'" : "\"";
  return fmt::format("eval(atob({}{}{}))", quote, base64(code), quote);
}

}  // namespace

std::string mutate_html(std::string_view html, Draw& draw) {
  std::string out;
  phishing::Tokens tokens(html);
  Token token;
  const unsigned share = draw.chance(50) ? 0 : static_cast<unsigned>(draw.below(60));
  const bool recase = draw.chance(60);
  while (tokens.next(token)) {
    if (token.kind == Token::Kind::text) {
      out += token.text;
      continue;
    }
    if (token.kind == Token::Kind::comment) {
      out += fmt::format("<!--{}-->", token.text);
      continue;
    }
    const bool end = token.kind == Token::Kind::end;
    out += end ? "</" : "<";
    out += recase ? mixed_case(token.name, draw) : std::string(token.name);
    for (const auto& [name, raw] : token.attributes) {
      out += draw.chance(15) && !end ? "/" : blank(draw);
      out += recase ? mixed_case(name, draw) : std::string(name);
      std::string value = phishing::decode_references(raw);
      if (value.empty()) continue;
      std::string low(name);
      std::ranges::transform(low, low.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      if (low.starts_with("on") && value.find_first_of("'\"`\\") == std::string::npos && draw.chance(30))
        value = in_base64(value, draw);
      if (low != "style") value = loosened(std::move(value), draw);
      const std::size_t kind = draw.below(3);
      const char quote = kind == 0 ? '"' : kind == 1 ? '\'' : '\0';
      out += draw.chance(20) ? " = " : "=";
      if (quote) out += quote;
      out += written(value, quote, share, draw);
      if (quote) out += quote;
      if (!quote) out += ' ';
    }
    if (token.closes_itself) out += " /";
    if (draw.chance(20)) out += blank(draw);
    out += '>';
  }
  static constexpr std::string_view kBefore[] = {"<div><table><tr><td>",
                                                 "<p>Dear colleague,<br>",
                                                 "<center><font color=red>",
                                                 "<blockquote><b><i>",
                                                 "<!-- mail --><div style=\"color:#333\">",
                                                 "<ul><li><span>",
                                                 "<div></span></p>",
                                                 "<table><tbody><tr><th align=left>",
                                                 "text before ",
                                                 "<h1>News</h1><hr>"};
  for (std::size_t i = draw.below(4); i > 0; --i) out.insert(0, draw.of(kBefore));
  if (draw.chance(50)) out += "<p>Kind regards</p></td></tr></table>";
  return out;
}

}  // namespace tocsin::test
