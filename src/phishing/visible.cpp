// What of a page is shown: styles inherited along the tree, as far as hiding goes.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <unordered_set>

#include "phishing/facts.h"
#include "phishing/html/address.h"
#include "phishing/html/style.h"

namespace tocsin::phishing {
namespace {

struct Color {
  int red = 0, green = 0, blue = 0;
};

std::optional<Color> color(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, Color>, 8> kNames = {{{"white", {255, 255, 255}},
                                                                                {"black", {0, 0, 0}},
                                                                                {"snow", {255, 250, 250}},
                                                                                {"ivory", {255, 255, 240}},
                                                                                {"gray", {128, 128, 128}},
                                                                                {"silver", {192, 192, 192}},
                                                                                {"whitesmoke", {245, 245, 245}},
                                                                                {"red", {255, 0, 0}}}};
  for (const auto& [name, value] : kNames)
    if (text == name) return value;
  const auto hex = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : 0; };
  if (text.starts_with('#') && text.size() == 4) return Color{hex(text[1]) * 17, hex(text[2]) * 17, hex(text[3]) * 17};
  if (text.starts_with('#') && text.size() >= 7)
    return Color{hex(text[1]) * 16 + hex(text[2]), hex(text[3]) * 16 + hex(text[4]), hex(text[5]) * 16 + hex(text[6])};
  if (text.starts_with("rgb")) {
    int parts[3] = {}, part = 0, value = -1;
    for (const char c : text) {
      if (c >= '0' && c <= '9') {
        value = std::min(999, std::max(value, 0) * 10 + (c - '0'));
      } else if (value >= 0 && part < 3) {
        parts[part++] = value;
        value = -1;
        if (c == '.') value = -1;
      }
    }
    if (part == 3) return Color{parts[0], parts[1], parts[2]};
  }
  return std::nullopt;
}

bool alike(const Color& a, const Color& b) {
  return std::abs(a.red - b.red) <= 8 && std::abs(a.green - b.green) <= 8 && std::abs(a.blue - b.blue) <= 8;
}

// "0", "0px", "1pt", ".5px", "0.01em": too small to read.
bool is_tiny(std::string_view size) {
  if (size.empty() || !(std::isdigit(static_cast<unsigned char>(size.front())) || size.front() == '.')) return false;
  const double number = std::strtod(std::string(size.substr(0, 16)).c_str(), nullptr);
  if (size.find("em") != std::string_view::npos) return number < 0.2;
  if (size.find('%') != std::string_view::npos) return number < 15;
  return number <= 2;
}

bool hides(std::string_view style) {
  if (style.empty()) return false;
  if (property(style, "display") == "none" || property(style, "visibility") == "hidden" ||
      property(style, "mso-hide") == "all")
    return true;
  const std::string opacity = property(style, "opacity");
  if (!opacity.empty() && std::strtod(opacity.c_str(), nullptr) < 0.05) return true;
  const std::string height = property(style, "max-height"), tall = property(style, "height"),
                    wide = property(style, "width");
  const bool clipped = property(style, "overflow") == "hidden";
  if (clipped &&
      ((!height.empty() && is_tiny(height)) || (!tall.empty() && is_tiny(tall)) || (!wide.empty() && is_tiny(wide))))
    return true;
  const std::string indent = property(style, "text-indent"), left = property(style, "left");
  return indent.starts_with("-999") || left.starts_with("-999");
}

struct State {
  bool hidden = false;  // the element and all below it
  bool tiny = false;    // its letters; an element below may have larger ones
  Color ink{0, 0, 0}, paper{255, 255, 255};
  bool paper_known = true;
};

void apply(std::string_view style, State& state) {
  if (style.empty()) return;
  state.hidden |= hides(style);
  if (const std::string size = property(style, "font-size"); !size.empty()) state.tiny = is_tiny(size);
  if (const std::string ink = property(style, "color"); !ink.empty()) {
    if (ink == "transparent" || (ink.starts_with("rgba") && ink.ends_with(",0)"))) {
      state.ink = state.paper;
    } else if (const auto value = color(ink)) {
      state.ink = *value;
    }
  }
  for (const std::string_view name : {"background", "background-color"}) {
    const std::string paper = property(style, name);
    if (paper.empty()) continue;
    if (const auto value = color(paper)) {
      state.paper = *value;
      state.paper_known = true;
    } else if (paper.find("url(") != std::string::npos || paper.find("gradient") != std::string::npos) {
      state.paper_known = false;  // a picture: nothing can be said of ink on it
    }
  }
}

// Classes and ids that a sheet hides, outside of @media: those are for other screens.
std::unordered_set<std::string> hidden_names(const HtmlTree& tree) {
  std::unordered_set<std::string> out;
  for (const HtmlNode& node : tree.nodes()) {
    if (node.kind != HtmlNode::Kind::element || node.name != "style") continue;
    std::string sheet;
    for (std::uint32_t i = static_cast<std::uint32_t>(&node - tree.nodes().data()) + 1; i < node.end; ++i)
      sheet += tree.nodes()[i].text;
    std::size_t at = 0, depth = 0;
    while (at < sheet.size() && out.size() < 1000) {
      const std::size_t open = sheet.find('{', at), close = sheet.find('}', at);
      if (open == std::string::npos && close == std::string::npos) break;
      if (close < open) {
        depth -= depth > 0;
        at = close + 1;
        continue;
      }
      const std::string selector(trimmed(std::string_view(sheet).substr(at, open - at)));
      if (selector.find('@') != std::string::npos && selector.find("@font-face") == std::string::npos) {
        ++depth;
        at = open + 1;
        continue;
      }
      const std::size_t end = std::min(sheet.find('}', open), sheet.size());
      if (depth == 0 && hides(std::string_view(sheet).substr(open + 1, end - open - 1))) {
        std::size_t begin = 0;
        while (begin < selector.size()) {
          const std::size_t comma = std::min(selector.find(',', begin), selector.size());
          const std::string_view one = trimmed(std::string_view(selector).substr(begin, comma - begin));
          const std::size_t mark = one.find_first_of(".#");
          if (mark != std::string_view::npos && one.find_first_of(" >+~:[", mark) == std::string_view::npos)
            out.insert(std::string(one.substr(mark)));
          begin = comma + 1;
        }
      }
      at = end + 1;
    }
  }
  return out;
}

bool has_hidden_name(const HtmlTree& tree, const HtmlNode& node, const std::unordered_set<std::string>& names) {
  if (names.empty()) return false;
  if (const std::string_view id = tree.value(node, "id"); !id.empty() && names.contains("#" + std::string(id)))
    return true;
  const std::string_view classes = tree.value(node, "class");
  for (std::size_t at = 0; at < classes.size();) {
    const std::size_t end = std::min(classes.find(' ', at), classes.size());
    if (end > at && names.contains("." + std::string(classes.substr(at, end - at)))) return true;
    at = end + 1;
  }
  return false;
}

void append(std::string& to, std::string_view text, bool& blank) {
  for (std::size_t at = 0; at < text.size() && to.size() < Facts::kTextMax; ++at) {
    const char c = text[at];
    const bool nbsp = c == '\xC2' && text.substr(at + 1, 1) == "\xA0";
    if (nbsp || c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      blank = true;
      at += nbsp;
      continue;
    }
    if (blank && !to.empty()) to += ' ';
    blank = false;
    to += c;
  }
}

bool is_block(std::string_view name) {
  return name == "br" || name == "p" || name == "div" || name == "td" || name == "tr" || name == "table" ||
         name == "li" || name == "h1" || name == "h2" || name == "h3" || name == "th" || name == "center" ||
         name == "ul" || name == "blockquote" || name == "img";
}

}  // namespace

void split_text(const HtmlTree& tree, std::string& shown, std::string& hidden) {
  const auto nodes = tree.nodes();
  const std::unordered_set<std::string> names = hidden_names(tree);
  std::vector<State> states(nodes.size());
  bool blank_shown = true, blank_hidden = true;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const HtmlNode& node = nodes[i];
    State& state = states[i];
    if (i > 0) state = states[node.parent];
    if (node.kind == HtmlNode::Kind::element) {
      if (node.name == "script" || node.name == "style" || node.name == "head" || node.name == "title" ||
          node.name == "noscript") {
        i = std::max<std::size_t>(i, node.end - 1);
        continue;
      }
      if (is_block(node.name)) blank_shown = blank_hidden = true;
      if (const auto ink = color(lower_ascii(tree.value(node, "color")))) state.ink = *ink;
      if (const auto paper = color(lower_ascii(tree.value(node, "bgcolor")))) {
        state.paper = *paper;
        state.paper_known = true;
      }
      if (!tree.value(node, "background").empty()) state.paper_known = false;
      apply(tree.value(node, "style"), state);
      if (node.name == "font" && tree.value(node, "size") == "0") state.tiny = true;
      if (tree.find(node, "hidden") || has_hidden_name(tree, node, names)) state.hidden = true;
    } else if (node.kind == HtmlNode::Kind::text) {
      const bool unseen = state.hidden || state.tiny || (state.paper_known && alike(state.ink, state.paper));
      append(unseen ? hidden : shown, node.text, unseen ? blank_hidden : blank_shown);
    }
  }
}

}  // namespace tocsin::phishing
