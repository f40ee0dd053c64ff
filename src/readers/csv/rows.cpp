// RFC 4180, read generously: a quote opens a cell only at its very beginning, and
// closes it only before a delimiter or a line end, so that a stray one spoils one row and not the rest of the file.
#include "readers/csv/rows.h"

#include <algorithm>
#include <cstring>

namespace tocsin::csv {
namespace {

std::size_t find(std::string_view text, char c, std::size_t from) { return std::min(text.find(c, from), text.size()); }

}  // namespace

RowEnd find_row_end(std::string_view text, std::size_t from, char delimiter, bool whole, bool one_line) {
  using Answer = RowEnd::Answer;
  const auto found = [&](std::size_t line) {
    const std::size_t end = line > from && text[line - 1] == '\r' ? line - 1 : line;
    return RowEnd{Answer::found, end, std::min(line + 1, text.size())};
  };
  std::size_t line = find(text, '\n', from);
  if (line == text.size() && !whole) return {Answer::need_more};
  if (one_line || !std::memchr(text.data() + from, '"', line - from)) return found(line);
  std::size_t at = from;
  while (true) {  // at the beginning of a cell
    if (at < text.size() && text[at] == '"') {
      std::size_t quote = at + 1;
      while (true) {
        quote = text.find('"', quote);
        if (quote == text.npos) return {whole ? Answer::unclosed : Answer::need_more};
        if (quote + 1 == text.size()) {
          if (!whole) return {Answer::need_more};
          return {Answer::found, text.size(), text.size()};
        }
        const char c = text[quote + 1];
        if (c == '"') {
          quote += 2;
        } else if (c == delimiter || c == '\n' || c == '\r') {
          break;
        } else {
          ++quote;
        }
      }
      at = quote + 1;
      if (text[at] == '\r' && at + 1 == text.size() && !whole) return {Answer::need_more};
    }
    if (line < at) line = find(text, '\n', at);
    const std::size_t cell = std::min(find(text.substr(0, line), delimiter, at), line);
    if (cell == line) {
      if (line == text.size() && !whole) return {Answer::need_more};
      return found(line);
    }
    at = cell + 1;
  }
}

void split_row(std::string_view row, char delimiter, Arena& arena, std::vector<Cell>& cells, std::size_t most) {
  cells.clear();
  std::size_t at = 0;
  while (cells.size() < most) {
    if (at < row.size() && row[at] == '"') {
      std::size_t quote = at + 1;
      bool doubled = false;
      for (quote = row.find('"', quote); quote != row.npos; quote = row.find('"', quote)) {
        if (quote + 1 == row.size() || row[quote + 1] == delimiter) break;
        if (row[quote + 1] == '"') {
          doubled = true;
          ++quote;
        }
        ++quote;
        if (quote > row.size()) quote = row.size();
      }
      const std::size_t end = std::min(quote, row.size());
      std::string_view text = row.substr(at + 1, end - at - 1);
      if (doubled) {
        char* const out = arena.allocate(text.size());
        std::size_t size = 0;
        for (std::size_t i = 0; i < text.size(); ++i) {
          out[size++] = text[i];
          if (text[i] == '"' && i + 1 < text.size() && text[i + 1] == '"') ++i;
        }
        arena.shrink(out, text.size(), size);
        text = {out, size};
      }
      cells.push_back({text, true});
      at = end + 1;
    } else {
      const std::size_t end = find(row, delimiter, at);
      cells.push_back({row.substr(at, end - at), false});
      at = end;
    }
    if (at >= row.size()) return;
    ++at;
    if (at == row.size()) return cells.push_back({});
  }
}

std::optional<char> delimiter_of(std::string_view header) {
  Arena arena;
  std::vector<Cell> cells;
  std::optional<char> best;
  std::size_t most = 1;
  for (const char delimiter : {',', ';', '\t', '|'}) {
    split_row(header, delimiter, arena, cells);
    if (cells.size() <= most) continue;
    const bool names = std::ranges::all_of(cells, [](const Cell& cell) {
      if (cell.text.empty() || cell.text.size() > 100) return false;
      bool letter = false;
      for (const char c : cell.text) {
        letter |= (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
        if (static_cast<unsigned char>(c) < 0x20 || c == '=' || c == '{') return false;
      }
      return letter;
    });
    if (!names) continue;
    most = cells.size();
    best = delimiter;
  }
  return best;
}

}  // namespace tocsin::csv
