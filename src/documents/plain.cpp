// HTML and plain text: little is said of them, their words are what counts.
#include <algorithm>

#include "base/text.h"
#include "documents/format.h"
#include "documents/markup.h"

namespace tocsin::documents {
namespace {

bool same(std::string_view a, std::string_view lower) {
  return std::ranges::equal(a, lower, [](char x, char y) { return (x >= 'A' && x <= 'Z' ? x + 32 : x) == y; });
}

std::string_view recognise_plain(std::string_view head) {
  if (head.starts_with("\xef\xbb\xbf")) head.remove_prefix(3);
  if (head.starts_with("\xff\xfe") && head.size() > 3) return "text";  // UTF-16
  if (head.empty()) return "";
  std::string_view start = head.substr(0, 4096);
  start.remove_prefix(std::min(start.find_first_not_of(" \t\r\n"), start.size()));
  Markup markup(start);
  if (start.starts_with('<'))
    for (int i = 0; i < 8; ++i) {
      const auto token = markup.next();
      for (const char* tag : {"html", "head", "body", "title", "meta", "div", "p", "table"})
        if (token.kind == Markup::Kind::open && same(token.name, tag)) return "html";
    }
  const auto odd = std::ranges::count_if(head, [](char c) {
    return c == 0 || (c > 0 && c < ' ' && c != '\t' && c != '\r' && c != '\n' && c != '\f' && c != 27);
  });
  return odd == 0 ? "text" : "";
}

void describe_plain(std::string_view bytes, const Limits& limits, Metadata& out) {
  if (out.format != "html") return;
  Markup markup(bytes.substr(0, limits.text));
  for (auto token = markup.next(); token.kind != Markup::Kind::end; token = markup.next()) {
    if (token.kind != Markup::Kind::open) continue;
    if (same(token.name, "html") && out.language.empty()) out.language = clean(attribute(token, "lang"), limits);
    if (same(token.name, "title") && out.title.empty()) {
      const auto text = markup.next();
      if (text.kind == Markup::Kind::text) out.title = clean(unescape(text.inside), limits);
    }
    if (same(token.name, "meta")) {
      const std::string name = attribute(token, "name"), value = clean(attribute(token, "content"), limits);
      if (same(name, "generator"))
        out.application = value;
      else if (same(name, "author"))
        out.author = value;
      else if (!name.empty() && !same(name, "viewport"))
        add_fact(out, limits, name, value);
    }
    if (same(token.name, "body")) return;
    if (same(token.name, "script") || same(token.name, "style")) markup.skip_past(token.name);
  }
}

std::string html_text(std::string_view bytes, std::size_t max) {
  std::string out;
  Markup markup(bytes);
  for (auto token = markup.next(); token.kind != Markup::Kind::end && out.size() < max; token = markup.next()) {
    if (token.kind == Markup::Kind::text) {
      out += unescape(token.inside);
      continue;
    }
    if (token.kind == Markup::Kind::open && (same(token.name, "script") || same(token.name, "style")))
      markup.skip_past(token.name);
    for (const char* tag : {"p", "br", "div", "tr", "li", "h1", "h2", "h3", "h4", "title", "blockquote"})
      if (same(token.name, tag)) out += '\n';
    if (same(token.name, "td")) out += '\t';
  }
  return out;
}

std::string plain_text(std::string_view bytes, const Limits& limits) {
  if (recognise_plain(bytes.substr(0, 4096)) == "html") return html_text(bytes.substr(0, 8 * limits.text), limits.text);
  if (bytes.starts_with("\xff\xfe")) {
    bytes = bytes.substr(2, 2 * limits.text);
    std::string out(bytes.size() / 2 * 3 + 16, '\0');
    out.resize(utf16le_to_utf8(bytes.data(), bytes.size() / 2, out.data()));
    return out;
  }
  if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
  return std::string(bytes.substr(0, limits.text));
}

}  // namespace

const FormatSpec plain_spec{recognise_plain, describe_plain, plain_text};

}  // namespace tocsin::documents
