#include "phishing/html/style.h"

#include <algorithm>
#include <set>

#include "phishing/html/address.h"
#include "phishing/html/script.h"

namespace tocsin::phishing {
namespace {

// Escapes and comments undone (CSS Syntax 4.3.7, and comments within words as old browsers took them).
std::string undone(std::string_view css) {
  const auto hex = [](char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
  };
  std::string out;
  out.reserve(css.size());
  for (std::size_t i = 0; i < css.size(); ++i) {
    if (css[i] == '/' && css.substr(i + 1, 1) == "*") {
      const std::size_t end = css.find("*/", i + 2);
      if (end == std::string_view::npos) break;
      i = end + 1;
    } else if (css[i] == '\\' && i + 1 < css.size()) {
      std::size_t p = i + 1;
      unsigned value = 0;
      while (p < css.size() && p - i <= 6 && hex(css[p]) >= 0)
        value = value * 16 + static_cast<unsigned>(hex(css[p++]));
      if (p == i + 1) {
        out += css[p];
        i = p;
      } else {
        if (p < css.size() && (css[p] == ' ' || css[p] == '\n' || css[p] == '\t')) ++p;
        out += value < 0x80 ? static_cast<char>(value) : '?';
        i = p - 1;
      }
    } else {
      out += css[i];
    }
  }
  return out;
}

std::string excerpt(std::string_view text, std::size_t at) { return std::string(text.substr(at, 80)); }

bool is_remote(std::string_view url) {
  return url.starts_with("http:") || url.starts_with("https:") || url.starts_with("//");
}

// What stands in url(…), quotes dropped.
std::string_view inside(std::string_view text, std::size_t at) {
  std::string_view rest = text.substr(at, 4096);
  rest = rest.substr(0, rest.find(')'));
  while (!rest.empty() && (rest.front() == '"' || rest.front() == '\'')) rest.remove_prefix(1);
  return rest;
}

class Look {
 public:
  Look(std::string_view css, Css form)
      : form_(form), raw_(lower_ascii(squeezed(css))), text_(lower_ascii(squeezed(undone(css)))) {}

  StyleView run() {
    each("expression(", [&](std::size_t at) {
      const std::string_view code = std::string_view(text_).substr(at, 600);
      const ScriptView script = view_script(code);
      const bool sizes =
          code.find("clientwidth") != std::string_view::npos || code.find("clientheight") != std::string_view::npos ||
          code.find("scrollwidth") != std::string_view::npos || code.find("this.width") != std::string_view::npos;
      put("expression() runs script", at, true, sizes && script.abilities.empty() && !hidden("expression("),
          "expression(");
    });
    each("-moz-binding", [&](std::size_t at) { put("-moz-binding loads code", at, true, false, "-moz-binding"); });
    each("behavior:", [&](std::size_t at) {
      std::size_t url = text_.find("url(", at);
      if (url == std::string::npos || url > at + 20) return;
      const std::string_view target = inside(text_, url + 4);
      if (!target.starts_with("#default")) put("behavior loads code", at, true, !is_remote(target), "behavior");
    });
    each("url(", [&](std::size_t at) { address(inside(text_, at), at); });
    each("@import", [&](std::size_t at) {
      std::string_view target = std::string_view(text_).substr(at, 4096);
      if (target.starts_with("url(")) return;
      while (!target.empty() && (target.front() == '"' || target.front() == '\'')) target.remove_prefix(1);
      address(target.substr(0, target.find_first_of("\"';")), at);
    });
    if (form_ == Css::sheet) spying();
    return std::move(view_);
  }

 private:
  template <class F>
  void each(std::string_view word, F&& f) {
    int met = 0;
    for (std::size_t at = text_.find(word); at != std::string::npos && met < 200; at = text_.find(word, at + 1), ++met)
      f(at + word.size());
  }
  bool hidden(std::string_view word) const { return raw_.find(word) == std::string::npos; }

  void put(std::string_view what, std::size_t at, bool runs, bool leftover, std::string_view word) {
    if (view_.things.size() < 20) view_.things.push_back({what, excerpt(text_, at), runs, leftover, hidden(word)});
  }

  void address(std::string_view target, std::size_t at) {
    const AddressView view = view_address(target);
    if (view.scheme == Scheme::script) {
      put("an address in CSS runs script", at, true, false, view.name);
    } else if (view.scheme == Scheme::data) {
      const DataAddress data = read_data(view.rest);
      if (data.type == "text/html" || data.type == "text/css" || data.type.find("xml+xul") != std::string::npos ||
          data.type == "text/xml" || data.type == "text/javascript")
        put("an address in CSS holds a page or sheet", at, data.type != "text/css", false, "data:");
    }
  }

  // Rules that load something remote for what the value of an attribute begins with, or for a single letter.
  void spying() {
    std::size_t begin = 0, values = 0, letters = 0, addresses = 0, first = 0;
    for (std::size_t open; (open = text_.find('{', begin)) != std::string::npos;) {
      const std::size_t close = std::min(text_.find('}', open), text_.size());
      const std::string_view selector = std::string_view(text_).substr(begin, open - begin);
      const std::string_view body = std::string_view(text_).substr(open + 1, close - open - 1);
      const std::size_t url = body.find("url(");
      const bool remote = url != std::string_view::npos && is_remote(inside(body, url + 4));
      if (remote) {
        for (const std::string_view test :
             {"[value^=", "[value*=", "[value$=", "[content^=", "[content*=", "[nonce^=", "[data-token^="})
          if (selector.find(test) != std::string_view::npos) {
            if (values++ == 0) first = begin;
            break;
          }
        if (selector.find("[href^=") != std::string_view::npos || selector.find("[src^=") != std::string_view::npos ||
            selector.find("[href*=") != std::string_view::npos)
          ++addresses;
        if (selector.find("@font-face") != std::string_view::npos) {
          const std::size_t range = body.find("unicode-range:u+");
          if (range != std::string_view::npos && body.substr(range, 26).find('-', 14) == std::string_view::npos &&
              body.substr(range, 26).find('?') == std::string_view::npos)
            ++letters;
        }
      }
      begin = close + 1;
      if (begin >= text_.size()) break;
    }
    if (values >= 2 || addresses >= 4)
      view_.things.push_back(
          {"style rules that tell a server what an attribute begins with", excerpt(text_, first), false, false, false});
    if (letters >= 8)
      view_.things.push_back(
          {"fonts that tell a server which letters are shown", excerpt(text_, first), false, false, false});
  }

  const Css form_;
  const std::string raw_, text_;
  StyleView view_;
};

}  // namespace

StyleView view_style(std::string_view css, Css form) {
  if (css.empty()) return {};
  return Look(css.substr(0, 1u << 20), form).run();
}

std::string property(std::string_view declarations, std::string_view name) {
  std::string found;
  std::size_t begin = 0;
  while (begin < declarations.size()) {
    const std::size_t end = std::min(declarations.find(';', begin), declarations.size());
    const std::string_view one = declarations.substr(begin, end - begin);
    const std::size_t colon = one.find(':');
    if (colon != std::string_view::npos && lower_ascii(trimmed(one.substr(0, colon))) == name)
      found = lower_ascii(squeezed(one.substr(colon + 1, 200)));
    begin = end + 1;
  }
  if (const std::size_t mark = found.find("!important"); mark != std::string::npos) found.resize(mark);
  return found;
}

}  // namespace tocsin::phishing
