#include "phishing/html/tokens.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace tocsin::phishing {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool equal_folded(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

constexpr std::array<std::string_view, 8> kRawText = {"script", "style",   "textarea", "title",
                                                      "xmp",    "noembed", "noframes", "iframe"};
// Closed by the next of their kind, or never open.
constexpr std::array<std::string_view, 26> kShallow = {
    "p",    "li",   "dt",   "dd",  "td",    "th",  "tr",     "option", "br",    "img",      "hr",    "input", "meta",
    "link", "area", "base", "col", "embed", "wbr", "source", "track",  "param", "colgroup", "tbody", "thead", "tfoot"};

template <std::size_t N>
bool one_of(std::string_view name, const std::array<std::string_view, N>& names) {
  return std::ranges::any_of(names, [&](std::string_view one) { return equal_folded(name, one); });
}

}  // namespace

void Tokens::tag(Token& out) {
  const char* const data = html_.data();
  const std::size_t size = html_.size();
  std::size_t begin = at_;
  while (at_ < size && !is_space(data[at_]) && data[at_] != '/' && data[at_] != '>') ++at_;
  out.name = html_.substr(begin, at_ - begin);
  while (at_ < size) {
    while (at_ < size && (is_space(data[at_]) || data[at_] == '/')) {
      out.closes_itself = data[at_] == '/';
      ++at_;
    }
    if (at_ >= size) return;
    if (data[at_] == '>') {
      ++at_;
      return;
    }
    out.closes_itself = false;
    begin = at_++;  // an attribute's name may begin with "="
    while (at_ < size && !is_space(data[at_]) && data[at_] != '/' && data[at_] != '>' && data[at_] != '=') ++at_;
    const std::string_view name = html_.substr(begin, at_ - begin);
    std::size_t ahead = at_;
    while (ahead < size && is_space(data[ahead])) ++ahead;
    std::string_view value;
    if (ahead < size && data[ahead] == '=') {
      at_ = ahead + 1;
      while (at_ < size && is_space(data[at_])) ++at_;
      if (at_ < size && (data[at_] == '"' || data[at_] == '\'')) {
        const std::size_t close = html_.find(data[at_], at_ + 1);
        value = html_.substr(at_ + 1, (close == std::string_view::npos ? size : close) - at_ - 1);
        at_ = close == std::string_view::npos ? size : close + 1;
      } else {
        begin = at_;
        while (at_ < size && !is_space(data[at_]) && data[at_] != '>') ++at_;
        value = html_.substr(begin, at_ - begin);
      }
    }
    if (out.attributes.size() < kAttributesMax)
      out.attributes.emplace_back(name, value);
    else
      excess_ = true;
  }
}

bool Tokens::next(Token& out) {
  out.attributes.clear();
  out.closes_itself = false;
  if (at_ >= html_.size()) return false;
  const auto text_to = [&](std::size_t end) {
    out.kind = Token::Kind::text;
    out.text = html_.substr(at_, end - at_);
    at_ = end;
    return true;
  };
  if (!raw_.empty()) {
    std::size_t end = at_;
    for (;; ++end) {
      end = html_.find("</", end);
      if (end == std::string_view::npos) {
        raw_ = {};
        return text_to(html_.size());
      }
      if (equal_folded(html_.substr(end + 2, raw_.size()), raw_)) break;
    }
    raw_ = {};
    if (end > at_) return text_to(end);
  }
  if (html_[at_] != '<') return text_to(std::min(html_.find('<', at_), html_.size()));
  const char next = at_ + 1 < html_.size() ? html_[at_ + 1] : '\0';
  if (is_letter(next)) {
    ++at_;
    out.kind = Token::Kind::start;
    tag(out);
    if (one_of(out.name, kRawText)) raw_ = out.name;
    return true;
  }
  if (next == '/' && at_ + 2 < html_.size() && is_letter(html_[at_ + 2])) {
    at_ += 2;
    out.kind = Token::Kind::end;
    tag(out);
    return true;
  }
  if (next == '!' || next == '?' || next == '/') {
    out.kind = Token::Kind::comment;
    if (html_.substr(at_, 4) == "<!--") {
      // `<!-->` and `<!--->` are whole comments.
      const std::size_t from = at_ + 4;
      if (html_.substr(from, 1) == ">" || html_.substr(from, 2) == "->") {
        out.text = {};
        at_ = html_.find('>', from) + 1;
        return true;
      }
      std::size_t end = html_.find("--", from);
      while (end != std::string_view::npos && html_.substr(end + 2, 1) != ">" && html_.substr(end + 2, 2) != "!>")
        end = html_.find("--", end + 1);
      out.text = html_.substr(from, end == std::string_view::npos ? end : end - from);
      at_ = end == std::string_view::npos ? html_.size() : html_.find('>', end) + 1;
      return true;
    }
    const std::size_t end = html_.find('>', at_);
    out.text = html_.substr(at_ + 2, end == std::string_view::npos ? end : end - at_ - 2);
    at_ = end == std::string_view::npos ? html_.size() : end + 1;
    return true;
  }
  return text_to(std::min(html_.find('<', at_ + 1), html_.size()));
}

TreeCost tree_cost(std::string_view html) {
  TreeCost cost;
  Tokens tokens(html);
  Token token;
  std::size_t depth = 0;
  bool foreign = false;
  while (tokens.next(token)) {
    if (token.kind != Token::Kind::start && token.kind != Token::Kind::end) continue;
    ++cost.tags;
    if (!foreign && (equal_folded(token.name, "svg") || equal_folded(token.name, "math"))) foreign = true;
    if (!foreign && one_of(token.name, kShallow)) continue;
    if (token.kind == Token::Kind::end)
      depth -= depth > 0;
    else if (!(foreign && token.closes_itself))
      cost.depth = std::max(cost.depth, ++depth);
  }
  cost.excess = tokens.excess();
  return cost;
}

}  // namespace tocsin::phishing
