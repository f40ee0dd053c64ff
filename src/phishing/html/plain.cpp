// The plain page: known elements without script or foreign content, closed in the order in which they were opened (or
// by the rules that everybody writes by: p, li, td …), attributes written by the book, known references. Most mail is
// such. The tree of it is a matter of a stack, and what a filter sees is what the browser builds; everything that
// leaves this ground is gumbo's to read (HTML Standard 13.2.6). When in doubt: not plain.
#include <algorithm>
#include <array>
#include <unordered_map>

#include "base/text.h"
#include "base/utf8.h"
#include "phishing/html/memory.h"
#include "phishing/html/tokens.h"

namespace tocsin::phishing {
namespace {

enum Kind : std::uint8_t {
  kRoot,
  kHtml,
  kHead,
  kBody,
  kVoid,
  kMeta,  // void, in the head too
  kStyle,
  kTitle,
  kInline,
  kAnchor,
  kBlock,
  kP,
  kHeading,
  kLi,
  kDd,
  kList,
  kTable,
  kRows,
  kRow,
  kCell,
};

const std::unordered_map<std::string_view, Kind>& kinds() {
  static const std::unordered_map<std::string_view, Kind> all = {
      {"html", kHtml},     {"head", kHead},     {"body", kBody},     {"br", kVoid},      {"img", kVoid},
      {"hr", kVoid},       {"wbr", kVoid},      {"meta", kMeta},     {"link", kMeta},    {"style", kStyle},
      {"title", kTitle},   {"a", kAnchor},      {"b", kInline},      {"i", kInline},     {"u", kInline},
      {"em", kInline},     {"strong", kInline}, {"span", kInline},   {"font", kInline},  {"small", kInline},
      {"big", kInline},    {"sup", kInline},    {"sub", kInline},    {"s", kInline},     {"strike", kInline},
      {"tt", kInline},     {"code", kInline},   {"abbr", kInline},   {"cite", kInline},  {"ins", kInline},
      {"del", kInline},    {"label", kInline},  {"div", kBlock},     {"center", kBlock}, {"blockquote", kBlock},
      {"section", kBlock}, {"article", kBlock}, {"header", kBlock},  {"footer", kBlock}, {"main", kBlock},
      {"nav", kBlock},     {"figure", kBlock},  {"address", kBlock}, {"dl", kBlock},     {"figcaption", kBlock},
      {"h1", kHeading},    {"h2", kHeading},    {"h3", kHeading},    {"h4", kHeading},   {"h5", kHeading},
      {"h6", kHeading},    {"p", kP},           {"li", kLi},         {"dt", kDd},        {"dd", kDd},
      {"ul", kList},       {"ol", kList},       {"table", kTable},   {"tbody", kRows},   {"thead", kRows},
      {"tfoot", kRows},    {"tr", kRow},        {"td", kCell},       {"th", kCell}};
  return all;
}

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_blank(std::string_view text) { return std::ranges::all_of(text, is_space); }

struct Named {
  std::string_view name, text;
};
// Those that mail has; others are gumbo's.
constexpr std::array<Named, 60> kNamed = {
    {{"amp", "&"},    {"nbsp", "\u00A0"}, {"lt", "<"},         {"gt", ">"},          {"quot", "\""},
     {"apos", "'"},   {"zwnj", "\u200C"}, {"zwj", "\u200D"},   {"copy", "\u00A9"},   {"reg", "\u00AE"},
     {"trade", "™"},  {"euro", "€"},      {"pound", "\u00A3"}, {"middot", "\u00B7"}, {"bull", "•"},
     {"ndash", "–"},  {"mdash", "—"},     {"hellip", "…"},     {"rsquo", "’"},       {"lsquo", "‘"},
     {"rdquo", "”"},  {"ldquo", "“"},     {"bdquo", "„"},      {"laquo", "\u00AB"},  {"raquo", "\u00BB"},
     {"auml", "ä"},   {"ouml", "ö"},      {"uuml", "ü"},       {"Auml", "Ä"},        {"Ouml", "Ö"},
     {"Uuml", "Ü"},   {"szlig", "ß"},     {"eacute", "é"},     {"egrave", "è"},      {"ecirc", "ê"},
     {"agrave", "à"}, {"acirc", "â"},     {"ccedil", "ç"},     {"ocirc", "ô"},       {"ucirc", "û"},
     {"icirc", "î"},  {"iuml", "ï"},      {"aacute", "á"},     {"iacute", "í"},      {"oacute", "ó"},
     {"uacute", "ú"}, {"ntilde", "ñ"},    {"atilde", "ã"},     {"otilde", "õ"},      {"Eacute", "É"},
     {"Agrave", "À"}, {"aring", "å"},     {"oslash", "ø"},     {"aelig", "æ"},       {"ugrave", "ù"},
     {"deg", "°"},    {"rarr", "→"},      {"larr", "←"},       {"shy", "\u00AD"},    {"emsp", "\u2003"}}};

// References undone (13.2.5.72); false where one is not plain.
bool undone(std::string_view text, bool in_attribute, std::string& out) {
  out.clear();
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t mark = std::min(text.find('&', at), text.size());
    out.append(text, at, mark - at);
    if (mark == text.size()) break;
    std::size_t p = mark + 1;
    if (p < text.size() && text[p] == '#') {
      ++p;
      const bool hex = p < text.size() && (text[p] == 'x' || text[p] == 'X');
      p += hex;
      const std::size_t begin = p;
      std::uint32_t point = 0;
      for (; p < text.size() && p - begin < 7; ++p) {
        const char c = text[p];
        const int digit = is_digit(c)                   ? c - '0'
                          : hex && c >= 'a' && c <= 'f' ? c - 'a' + 10
                          : hex && c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                        : -1;
        if (digit < 0) break;
        point = point * (hex ? 16 : 10) + static_cast<std::uint32_t>(digit);
      }
      if (p == begin || p >= text.size() || text[p] != ';') return false;
      if (point < 0x20 || (point >= 0x7F && point < 0xA0) || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000) ||
          (point & 0xFFFE) == 0xFFFE)
        return false;
      append_utf8(out, point);
      at = p + 1;
      continue;
    }
    const std::size_t begin = p;
    while (p < text.size() && (is_letter(text[p]) || is_digit(text[p]))) ++p;
    if (p == begin) {
      out += '&';
      at = p;
      continue;
    }
    if (p < text.size() && text[p] == ';') {
      const std::string_view name = text.substr(begin, p - begin);
      const auto known = std::ranges::find(kNamed, name, &Named::name);
      if (known == kNamed.end()) return false;
      out += known->text;
      at = p + 1;
      continue;
    }
    // "?a=1&copy=2": in an attribute a name before "=" is none of a character.
    if (!in_attribute || p >= text.size() || text[p] != '=') return false;
    out.append(text, mark, p - mark);
    at = p;
  }
  return true;
}

bool holds_text(std::uint8_t kind) { return kind != kHead && kind != kTable && kind != kRows && kind != kRow; }

}  // namespace

bool PlainPage::build(HtmlTree& tree, std::string_view html) {
  PlainPage page(tree);
  if (page.read(html)) return true;
  tree.nodes_.clear();
  tree.attributes_.clear();
  return false;
}

HtmlNode& PlainPage::add(HtmlNode::Kind kind) {
  HtmlNode node;
  node.kind = kind;
  node.parent = open_.empty() ? 0 : open_.back().index;
  node.end = static_cast<std::uint32_t>(tree_.nodes_.size()) + 1;
  node.first = static_cast<std::uint32_t>(tree_.attributes_.size());
  return tree_.nodes_.emplace_back(node);
}

void PlainPage::pop() {
  tree_.nodes_[open_.back().index].end = static_cast<std::uint32_t>(tree_.nodes_.size());
  open_.pop_back();
}

// Whether what a body holds may stand here.
bool PlainPage::content() {
  if (after_body_ || !holds_text(open_.back().kind)) return false;
  content_seen_ = true;
  return true;
}

bool PlainPage::p_in_scope() const {
  for (std::size_t i = open_.size(); i-- > 0;) {
    if (open_[i].kind == kP) return true;
    if (open_[i].kind == kCell || open_[i].kind == kTable || open_[i].kind == kRoot) return false;
  }
  return false;
}

bool PlainPage::attributes(const Token& token, std::string_view html, HtmlNode& node) {
  if (token.attributes.size() > 24) return false;
  Arena& arena = tree_.memory_->arena;
  std::string plain;
  for (const auto& [name, value] : token.attributes) {
    for (const char c : name)
      if (!is_letter(c) && !is_digit(c) && c != '-' && c != '_' && c != ':') return false;
    if (value.data() != nullptr) {
      const char before = value.data()[-1];
      if (before == '"' || before == '\'') {
        const std::size_t close = static_cast<std::size_t>(value.data() - html.data()) + value.size();
        if (close + 1 >= html.size() || html[close] != before) return false;
        const char after = html[close + 1];
        if (!is_space(after) && after != '/' && after != '>') return false;
        if (value.find('<') != std::string_view::npos) return false;
      } else {
        if (value.empty()) return false;
        for (const char c : value)
          if (c == '"' || c == '\'' || c == '<' || c == '=' || c == '`') return false;
      }
    }
    HtmlAttribute one{name, value};
    if (std::ranges::any_of(name, [](char c) { return c >= 'A' && c <= 'Z'; })) {
      char* low = arena.allocate(name.size());
      std::ranges::transform(name, low, [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
      one.name = {low, name.size()};
    }
    if (value.find('&') != std::string_view::npos) {
      if (!undone(value, true, plain)) return false;
      one.value = arena.copy(plain);
    }
    if (value.find('\r') != std::string_view::npos) return false;
    for (std::uint32_t i = node.first; i < tree_.attributes_.size(); ++i)
      if (tree_.attributes_[i].name == one.name) return false;
    tree_.attributes_.push_back(one);
  }
  node.count = static_cast<std::uint32_t>(tree_.attributes_.size()) - node.first;
  return true;
}

bool PlainPage::start(const Token& token, std::string_view html, std::size_t end) {
  if (html[end - 1] != '>' || open_.size() > 400 || after_body_) return false;
  char low[16];
  if (token.name.size() >= sizeof low) return false;
  std::ranges::transform(token.name, low, [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  const auto found = kinds().find({low, token.name.size()});
  if (found == kinds().end()) return false;
  const Kind kind = found->second;
  const auto top = [&] { return open_.back().kind; };
  switch (kind) {
    case kHtml:
      if (tree_.nodes_.size() > 1 && (open_.size() > 1 || content_seen_ || head_seen_ || body_seen_)) return false;
      break;
    case kHead:
      if (head_seen_ || body_seen_ || content_seen_ || top() > kHtml) return false;
      head_seen_ = true;
      break;
    case kBody:
      if (body_seen_ || content_seen_ || top() > kHtml) return false;
      body_seen_ = true;
      break;
    case kMeta:
    case kStyle:
      if (top() != kHead && top() > kHtml && !content()) return false;
      break;
    case kTitle:
      if (top() != kHead) return false;
      break;
    case kAnchor:
      for (std::size_t i = open_.size(); i-- > 0 && open_[i].kind != kCell;)
        if (open_[i].kind == kAnchor) return false;
      if (!content()) return false;
      break;
    case kLi:
    case kDd:
      if (top() == kP) pop();
      if (top() == kind) pop();
      if (p_in_scope() || !content()) return false;
      for (std::size_t i = open_.size(); i-- > 0 && open_[i].kind != kList && open_[i].kind != kCell;)
        if (open_[i].kind == kind) return false;
      break;
    case kP:
    case kBlock:
    case kList:
    case kHeading:
      if (top() == kP) pop();
      if (p_in_scope() || (kind == kHeading && top() == kHeading) || !content()) return false;
      break;
    case kTable:
      if (p_in_scope() || !content()) return false;
      break;
    case kRows:
      while (top() == kCell || top() == kRow || top() == kRows) pop();
      if (top() != kTable) return false;
      break;
    case kRow:
      while (top() == kCell || top() == kRow) pop();
      if (top() != kTable && top() != kRows) return false;
      break;
    case kCell:
      if (top() == kCell) pop();
      if (top() != kRow) return false;
      break;
    default:
      if (!content()) return false;
      // A rule closes a paragraph.
      if (found->first == "hr") {
        if (top() == kP) pop();
        if (p_in_scope()) return false;
      }
  }
  HtmlNode& node = add(HtmlNode::Kind::element);
  node.name = found->first;
  if (!attributes(token, html, node)) return false;
  if (kind != kVoid && kind != kMeta)
    open_.push_back({static_cast<std::uint32_t>(tree_.nodes_.size() - 1), kind, found->first});
  return true;
}

bool PlainPage::end(std::string_view name) {
  char low[16];
  if (name.size() >= sizeof low) return false;
  std::ranges::transform(name, low, [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  const auto found = kinds().find({low, name.size()});
  if (found == kinds().end()) return false;
  const Kind kind = found->second;
  // What the end of an element closes with it.
  const auto closes = [&](std::uint8_t inner) {
    switch (kind) {
      case kTable:
        return inner == kP || inner == kLi || inner == kCell || inner == kRow || inner == kRows;
      case kRows:
        return inner == kP || inner == kLi || inner == kCell || inner == kRow;
      case kRow:
        return inner == kP || inner == kLi || inner == kCell;
      case kCell:
      case kBody:
      case kHtml:
      case kBlock:
        return inner == kP || (kind != kBlock && inner == kLi) || (inner == kDd && found->first == "dl");
      case kList:
        return inner == kP || inner == kLi;
      case kLi:
      case kDd:
        return inner == kP;
      default:
        return false;
    }
  };
  if (kind == kHtml && open_.back().kind == kRoot && after_body_) return true;
  if (kind == kVoid || kind == kMeta) return false;
  if (kind == kBody && open_.back().kind <= kHtml && !body_seen_) return false;
  while (open_.back().name != found->first) {
    if (!closes(open_.back().kind)) return false;
    pop();
  }
  pop();
  if (kind == kBody || kind == kHtml) after_body_ = true;
  if (kind == kHead && open_.back().kind > kHtml) return false;
  return true;
}

bool PlainPage::text(std::string_view text) {
  const std::uint8_t inside = open_.back().kind;
  const bool raw = inside == kStyle || inside == kTitle;
  if (!raw) {
    if (text.find('<') != std::string_view::npos) return false;
    if (!is_blank(text)) {
      if (!content()) return false;
    } else if (!holds_text(inside) || inside <= kHtml) {
      return true;  // blanks between tags of a table or a head
    }
  } else if (text.find("</") != std::string_view::npos) {
    return false;
  }
  std::string plain;
  if (inside != kStyle && text.find('&') != std::string_view::npos) {
    if (!undone(text, false, plain)) return false;
    text = tree_.memory_->arena.copy(plain);
  }
  add(HtmlNode::Kind::text).text = text;
  return true;
}

bool PlainPage::read(std::string_view given) {
  for (const char c : given) {
    const auto u = static_cast<unsigned char>(c);
    if ((u < 0x20 && !is_space(c)) || u == 0x7F) return false;
  }
  if (!is_utf8(given)) return false;
  const std::string_view html = tree_.memory_->arena.copy(given);
  add(HtmlNode::Kind::element);
  open_.push_back({0, kRoot, ""});
  Tokens tokens(html);
  Token token;
  bool begun = false;  // anything but blanks and a document type
  while (tokens.next(token)) {
    switch (token.kind) {
      case Token::Kind::start:
        begun = true;
        if (!start(token, html, tokens.at())) return false;
        break;
      case Token::Kind::end:
        if (!token.attributes.empty() || html[tokens.at() - 1] != '>' || !end(token.name)) return false;
        break;
      case Token::Kind::text:
        begun |= !is_blank(token.text);
        if (!text(token.text)) return false;
        break;
      case Token::Kind::comment: {
        const std::size_t before = static_cast<std::size_t>(token.text.data() - html.data());
        if (token.text.data() == nullptr || before < 2) return false;
        if (before >= 4 && html.substr(before - 4, 4) == "<!--") {
          if (token.text.find("--") != std::string_view::npos || html.substr(before + token.text.size(), 3) != "-->")
            return false;
          add(HtmlNode::Kind::comment).text = token.text;
          break;
        }
        // Of the other forms only a document type at the top and the conditions of Outlook.
        if (html[before - 1] != '!' || html[tokens.at() - 1] != '>') return false;
        if (token.text.starts_with('[') && token.text.find_first_of("<\"'") == std::string_view::npos) {
          add(HtmlNode::Kind::comment).text = token.text;
          break;
        }
        if (begun || token.text.size() < 7 || token.text.find('<') != std::string_view::npos) return false;
        char word[7];
        std::ranges::transform(token.text.substr(0, 7), word,
                               [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
        if (std::string_view(word, 7) != "doctype") return false;
        begun = true;
      }
    }
  }
  if (tokens.excess()) return false;
  // Raw text must have met its end.
  if (open_.back().kind == kStyle || open_.back().kind == kTitle) return false;
  while (!open_.empty()) pop();
  return true;
}

}  // namespace tocsin::phishing
