#include "publish/report/markup.h"

#include <fmt/format.h>

#include "base/check.h"
#include "publish/terminal/text.h"

namespace tocsin::publish {

std::string escaped(std::string_view text, std::size_t max) {
  std::string cut;
  if (text.size() > max) {
    std::size_t end = max;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
    cut = fmt::format("{} … ({} bytes)", text.substr(0, end), text.size());
    text = cut;
  }
  std::string out;
  for (const char c : printable(text)) switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  return out;
}

void Markup::tag(std::string_view element, Attributes attributes) {
  out_ += '<';
  out_ += element;
  for (const auto& [name, value] : attributes) {
    if (value.empty() && name != "alt") continue;
    out_ += fmt::format(" {}=\"{}\"", name, escaped(value, 4000));
  }
}

Markup& Markup::open(std::string_view element, Attributes attributes) {
  tag(element, attributes);
  out_ += '>';
  open_.emplace_back(element);
  return *this;
}

Markup& Markup::close() {
  CHECK(!open_.empty());
  out_ += "</" + open_.back() + ">";
  open_.pop_back();
  return *this;
}

Markup& Markup::empty(std::string_view element, Attributes attributes) {
  tag(element, attributes);
  out_ += "/>";
  return *this;
}

Markup& Markup::text(std::string_view text) {
  out_ += escaped(text);
  return *this;
}

Markup& Markup::leaf(std::string_view element, Attributes attributes, std::string_view text) {
  return open(element, attributes).text(text).close();
}

Markup& Markup::raw(std::string_view made) {
  out_ += made;
  return *this;
}

std::string Markup::take() {
  CHECK(open_.empty());
  return std::exchange(out_, {});
}

}  // namespace tocsin::publish
