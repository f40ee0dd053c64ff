// Tokens are made once, here, and modifiers add tokens: gluing a '*' onto text that ends in a backslash would turn
// the wildcard into a literal star.
#include "sigma/pattern.h"

#include "base/text.h"

namespace tocsin::sigma {
namespace {

using Kind = Token::Kind;

void put(Pattern& pattern, char c) {
  if (pattern.tokens.empty() || pattern.tokens.back().kind != Kind::literal)
    pattern.tokens.push_back({Kind::literal, {}});
  pattern.tokens.back().text += c;
}

bool is_special(char c) { return c == '*' || c == '?' || c == '\\'; }

}  // namespace

Pattern parse_pattern(std::string_view text) {
  Pattern out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '*') {
      add_any_after(out);
    } else if (text[i] == '?') {
      out.tokens.push_back({Kind::one, {}});
    } else if (text[i] == '\\' && i + 1 < text.size() && is_special(text[i + 1])) {
      put(out, text[++i]);
    } else {
      put(out, text[i]);
    }
  }
  return out;
}

std::optional<std::string> plain_text(const Pattern& pattern) {
  std::string out;
  for (const Token& token : pattern.tokens) {
    if (token.kind != Kind::literal) return std::nullopt;
    out += token.text;
  }
  return out;
}

void add_any_before(Pattern& pattern) {
  if (pattern.tokens.empty() || pattern.tokens.front().kind != Kind::any)
    pattern.tokens.insert(pattern.tokens.begin(), Token{Kind::any, {}});
}

void add_any_after(Pattern& pattern) {
  if (pattern.tokens.empty() || pattern.tokens.back().kind != Kind::any) pattern.tokens.push_back({Kind::any, {}});
}

void normalise(Pattern& pattern) {
  std::vector<Token> out;
  for (Token& token : pattern.tokens) {
    if (token.kind == Kind::literal && token.text.empty()) continue;
    const bool joins = !out.empty() && out.back().kind == token.kind && token.kind != Kind::one;
    if (!joins) {
      out.push_back(std::move(token));
    } else if (token.kind == Kind::literal) {
      out.back().text += token.text;
    }
  }
  if (!pattern.cased)
    for (Token& token : out) token.text = fold(token.text);
  pattern.tokens = std::move(out);
}

// The greedy glob walk: on a mismatch, the latest `*` takes one character more. Earlier stars never need to move.
bool matches(const Pattern& pattern, std::string_view value) {
  const auto& tokens = pattern.tokens;
  std::size_t token = 0, at = 0;
  std::size_t star = tokens.size(), star_at = 0;  // the latest `any` and where it stops for now
  while (true) {
    bool fits = false;
    if (token == tokens.size()) {
      if (at == value.size()) return true;
    } else if (tokens[token].kind == Kind::any) {
      star = token++;
      star_at = at;
      continue;
    } else if (tokens[token].kind == Kind::one) {
      fits = at < value.size();
      if (fits) at += first_code_point(value.substr(at)).length;
    } else {
      fits = value.substr(at).starts_with(tokens[token].text);
      if (fits) at += tokens[token].text.size();
    }
    if (fits) {
      ++token;
      continue;
    }
    if (star == tokens.size() || star_at == value.size()) return false;
    star_at += first_code_point(value.substr(star_at)).length;
    at = star_at;
    token = star + 1;
  }
}

std::string to_text(const Pattern& pattern) {
  std::string out;
  for (std::size_t t = 0; t < pattern.tokens.size(); ++t) {
    const Token& token = pattern.tokens[t];
    if (token.kind == Kind::any) out += '*';
    if (token.kind == Kind::one) out += '?';
    const bool before_wildcard = t + 1 < pattern.tokens.size() && pattern.tokens[t + 1].kind != Kind::literal;
    for (std::size_t i = 0; i < token.text.size(); ++i) {
      const char c = token.text[i];
      const bool special_next = i + 1 < token.text.size() ? is_special(token.text[i + 1]) : before_wildcard;
      if (c == '*' || c == '?' || (c == '\\' && special_next)) out += '\\';
      out += c;
    }
  }
  return out;
}

}  // namespace tocsin::sigma
