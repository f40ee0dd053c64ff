#include "documents/markup.h"

#include <algorithm>
#include <charconv>

#include "base/utf8.h"

namespace tocsin::documents {
namespace {

bool blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
bool name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':' || c < 0; }

bool same_word(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) {
    const auto low = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return low(x) == low(y);
  });
}

// The end of a tag, past quoted attribute values.
std::size_t tag_end(std::string_view text) {
  text = text.substr(0, 256u << 10);
  char quote = 0;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (quote != 0) {
      if (text[i] == quote) quote = 0;
    } else if ((text[i] == '"' || text[i] == '\'') && text[i - 1] == '=') {
      quote = text[i];
    } else if (text[i] == '>') {
      return i;
    }
  }
  return std::string_view::npos;
}

struct Named {
  std::string_view name;
  char32_t value;
};
constexpr Named kEntities[] = {
    {"amp", '&'},       {"lt", '<'},       {"gt", '>'},       {"quot", '"'},     {"apos", '\''},    {"nbsp", ' '},
    {"eacute", 0xe9},   {"egrave", 0xe8},  {"agrave", 0xe0},  {"ccedil", 0xe7},  {"ecirc", 0xea},   {"ocirc", 0xf4},
    {"auml", 0xe4},     {"ouml", 0xf6},    {"uuml", 0xfc},    {"szlig", 0xdf},   {"aring", 0xe5},   {"oslash", 0xf8},
    {"ndash", 0x2013},  {"mdash", 0x2014}, {"lsquo", 0x2018}, {"rsquo", 0x2019}, {"ldquo", 0x201c}, {"rdquo", 0x201d},
    {"hellip", 0x2026}, {"euro", 0x20ac},  {"laquo", 0xab},   {"raquo", 0xbb}};

}  // namespace

Markup::Token Markup::next() {
  Token out;
  for (;;) {
    if (rest_.empty()) return out;
    if (rest_[0] != '<') {
      const std::size_t end = std::min(rest_.find('<'), rest_.size());
      out.kind = Kind::text;
      out.inside = rest_.substr(0, end);
      rest_.remove_prefix(end);
      return out;
    }
    if (rest_.starts_with("<!--")) {
      const std::size_t end = rest_.find("-->", 4);
      rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 3);
      continue;
    }
    if (rest_.starts_with("<![CDATA[")) {
      const std::size_t end = std::min(rest_.find("]]>", 9), rest_.size());
      out.kind = Kind::text;
      out.inside = rest_.substr(9, end - 9);
      rest_.remove_prefix(std::min(end + 3, rest_.size()));
      return out;
    }
    const bool close = rest_.size() > 1 && rest_[1] == '/';
    const std::size_t start = close ? 2 : 1;
    const bool tag = rest_.size() > start && (name_start(rest_[start]) || rest_[start] == '!' || rest_[start] == '?');
    if (!tag) {  // a bare "<" is text
      const std::size_t end = std::min(rest_.find('<', 1), rest_.size());
      out.kind = Kind::text;
      out.inside = rest_.substr(0, end);
      rest_.remove_prefix(end);
      return out;
    }
    std::size_t end = tag_end(rest_);
    if (end == std::string_view::npos) end = rest_.find('>');  // a quote that never closes
    if (end == std::string_view::npos) {
      rest_ = {};
      return out;
    }
    std::string_view inside = rest_.substr(start, end - start);
    rest_.remove_prefix(end + 1);
    if (inside[0] == '!' || inside[0] == '?') continue;
    out.empty = inside.ends_with('/');
    if (out.empty) inside.remove_suffix(1);
    std::size_t name = 0;
    while (name < inside.size() && !blank(inside[name])) ++name;
    out.kind = close ? Kind::close : Kind::open;
    out.name = inside.substr(0, name);
    out.inside = inside.substr(name);
    if (const std::size_t colon = out.name.find(':'); colon != std::string_view::npos) {
      out.prefix = out.name.substr(0, colon);
      out.name.remove_prefix(colon + 1);
    }
    return out;
  }
}

void Markup::skip_past(std::string_view name) {
  for (std::size_t at = rest_.find("</"); at != std::string_view::npos; at = rest_.find("</", at + 2)) {
    if (!same_word(rest_.substr(at + 2, name.size()), name)) continue;
    const std::size_t end = rest_.find('>', at);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    return;
  }
  rest_ = {};
}

std::string attribute(const Markup::Token& tag, std::string_view name) {
  std::string_view rest = tag.inside;
  while (!rest.empty()) {
    while (!rest.empty() && blank(rest[0])) rest.remove_prefix(1);
    const std::size_t equal = rest.find('=');
    if (equal == std::string_view::npos) return {};
    std::string_view key = rest.substr(0, equal);
    while (!key.empty() && blank(key.back())) key.remove_suffix(1);
    if (const std::size_t space = key.find_last_of(" \t\r\n"); space != std::string_view::npos)
      key.remove_prefix(space + 1);
    if (const std::size_t colon = key.find(':'); colon != std::string_view::npos) key.remove_prefix(colon + 1);
    rest.remove_prefix(equal + 1);
    while (!rest.empty() && blank(rest[0])) rest.remove_prefix(1);
    std::string_view value;
    if (!rest.empty() && (rest[0] == '"' || rest[0] == '\'')) {
      const std::size_t end = std::min(rest.find(rest[0], 1), rest.size());
      value = rest.substr(1, end - 1);
      rest.remove_prefix(std::min(end + 1, rest.size()));
    } else {
      const std::size_t end = std::min(rest.find_first_of(" \t\r\n"), rest.size());
      value = rest.substr(0, end);
      rest.remove_prefix(end);
    }
    if (same_word(key, name)) return unescape(value);
  }
  return {};
}

std::string unescape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t end = text[i] == '&' ? text.substr(0, i + 12).find(';', i) : std::string_view::npos;
    if (end == std::string_view::npos) {
      out += text[i];
      continue;
    }
    std::string_view name = text.substr(i + 1, end - i - 1);
    if (name.starts_with('#')) {
      const bool hex = name.size() > 1 && (name[1] == 'x' || name[1] == 'X');
      name.remove_prefix(hex ? 2 : 1);
      std::uint32_t value = 0;
      const auto [stop, problem] = std::from_chars(name.data(), name.data() + name.size(), value, hex ? 16 : 10);
      if (problem == std::errc{} && stop == name.data() + name.size() && value != 0) {
        append_utf8(out, value);
        i = end;
        continue;
      }
    } else if (const auto* found = std::ranges::find(kEntities, name, &Named::name); found != std::end(kEntities)) {
      append_utf8(out, found->value);
      i = end;
      continue;
    }
    out += text[i];
  }
  return out;
}

}  // namespace tocsin::documents
