// CommonMark with GitHub's tables. Text that may be hostile can start no markup: punctuation that means something is
// escaped, and what would become a link by itself ("www.", "://", "@") is broken up.
#include <fmt/format.h>

#include "publish/report/document.h"
#include "publish/report/markup.h"
#include "publish/terminal/text.h"

namespace tocsin::publish {
namespace {

std::string cut(std::string_view text) {
  if (text.size() <= kShownMax) return printable(text);
  std::size_t end = kShownMax;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return printable(text.substr(0, end)) + fmt::format(" … ({} bytes)", text.size());
}

std::string md(std::string_view text) {
  const std::string shown = cut(text);
  std::string out;
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const char c = shown[i];
    const bool dot = c == '.' && i >= 3 && (shown[i - 1] | 0x20) == 'w';
    if (dot || std::string_view("\\`*_{}[]<>#|~&@$").find(c) != std::string_view::npos ||
        (c == ':' && i + 1 < shown.size() && shown[i + 1] == '/'))
      out += '\\';
    out += c;
  }
  return out;
}

// A code span whose fence is longer than any run of backticks in it (CommonMark 6.1); a bar would end a table's cell.
std::string md_code(std::string_view text) {
  std::string shown = cut(text);
  std::size_t run = 0, longest = 0;
  std::string out;
  for (const char c : shown) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
    if (c == '|') out += '\\';
    out += c;
  }
  const std::string fence(longest + 1, '`');
  const bool pad = out.starts_with('`') || out.ends_with('`') || out.starts_with(' ') || out.empty();
  return fence + (pad ? " " : "") + out + (pad ? " " : "") + fence;
}

std::string md(const Rich& rich) {
  std::string out;
  for (const Span& span : rich) {
    switch (span.style) {
      case Span::Style::plain:
      case Span::Style::muted:
        out += md(span.text);
        break;
      case Span::Style::strong:
        if (span.text.find_first_not_of(" \u00a0") != std::string::npos) out += "**" + md(span.text) + "**";
        break;
      case Span::Style::code:
        out += md_code(span.text);
        break;
    }
  }
  // What starts a block at the line's start.
  if (!out.empty() && std::string_view("-+=>").find(out[0]) != std::string_view::npos) out.insert(0, 1, '\\');
  return out;
}

void write(const Table& made, std::string& out) {
  out += "*" + md(made.caption) + "*\n\n|";
  for (const std::string& column : made.columns) out += " " + md(column) + " |";
  out += "\n|";
  for (std::size_t i = 0; i < made.columns.size(); ++i) out += "---|";
  out += "\n";
  for (const auto& row : made.rows) {
    out += "|";
    for (const Cell& cell : row) out += " " + md(cell.text) + " |";
    out += "\n";
  }
  out += "\n";
}

void write(const Block& block, std::string& out) {
  switch (block.kind) {
    case Block::Kind::paragraph:
      out += md(block.text) + "\n\n";
      return;
    case Block::Kind::heading:
      out += "### " + md(block.text) + "\n\n";
      return;
    case Block::Kind::callout:
      out += "> " + md(block.text) + "\n\n";
      return;
    case Block::Kind::list:
    case Block::Kind::steps:
      for (std::size_t i = 0; i < block.items.size(); ++i) {
        out += block.kind == Block::Kind::steps ? fmt::format("{}. ", i + 1) : "- ";
        if (i < block.tags.size()) out += "**" + md(block.tags[i]) + "** ";
        out += md(block.items[i]);
        if (i < block.notes.size() && !block.notes[i].empty()) out += " " + md(block.notes[i]);
        out += "\n";
      }
      out += "\n";
      return;
    case Block::Kind::table:
      return write(block.table, out);
    case Block::Kind::cards:
      for (const Card& card : block.cards) {
        out += "**" + md(card.label) + ".** " + md(card.lead) + "\n\n";
        for (const Rich& line : card.lines) out += "- " + md(line) + "\n";
        if (!card.lines.empty()) out += "\n";
      }
      return;
    case Block::Kind::figure:
      out += "**" + md(block.figure.title) + "** " + md(block.figure.description) + "\n\n";
      if (!block.figure.note.empty()) out += md(block.figure.note) + "\n\n";
      if (block.figure.table) write(*block.figure.table, out);
      return;
    case Block::Kind::lanes:
      for (const Lane& lane : block.lanes) {
        if (lane.tiles.empty()) continue;
        out += "- **" + md(lane.title) + "**\n";
        for (const Tile& tile : lane.tiles)
          out += "  - " + md_code(tile.id) + " " + md(tile.name) +
                 (tile.note.empty() ? "" : " (" + md(tile.note) + ")") + "\n";
      }
      out += "\n";
      return;
  }
}

}  // namespace

std::string to_markdown(const Document& document) {
  std::string out;
  const std::string marking =
      (document.exercise.empty() ? "" : "**" + md(document.exercise) + "** · ") + "**" + md(document.tlp) + "**";
  out += marking + "\n\n# " + md(document.title) + "\n\n" + md(document.subtitle) + "\n\n";
  for (const auto& [name, value] : document.facts) out += "- " + md(name) + ": " + md(value) + "\n";
  out += "\n";
  for (const Section& section : document.sections) {
    out += "## " + md(section.title) + "\n\n";
    // Each section may be torn off and sent on: it carries the marking again.
    if (!document.exercise.empty()) out += "**" + md(document.exercise) + "**\n\n";
    for (const Block& block : section.blocks) write(block, out);
  }
  for (const Rich& line : document.foot) out += md(line) + "\n\n";
  out += marking + "\n";
  return out;
}

}  // namespace tocsin::publish
