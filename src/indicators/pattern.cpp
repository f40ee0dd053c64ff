// STIX patterns (STIX 2.1, part 9), as far as single values go: words, strings and brackets are cut first; what is
// between [ and ] is a row of comparisons, and whether AND joins them says whether each stands for the whole.
#include <algorithm>
#include <vector>

#include "indicators/read.h"

namespace tocsin::indicators {
namespace {

struct Token {
  enum class Kind : std::uint8_t { word, string, sign } kind;
  std::string text;
};

constexpr std::size_t kTokensMax = 4096;

bool is_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' ||
         c == '.' || c == ':' || c == '*';
}

// False at what can be no pattern.
bool cut(std::string_view text, std::vector<Token>& out) {
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (out.size() == kTokensMax) return false;
    if (static_cast<unsigned char>(c) <= ' ') {
      ++at;
    } else if (c == '\'') {
      std::string value;
      for (++at; at < text.size() && text[at] != '\''; ++at) {
        if (text[at] == '\\' && at + 1 < text.size()) ++at;
        value += text[at];
      }
      if (at++ >= text.size()) return false;
      // A quoted step of a path ("file:hashes.'SHA-256'") belongs to the word before it.
      if (!out.empty() && out.back().kind == Token::Kind::word && out.back().text.ends_with('.'))
        out.back().text += value;
      else
        out.push_back({Token::Kind::string, std::move(value)});
    } else if (is_word(c)) {
      std::size_t end = at;
      while (end < text.size() && is_word(text[end])) ++end;
      // "….'User-Agent'.x" goes on after its quotes.
      if (c == '.' && !out.empty() && out.back().kind == Token::Kind::word)
        out.back().text += text.substr(at, end - at);
      else
        out.push_back({Token::Kind::word, std::string(text.substr(at, end - at))});
      at = end;
    } else {
      std::size_t size = 1;
      if ((c == '!' || c == '<' || c == '>') && at + 1 < text.size() && text[at + 1] == '=') size = 2;
      out.push_back({Token::Kind::sign, std::string(text.substr(at, size))});
      at += size;
    }
  }
  return !out.empty();
}

// What a comparison over this path is about; an address or name only by its value where `guess` is set.
struct Path {
  bool known = false, guessed = false;
  Type type = Type::address;
};
Path path_of(std::string_view path) {
  const auto is = [&](std::string_view name) { return path == name; };
  if (is("ipv4-addr:value") || is("ipv6-addr:value")) return {true, true, Type::address};
  if (is("domain-name:value")) return {true, false, Type::domain};
  if (is("url:value")) return {true, false, Type::url};
  if (is("email-addr:value") || path.ends_with("from_ref.value") || path.ends_with("sender_ref.value"))
    return {true, false, Type::mail};
  if (path.starts_with("file:hashes.") || path.starts_with("artifact:hashes.") ||
      path.find("content_ref.hashes.") != std::string_view::npos ||
      path.find("binary_ref.hashes.") != std::string_view::npos)
    return {true, false, Type::hash};
  if (path.ends_with(".request_header.User-Agent")) return {true, false, Type::agent};
  if (path == "network-traffic:dst_ref.value" || path == "network-traffic:src_ref.value" ||
      path == "domain-name:resolves_to_refs[*].value")
    return {true, true, Type::address};
  return {};
}

struct Comparison {
  Path path;
  std::vector<std::string> values;
};

}  // namespace

bool read_pattern(std::string_view pattern, const Indicator& like, Taker& taker) {
  std::vector<Token> tokens;
  if (pattern.size() > (std::size_t{1} << 20) || !cut(pattern, tokens)) return false;
  bool any = false, inside = false, and_inside = false;
  std::vector<Comparison> group;
  std::size_t comparisons = 0;
  std::size_t outside_and = 0;
  // AND or FOLLOWEDBY between observations: each is a part as well.
  for (std::size_t i = 0, depth = 0; i < tokens.size(); ++i) {
    depth += tokens[i].text == "[" && tokens[i].kind == Token::Kind::sign;
    depth -= tokens[i].text == "]" && tokens[i].kind == Token::Kind::sign && depth > 0;
    if (depth == 0 && tokens[i].kind == Token::Kind::word &&
        (tokens[i].text == "AND" || tokens[i].text == "FOLLOWEDBY"))
      ++outside_and;
  }
  const auto flush = [&] {
    for (const Comparison& one : group)
      for (const std::string& value : one.values) {
        Indicator indicator = like;
        indicator.part = and_inside || outside_and > 0;
        std::optional<std::string> text;
        if (one.path.guessed) {
          if (auto found = guess(value);
              found && (found->type == Type::address || found->type == Type::prefix || found->type == Type::domain)) {
            indicator.type = found->type;
            text = std::move(found->value);
          }
        } else {
          indicator.type = one.path.type;
          text = normal(indicator.type, value);
        }
        if (!text) continue;
        indicator.value = std::move(*text);
        taker.take(std::move(indicator));
        any = true;
      }
    group.clear();
    comparisons = 0;
    and_inside = false;
  };
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const Token& token = tokens[i];
    if (token.kind == Token::Kind::sign && token.text == "[") {
      inside = true;
    } else if (token.kind == Token::Kind::sign && token.text == "]") {
      flush();
      inside = false;
    } else if (inside && token.kind == Token::Kind::word && token.text == "AND") {
      and_inside = true;
    } else if (inside && token.kind == Token::Kind::word && token.text.find(':') != std::string::npos) {
      ++comparisons;
      Comparison one{path_of(token.text), {}};
      std::size_t at = i + 1;
      if (at >= tokens.size() || !one.path.known) continue;
      if (tokens[at].text == "=" && at + 1 < tokens.size() && tokens[at + 1].kind == Token::Kind::string) {
        one.values.push_back(tokens[at + 1].text);
        i = at + 1;
      } else if ((tokens[at].text == "ISSUBSET") && at + 1 < tokens.size()) {
        one.values.push_back(tokens[at + 1].text);
        i = at + 1;
      } else if (tokens[at].text == "IN" && at + 1 < tokens.size() && tokens[at + 1].text == "(") {
        for (at += 2; at < tokens.size() && tokens[at].text != ")"; ++at)
          if (tokens[at].kind == Token::Kind::string) one.values.push_back(tokens[at].text);
        i = std::min(at, tokens.size() - 1);
      }
      group.push_back(std::move(one));
    }
  }
  return any;
}

}  // namespace tocsin::indicators
