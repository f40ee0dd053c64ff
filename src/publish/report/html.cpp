// One file that asks nothing of the network: the style is inside and allowed by its hash, the drawings are inline SVG,
// no script is there or may run.
#include <openssl/evp.h>

#include "base/hash.h"
#include "publish/report/document.h"
#include "publish/report/markup.h"

namespace tocsin::publish {
namespace {

std::string base64(const Digest& digest) {
  unsigned char out[64];
  const int length = EVP_EncodeBlock(out, digest.bytes.data(), static_cast<int>(digest.bytes.size()));
  return {reinterpret_cast<const char*>(out), static_cast<std::size_t>(length)};
}

class Page {
 public:
  Page(const Document& of, std::string_view css) : of_(of), css_(css) {}

  std::string write() {
    out_.open("html", {{"lang", of_.lang}});
    head();
    out_.open("body", {});
    out_.leaf("a", {{"class", "skip"}, {"href", "#main"}}, of_.contents);
    // A fixed line repeats on every printed page.
    out_.open("div", {{"class", of_.exercise.empty() ? "marking" : "marking exercise"}, {"role", "note"}});
    if (!of_.exercise.empty()) out_.leaf("strong", {{"class", "exercise-word"}}, of_.exercise);
    out_.leaf("span", {{"class", "tlp " + tlp_class()}}, of_.tlp);
    out_.close();
    masthead();
    out_.open("div", {{"class", "layout"}});
    contents();
    out_.open("main", {{"id", "main"}});
    for (const Section& section : of_.sections) write(section);
    out_.close().close();
    out_.open("footer", {});
    for (const Rich& line : of_.foot) paragraph(line, "");
    out_.close();
    out_.close().close();
    return "<!doctype html>\n" + out_.take() + "\n";
  }

 private:
  std::string tlp_class() const {
    std::string out = "tlp-";
    for (const char c : of_.tlp.substr(of_.tlp.find(':') + 1)) out += c == '+' ? '-' : static_cast<char>(c | 0x20);
    return out;
  }

  void head() {
    out_.open("head");
    out_.empty("meta", {{"charset", "utf-8"}});
    const std::string policy = "default-src 'none'; style-src 'sha256-" + base64(sha256(css_)) +
                               "'; img-src data:; base-uri 'none'; form-action 'none'";
    // Not through escaped(): the policy is ours, and its quotes are part of it.
    out_.raw("<meta http-equiv=\"Content-Security-Policy\" content=\"" + policy + "\"/>");
    out_.empty("meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}});
    out_.empty("meta", {{"name", "color-scheme"}, {"content", "light dark"}});
    out_.empty("meta", {{"name", "referrer"}, {"content", "no-referrer"}});
    out_.empty("meta", {{"name", "robots"}, {"content", "noindex"}});
    out_.empty("link", {{"rel", "icon"}, {"href", "data:,"}});
    out_.leaf("title", {}, (of_.exercise.empty() ? "" : of_.exercise + " · ") + of_.title + " · " + of_.subtitle);
    out_.raw("<style>").raw(css_).raw("</style>");
    out_.close();
  }

  void masthead() {
    out_.open("header", {{"class", "masthead"}});
    out_.leaf("p", {{"class", "kicker"}}, of_.kicker);
    out_.leaf("h1", {}, of_.title);
    out_.leaf("p", {{"class", "subtitle"}}, of_.subtitle);
    out_.open("dl", {{"class", "facts"}});
    for (const auto& [name, value] : of_.facts) {
      out_.open("div").leaf("dt", {}, name).open("dd");
      rich(value);
      out_.close().close();
    }
    out_.close().close();
  }

  void contents() {
    out_.open("nav", {{"class", "contents"}, {"aria-label", of_.contents}});
    out_.leaf("p", {{"class", "contents-title"}}, of_.contents);
    out_.open("ol");
    for (const Section& section : of_.sections)
      out_.open("li").leaf("a", {{"href", "#" + section.id}}, section.title).close();
    out_.close().close();
  }

  void rich(const Rich& text) {
    for (const Span& span : text) {
      switch (span.style) {
        case Span::Style::plain:
          if (span.lang.empty())
            out_.text(span.text);
          else
            out_.leaf("span", {{"lang", span.lang}}, span.text);
          break;
        case Span::Style::strong:
          out_.leaf("strong", {}, span.text);
          break;
        case Span::Style::code:
          out_.leaf("code", {}, span.text);
          break;
        case Span::Style::muted:
          out_.leaf("span", {{"class", "muted"}}, span.text);
          break;
      }
    }
  }

  void paragraph(const Rich& text, std::string_view tone) {
    out_.open("p", {{"class", tone}});
    rich(text);
    out_.close();
  }

  void write(const Section& section) {
    out_.open("section",
              {{"id", section.id}, {"class", "section-" + section.id}, {"aria-labelledby", section.id + "-title"}});
    out_.leaf("h2", {{"id", section.id + "-title"}}, section.title);
    for (const Block& block : section.blocks) {
      if (!block.folded.empty()) out_.open("details").leaf("summary", {}, block.folded);
      write(block);
      if (!block.folded.empty()) out_.close();
    }
    out_.close();
  }

  void write(const Block& block) {
    switch (block.kind) {
      case Block::Kind::paragraph:
        return paragraph(block.text, block.tone);
      case Block::Kind::heading:
        out_.open("h3");
        rich(block.text);
        out_.close();
        return;
      case Block::Kind::list:
      case Block::Kind::steps:
        return write_list(block);
      case Block::Kind::table:
        return write(block.table);
      case Block::Kind::cards:
        return write(block.cards);
      case Block::Kind::figure:
        return write(block.figure);
      case Block::Kind::lanes:
        return write(block.lanes);
      case Block::Kind::callout:
        out_.open("div", {{"class", "callout " + block.tone}, {"role", "note"}});
        paragraph(block.text, "");
        out_.close();
        return;
    }
  }

  void write_list(const Block& block) {
    const bool steps = block.kind == Block::Kind::steps;
    out_.open(steps ? "ol" : "ul", {{"class", steps ? "steps" : "plain"}});
    for (std::size_t i = 0; i < block.items.size(); ++i) {
      out_.open("li");
      if (i < block.tags.size()) out_.leaf("span", {{"class", "tag"}}, block.tags[i]).text(" ");
      rich(block.items[i]);
      if (i < block.notes.size() && !block.notes[i].empty()) {
        out_.open("div", {{"class", "step-note"}});
        rich(block.notes[i]);
        out_.close();
      }
      out_.close();
    }
    out_.close();
  }

  void cell(const Cell& one, bool heads_row) {
    const std::string_view element = heads_row ? "th" : "td";
    const bool bar = one.tone.starts_with("bar:");
    out_.open(element, {{"class", bar ? "bar" : one.tone}, {"scope", heads_row ? "row" : ""}});
    if (bar) {
      const std::string width = one.tone.substr(4);
      out_.open("svg", {{"viewBox", "0 0 1 1"}, {"preserveAspectRatio", "none"}, {"aria-hidden", "true"}});
      out_.empty("rect", {{"width", "1"}, {"height", "1"}, {"class", "track"}});
      out_.empty("rect", {{"width", width}, {"height", "1"}, {"class", "fill"}});
      out_.close();
    }
    rich(one.text);
    out_.close();
  }

  void write(const Table& made) {
    // Wide tables scroll by themselves; the keyboard reaches them.
    out_.open("div", {{"class", "scroll"}, {"role", "region"}, {"tabindex", "0"}, {"aria-label", made.caption}});
    out_.open("table", {{"class", made.tone}});
    out_.leaf("caption", {}, made.caption);
    out_.open("thead").open("tr");
    for (const std::string& column : made.columns) out_.leaf("th", {{"scope", "col"}}, column);
    out_.close().close().open("tbody");
    for (const auto& row : made.rows) {
      out_.open("tr");
      for (std::size_t i = 0; i < row.size(); ++i) cell(row[i], i == 0);
      out_.close();
    }
    out_.close().close().close();
  }

  void write(const std::vector<Card>& cards) {
    out_.open("div", {{"class", "cards"}});
    for (const Card& card : cards) {
      out_.open("div", {{"class", "card " + card.tone}});
      out_.leaf("h3", {}, card.label);
      out_.open("p", {{"class", "lead"}});
      rich(card.lead);
      out_.close();
      if (!card.lines.empty()) {
        out_.open("ul", {{"class", "lines"}});
        for (const Rich& line : card.lines) {
          out_.open("li");
          rich(line);
          out_.close();
        }
        out_.close();
      }
      out_.close();
    }
    out_.close();
  }

  void write(const Figure& made) {
    out_.open("figure");
    out_.open("div", {{"class", "scroll drawing"}, {"role", "region"}, {"tabindex", "0"}, {"aria-label", made.title}});
    out_.raw(made.svg);
    out_.close();
    out_.open("figcaption").leaf("strong", {}, made.title).text(" ").text(made.description).close();
    if (!made.note.empty()) out_.leaf("p", {{"class", "muted small"}}, made.note);
    if (made.table) {
      out_.open("details").leaf("summary", {}, made.table->caption);
      write(*made.table);
      out_.close();
    }
    out_.close();
  }

  void write(const std::vector<Lane>& lanes) {
    out_.open("div", {{"class", "lanes"}});
    for (const Lane& lane : lanes) {
      out_.open("div", {{"class", lane.tiles.empty() ? "lane bare" : "lane"}});
      out_.leaf("h3", {}, lane.title);
      if (!lane.tiles.empty()) {
        out_.open("ul", {{"class", "tiles"}});
        for (const Tile& tile : lane.tiles) {
          out_.open("li", {{"class", "tile " + tile.tone}});
          out_.leaf("code", {}, tile.id).text(" ").leaf("span", {{"class", "tile-name"}}, tile.name);
          if (!tile.note.empty()) out_.text(" ").leaf("span", {{"class", "tile-note"}}, tile.note);
          out_.close();
        }
        out_.close();
      }
      out_.close();
    }
    out_.close();
  }

  const Document& of_;
  std::string_view css_;
  Markup out_;
};

}  // namespace

std::string to_html(const Document& document, std::string_view css) { return Page(document, css).write(); }

}  // namespace tocsin::publish
