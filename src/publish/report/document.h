// A report before it has a form: sections of blocks. html.h and markdown.h print it; what they print has been escaped
// there, once, so that no section has to think of it.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "publish/report/texts.h"

namespace tocsin::publish {

struct Cell {
  Rich text;
  std::string tone;  // "critical" … "informational", "fit2" … "fit-2", "number", "code", "bar:0.61"
};

struct Table {
  std::string caption;
  std::vector<std::string> columns;
  std::vector<std::vector<Cell>> rows;
  std::string tone;  // "matrix": narrow cells
};

struct Card {
  std::string label, tone;
  Rich lead;                // the answer, in a line
  std::vector<Rich> lines;  // what goes with it
};

// A drawing, made by svg.h from escaped text; `table` says the same in words.
struct Figure {
  std::string title, description, svg;
  std::optional<Table> table;
  std::string note;
};

struct Tile {
  std::string id, name, tone, note;
};
struct Lane {  // a tactic with its techniques
  std::string title;
  std::vector<Tile> tiles;
};

struct Block {
  enum class Kind : std::uint8_t { paragraph, heading, list, steps, table, cards, figure, lanes, callout };
  Kind kind = Kind::paragraph;
  Rich text;                      // paragraph, heading, callout
  std::string tone;               // callout: "info", "warn"
  std::vector<Rich> items;        // list, steps
  std::vector<std::string> tags;  // of steps: a word each, shown before it
  std::vector<Rich> notes;        // of steps: what stands below each
  std::string folded;             // not empty: closed behind these words until somebody opens it
  Table table;
  std::vector<Card> cards;
  Figure figure;
  std::vector<Lane> lanes;
};

struct Section {
  std::string id, title;
  std::vector<Block> blocks;
};

struct Document {
  std::string lang, title, subtitle, kicker;        // kicker: above the title
  std::string tlp;                                  // "TLP:AMBER"
  std::string exercise;                             // words for every page of a rehearsal; "" otherwise
  std::string contents;                             // heading of the table of contents
  std::vector<std::pair<std::string, Rich>> facts;  // of the head
  std::vector<Section> sections;
  std::vector<Rich> foot;
};

inline Block paragraph(Rich text) {
  Block block;
  block.text = std::move(text);
  return block;
}
inline Block heading(Rich text) {
  Block block;
  block.kind = Block::Kind::heading;
  block.text = std::move(text);
  return block;
}
inline Block callout(Rich text, std::string tone) {
  Block block;
  block.kind = Block::Kind::callout;
  block.text = std::move(text);
  block.tone = std::move(tone);
  return block;
}
inline Block list(std::vector<Rich> items) {
  Block block;
  block.kind = Block::Kind::list;
  block.items = std::move(items);
  return block;
}
inline Block table(Table made, std::string folded = {}) {
  Block block;
  block.kind = Block::Kind::table;
  block.table = std::move(made);
  block.folded = std::move(folded);
  return block;
}
inline Block figure(Figure made) {
  Block block;
  block.kind = Block::Kind::figure;
  block.figure = std::move(made);
  return block;
}

std::string to_html(const Document& document, std::string_view css);
std::string to_markdown(const Document& document);

}  // namespace tocsin::publish
