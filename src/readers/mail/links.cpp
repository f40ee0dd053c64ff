#include "readers/mail/links.h"

#include <algorithm>
#include <array>

#include "base/utf8.h"
#include "mime/header.h"

namespace tocsin::mail {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
bool is_letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f'; }

bool same_start(std::string_view text, std::string_view word) {
  return text.size() >= word.size() && mime::same_name(text.substr(0, word.size()), word);
}

// The entity at the front of `text` ("&…"): its length, 0 for none.
std::size_t entity(std::string_view text, std::string& out) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 13> kNamed = {{{"amp", "&"},
                                                                                     {"lt", "<"},
                                                                                     {"gt", ">"},
                                                                                     {"quot", "\""},
                                                                                     {"apos", "'"},
                                                                                     {"nbsp", " "},
                                                                                     {"colon", ":"},
                                                                                     {"sol", "/"},
                                                                                     {"period", "."},
                                                                                     {"commat", "@"},
                                                                                     {"Tab", "\t"},
                                                                                     {"NewLine", "\n"},
                                                                                     {"shy", ""}}};
  if (text.size() < 3) return 0;
  if (text[1] == '#') {
    std::size_t at = 2;
    const bool hex = lower(text[at]) == 'x';
    at += hex;
    std::uint32_t value = 0;
    const std::size_t first = at;
    for (; at < text.size() && at < first + 10; ++at) {
      const char c = lower(text[at]);
      if (is_digit(c))
        value = value * (hex ? 16 : 10) + static_cast<std::uint32_t>(c - '0');
      else if (hex && c >= 'a' && c <= 'f')
        value = value * 16 + static_cast<std::uint32_t>(c - 'a' + 10);
      else
        break;
      if (value > 0x110000) value = 0x110000;
    }
    if (at == first) return 0;
    append_utf8(out, value == 0 ? 0xfffd : value);
    return at + (at < text.size() && text[at] == ';');
  }
  for (const auto& [name, value] : kNamed)
    if (text.substr(1).starts_with(name) && text.size() > name.size() + 1 && text[name.size() + 1] == ';') {
      out += value;
      return name.size() + 2;
    }
  return 0;
}

bool leads_somewhere(std::string_view url) {
  for (const std::string_view scheme :
       {"http:", "https:", "ftp:", "file:", "javascript:", "vbscript:", "data:text", "data:application",
        "data:image/svg", "//", "\\\\", "ms-", "search-ms:", "hxxp"})
    if (same_start(url, scheme)) return true;
  return false;
}

bool holds_url(std::string_view name) {
  for (const std::string_view known :
       {"href", "src", "action", "formaction", "background", "xlink:href", "data", "poster", "srcset", "longdesc"})
    if (mime::same_name(name, known)) return true;
  return false;
}

bool is_block(std::string_view tag) {
  for (const std::string_view known :
       {"p",  "div",   "br",    "tr",         "td", "th",  "li", "h1", "h2",   "h3",   "h4",    "h5",
        "h6", "table", "title", "blockquote", "hr", "pre", "ul", "ol", "body", "head", "option"})
    if (mime::same_name(tag, known)) return true;
  return false;
}

class Html {
 public:
  Html(std::string_view html, Links& links, std::string& visible, std::size_t visible_max)
      : html_(html), links_(links), visible_(visible), visible_max_(visible_max) {}
  void run();

 private:
  void text(std::string_view piece);
  void tag();
  void skip_element(std::string_view name);
  std::size_t find(std::string_view what, std::size_t from) const {
    return std::min(html_.find(what, from), html_.size());
  }

  const std::string_view html_;
  Links& links_;
  std::string& visible_;
  const std::size_t visible_max_;
  std::size_t at_ = 0;
};

void Html::text(std::string_view piece) {
  for (std::size_t i = 0; i < piece.size() && visible_.size() < visible_max_;) {
    if (piece[i] == '&') {
      if (const std::size_t size = entity(piece.substr(i), visible_); size > 0) {
        i += size;
        continue;
      }
    }
    if (is_space(piece[i])) {
      if (!visible_.empty() && visible_.back() != ' ' && visible_.back() != '\n') visible_ += ' ';
      ++i;
      continue;
    }
    const std::size_t end = std::min(piece.find_first_of("& \t\r\n\f", i + 1), piece.size());
    visible_ += piece.substr(i, end - i);
    i = end;
  }
}

// Past the end tag of an element whose content is no markup.
void Html::skip_element(std::string_view name) {
  while (at_ < html_.size()) {
    at_ = find("</", at_);
    if (at_ >= html_.size()) return;
    at_ += 2;
    if (same_start(html_.substr(at_), name)) {
      at_ = std::min(find(">", at_) + 1, html_.size());
      return;
    }
  }
}

void Html::tag() {
  const std::size_t start = at_;
  std::size_t i = at_ + 1;
  const bool closing = i < html_.size() && html_[i] == '/';
  i += closing;
  const std::size_t name_start = i;
  while (i < html_.size() && !is_space(html_[i]) && html_[i] != '>' && html_[i] != '/') ++i;
  const std::string_view name = html_.substr(name_start, i - name_start);
  std::string_view http_equiv, content;
  while (i < html_.size() && html_[i] != '>') {
    if (is_space(html_[i]) || html_[i] == '/') {
      ++i;
      continue;
    }
    const std::size_t key_start = i;
    while (i < html_.size() && !is_space(html_[i]) && html_[i] != '=' && html_[i] != '>') ++i;
    const std::string_view key = html_.substr(key_start, i - key_start);
    if (i == key_start) ++i;  // a lone "="
    while (i < html_.size() && is_space(html_[i])) ++i;
    if (i >= html_.size() || html_[i] != '=') continue;
    ++i;
    while (i < html_.size() && is_space(html_[i])) ++i;
    std::string_view value;
    if (i < html_.size() && (html_[i] == '"' || html_[i] == '\'')) {
      const std::size_t end = std::min(html_.find(html_[i], i + 1), html_.size());
      value = html_.substr(i + 1, end - i - 1);
      i = std::min(end + 1, html_.size());
    } else {
      const std::size_t value_start = i;
      while (i < html_.size() && !is_space(html_[i]) && html_[i] != '>') ++i;
      value = html_.substr(value_start, i - value_start);
    }
    if (holds_url(key)) {
      // Browsers drop blanks around it, and tabs and line ends inside.
      std::string url;
      for (const char c : undo_entities(value.substr(0, 8 * Links::kUrlMax)))
        if (c != '\t' && c != '\r' && c != '\n') url += c;
      const std::string_view trimmed = mime::trimmed(url);
      if (leads_somewhere(trimmed)) links_.add(trimmed);
    }
    if (mime::same_name(key, "content")) content = value;
    if (mime::same_name(key, "http-equiv")) http_equiv = value;
  }
  at_ = std::min(i + 1, html_.size());
  if (mime::same_name(http_equiv, "refresh")) {
    const std::string where = undo_entities(content.substr(0, 8 * Links::kUrlMax));
    for (std::size_t k = 0; k + 4 < where.size(); ++k)
      if (same_start(std::string_view(where).substr(k), "url=")) {
        std::string_view url = mime::trimmed(std::string_view(where).substr(k + 4));
        while (!url.empty() && (url.front() == '"' || url.front() == '\'')) url.remove_prefix(1);
        while (!url.empty() && (url.back() == '"' || url.back() == '\'')) url.remove_suffix(1);
        if (leads_somewhere(url)) links_.add(url);
        break;
      }
  }
  if (is_block(name) && !visible_.empty() && visible_.back() != '\n' && visible_.size() < visible_max_)
    visible_ += '\n';
  if (!closing && (mime::same_name(name, "script") || mime::same_name(name, "style"))) {
    const std::size_t inside = at_;
    skip_element(name);
    find_urls(html_.substr(inside, at_ - inside), links_);
  }
  if (at_ <= start) at_ = start + 1;
}

void Html::run() {
  const std::size_t shown = visible_.size();
  while (at_ < html_.size()) {
    const std::size_t open = find("<", at_);
    text(html_.substr(at_, open - at_));
    at_ = open;
    if (at_ >= html_.size()) break;
    const std::string_view rest = html_.substr(at_);
    if (rest.starts_with("<!--")) {
      const std::size_t end = find("-->", at_ + 4);
      find_urls(html_.substr(at_, end - at_), links_);  // conditional comments are read by some
      at_ = std::min(end + 3, html_.size());
    } else if (rest.starts_with("<!") || rest.starts_with("<?")) {
      at_ = std::min(find(">", at_) + 1, html_.size());
    } else if (rest.size() > 1 && (is_letter(rest[1]) || rest[1] == '/')) {
      tag();
    } else {
      text(rest.substr(0, 1));
      ++at_;
    }
  }
  find_urls(std::string_view(visible_).substr(shown), links_);
}

}  // namespace

std::string undo_entities(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == '&')
      if (const std::size_t size = entity(text.substr(i), out); size > 0) {
        i += size;
        continue;
      }
    out += text[i++];
  }
  return out;
}

std::string host_of(std::string_view url) {
  std::size_t start = url.find("//");
  if (start == std::string_view::npos) start = url.find("\\\\");
  if (start == std::string_view::npos) {
    if (!same_start(url, "www.")) return {};
    start = 0;
  } else {
    // "//" behind a scheme or in front.
    for (std::size_t i = 0; i < start; ++i)
      if (!is_letter(url[i]) && !is_digit(url[i]) && url[i] != ':' && url[i] != '-' && url[i] != '+' && url[i] != '.')
        return {};
    start += 2;
    while (start < url.size() && (url[start] == '/' || url[start] == '\\')) ++start;
  }
  std::string_view host = url.substr(start);
  host = host.substr(0, host.find_first_of("/\\?# \t\"<>"));
  if (const std::size_t at = host.rfind('@'); at != std::string_view::npos) host.remove_prefix(at + 1);
  if (host.starts_with('[')) {
    host = host.substr(1, host.find(']') - 1);
  } else if (const std::size_t colon = host.find(':'); colon != std::string_view::npos) {
    host = host.substr(0, colon);
  }
  while (host.ends_with('.')) host.remove_suffix(1);
  return host.size() > 255 ? std::string{} : mime::lower_ascii(host);
}

void Links::add(std::string_view url) {
  if (url.size() > kUrlMax) {
    url = url.substr(0, kUrlMax);
    while (!url.empty() && (static_cast<unsigned char>(url.back()) & 0xc0) == 0x80) url.remove_suffix(1);
    if (!url.empty() && static_cast<unsigned char>(url.back()) >= 0xc0) url.remove_suffix(1);
  }
  if (urls.size() >= kMax || ++tries_ > 100 * kMax || !seen_.insert("u" + std::string(url)).second) return;
  urls.emplace_back(url);
  std::string host = host_of(url);
  if (!host.empty() && seen_.insert("d" + host).second) domains.push_back(std::move(host));
}

void read_html(std::string_view html, Links& out, std::string& visible, std::size_t visible_max) {
  Html(html, out, visible, visible_max).run();
}

void find_urls(std::string_view text, Links& out) {
  std::size_t colon = text.find("://"), www = text.find("www.");
  for (std::size_t at = 0; at < text.size();) {
    if (colon < at) colon = text.find("://", at);
    if (www < at) www = text.find("www.", at);
    if (colon == std::string_view::npos && www == std::string_view::npos) return;
    std::size_t start = std::min(colon, www);
    if (start == colon) {
      while (start > at && colon - start < 8 && is_letter(text[start - 1])) --start;
      if (start == colon || (!same_start(text.substr(start), "http") && !same_start(text.substr(start), "ftp") &&
                             !same_start(text.substr(start), "hxxp") && !same_start(text.substr(start), "file"))) {
        at = colon + 3;
        continue;
      }
    } else if (start > 0 && (is_letter(text[start - 1]) || is_digit(text[start - 1]) || text[start - 1] == '.')) {
      at = start + 4;
      continue;
    }
    std::size_t end = start;
    while (end < text.size() && static_cast<unsigned char>(text[end]) > ' ' && text[end] != '<' && text[end] != '>' &&
           text[end] != '"' && text[end] != '\'' && text[end] != '`' && text[end] != '|')
      ++end;
    std::string_view url = text.substr(start, end - start);
    while (!url.empty() && std::string_view(".,;:!?)]}*").find(url.back()) != std::string_view::npos) {
      if (url.back() == ')' && std::ranges::count(url, '(') >= std::ranges::count(url, ')')) break;
      url.remove_suffix(1);
    }
    const bool bare = url.size() < 8 || url.ends_with("://");
    if (!bare) out.add(url);
    at = std::max(end, start + 4);
  }
}

}  // namespace tocsin::mail
