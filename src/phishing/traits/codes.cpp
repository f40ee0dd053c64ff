// QR codes: in pictures, and drawn by letters or table cells so that no picture is there to be looked at.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "phishing/html/address.h"
#include "phishing/html/style.h"
#include "phishing/picture/picture.h"
#include "phishing/traits/trait.h"

namespace tocsin::phishing {
namespace {

constexpr std::size_t kPicturesMax = 12;
constexpr std::size_t kScale = 4;  // pixels a module, for drawn codes

// Rows of modules, true where dark, as a picture with a quiet zone.
Picture drawn(const std::vector<std::vector<bool>>& rows) {
  std::size_t wide = 0;
  for (const auto& row : rows) wide = std::max(wide, row.size());
  Picture out;
  out.width = static_cast<std::uint32_t>((wide + 8) * kScale);
  out.height = static_cast<std::uint32_t>((rows.size() + 8) * kScale);
  out.grey.assign(std::size_t{out.width} * out.height, 255);
  for (std::size_t y = 0; y < rows.size() * kScale; ++y)
    for (std::size_t x = 0; x < rows[y / kScale].size() * kScale; ++x)
      if (rows[y / kScale][x / kScale]) out.grey[(y + 4 * kScale) * out.width + x + 4 * kScale] = 0;
  return out;
}

Picture inverted(Picture picture) {
  for (std::uint8_t& pixel : picture.grey) pixel = static_cast<std::uint8_t>(255 - pixel);
  return picture;
}

// Lines of █ ▀ ▄ and blanks, two modules a letter.
std::vector<std::string> of_letters(std::string_view text) {
  std::vector<std::vector<bool>> rows;
  std::vector<std::string> out;
  const auto flush = [&] {
    if (rows.size() >= 21 && rows.size() <= 400 && out.empty()) {
      const Picture picture = drawn(rows);
      out = read_codes(picture);
      if (out.empty()) out = read_codes(inverted(picture));
    }
    rows.clear();
  };
  std::size_t tried = 0;
  for (std::size_t at = 0; at < text.size() && tried < 2000;) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    at = end + 1;
    std::vector<bool> upper, lower;
    bool blocks = false, other = false;
    if (line.size() > 2000 || (line.find("\xE2\x96") == std::string_view::npos && rows.empty())) {
      flush();
      continue;
    }
    ++tried;
    for (std::size_t i = 0; i < line.size();) {
      const CodePoint point = first_code_point(line.substr(i));
      i += point.length;
      if (point.value == '\r') continue;
      const bool full = point.value == 0x2588, top = point.value == 0x2580, bottom = point.value == 0x2584,
                 blank = point.value == ' ' || point.value == 0xA0 || point.value == 0x2003;
      blocks |= full || top || bottom;
      other |= !full && !top && !bottom && !blank;
      upper.push_back(full || top);
      lower.push_back(full || bottom);
    }
    if (!blocks || other) {
      flush();
      continue;
    }
    rows.push_back(std::move(upper));
    rows.push_back(std::move(lower));
  }
  flush();
  return out;
}

// A table of many small dark and light cells.
std::vector<std::string> of_cells(const HtmlTree& tree) {
  std::vector<std::string> out;
  const auto nodes = tree.nodes();
  for (std::size_t i = 0; i < nodes.size() && out.empty(); ++i) {
    if (nodes[i].kind != HtmlNode::Kind::element || nodes[i].name != "table") continue;
    if (nodes[i].end - i < 21 * 21) continue;
    std::vector<std::vector<bool>> rows;
    std::size_t dark = 0, cells = 0;
    for (std::size_t j = i + 1; j < nodes[i].end && cells < 40'000; ++j) {
      const HtmlNode& node = nodes[j];
      if (node.kind != HtmlNode::Kind::element) continue;
      if (node.name == "table") break;  // an outer table of layout
      if (node.name == "tr") rows.emplace_back();
      if ((node.name == "td" || node.name == "th") && !rows.empty()) {
        std::string paper = lower_ascii(tree.value(node, "bgcolor"));
        const std::string_view style = tree.value(node, "style");
        if (paper.empty()) paper = property(style, "background-color");
        if (paper.empty()) paper = property(style, "background");
        const bool is_dark = paper == "black" || paper == "#000" || paper.starts_with("#000000") ||
                             paper.starts_with("rgb(0,0,0") || paper.starts_with("#1") || paper.starts_with("#2");
        std::size_t span = 1;
        const std::string_view wide = tree.value(node, "colspan");
        if (!wide.empty() && wide.size() <= 3)
          span = std::max<std::size_t>(
              1, std::min<std::size_t>(200, static_cast<std::size_t>(std::atoi(std::string(wide).c_str()))));
        for (std::size_t k = 0; k < span && rows.back().size() < 400; ++k) rows.back().push_back(is_dark);
        dark += is_dark;
        ++cells;
      }
    }
    if (rows.size() >= 21 && rows.size() <= 400 && dark > 40) out = read_codes(drawn(rows));
  }
  return out;
}

}  // namespace

void code_traits(Context& c) {
  const Facts& f = c.facts;
  std::set<std::string> codes;
  bool letters = false;
  std::size_t pictures = 0;
  for (const File& file : f.files) {
    if (pictures >= kPicturesMax || file.cut) continue;
    if (const auto picture = read_picture(file.bytes)) {
      ++pictures;
      for (std::string& text : read_codes(*picture)) codes.insert(std::move(text));
    }
  }
  for (const Page& page : f.pages) {
    for (const HtmlNode& node : page.tree.nodes()) {
      if (node.kind != HtmlNode::Kind::element || (node.name != "img" && node.name != "image") ||
          pictures >= kPicturesMax)
        continue;
      const AddressView view = view_address(page.tree.value(node, "src"));
      if (view.scheme != Scheme::data) continue;
      if (const auto picture = read_picture(read_data(view.rest).content)) {
        ++pictures;
        for (std::string& text : read_codes(*picture)) codes.insert(std::move(text));
      }
    }
    for (std::string& text : of_cells(page.tree)) letters |= codes.insert(std::move(text)).second;
    if (page.text.find("\xE2\x96\x88") != std::string::npos) {
      std::string lines;
      for (const HtmlNode& node : page.tree.nodes()) {
        if (node.kind == HtmlNode::Kind::text) lines += node.text;
        if (node.kind == HtmlNode::Kind::element &&
            (node.name == "br" || node.name == "div" || node.name == "p" || node.name == "tr"))
          lines += '\n';
      }
      for (std::string& text : of_letters(lines)) letters |= codes.insert(std::move(text)).second;
    }
  }
  if (f.plain_text.find("\xE2\x96\x88") != std::string::npos)
    for (std::string& text : of_letters(f.plain_text)) letters |= codes.insert(std::move(text)).second;

  for (const std::string& text : codes) {
    Url url;
    if (!parse_url(text, url) && !parse_url("https://" + text, url)) continue;
    if (url.host.find('.') == std::string::npos) continue;
    const bool own = url.registrable == f.from.registrable || f.to_domain(url.registrable);
    c.entities.push_back({EntityType::url, text.substr(0, 500), "link"});
    c.entities.push_back({EntityType::domain, url.host, "link"});
    std::string how;
    const bool cloaked = c.know.is(Knowledge::Use::shortener, url.host) ||
                         c.know.is(Knowledge::Use::free_page, url.host) || url.address ||
                         c.know.imitated(url.host, url.registrable, how) ||
                         (c.look_alike && !c.look_alike(url.host).empty());
    const bool names = std::ranges::any_of(f.to, [&](const Mailbox& to) {
      return to.address.size() > 5 && (decode_percent(text).find(to.address) != std::string::npos ||
                                       decode_base64(url.fragment + url.query).find(to.address) != std::string::npos);
    });
    if (letters)
      c.strong("code-drawn", 3.5, "a QR code is drawn with letters or table cells, where no scanner of pictures looks",
               {"T1027"});
    if (own) {
      c.weak("code-leads", 0.3, fmt::format("a QR code leads to {}", url.host));
    } else if (cloaked || names) {
      c.strong("code-leads", names ? 4.5 : 3.0,
               fmt::format("a QR code leads to {}{}", url.host, names ? " and carries the receiver's address" : ""),
               {"T1566.002", "T1598.003"});
    } else if (f.links.empty() && f.shown.size() < 1500) {
      c.strong("code-leads", 2.5, fmt::format("the only way out of the mail is a QR code, to {}", url.host),
               {"T1566.002"});
    } else {
      c.weak("code-leads", 1.0, fmt::format("a QR code leads to {}", url.host));
    }
    break;
  }
}

}  // namespace tocsin::phishing
