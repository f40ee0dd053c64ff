// Rows and cells of a table with a header.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"

namespace tocsin::csv {

inline constexpr std::size_t kColumnsMax = 65'536;

struct Cell {
  std::string_view text;
  bool quoted = false;
};

// Where the row that begins at `from` ends (its line end excluded) and the next one begins.
struct RowEnd {
  enum class Answer : std::uint8_t { found, need_more, unclosed } answer;
  std::size_t end = 0, next = 0;
};
// `whole`: nothing follows the text. `one_line`: quotes don't reach past the line end.
RowEnd find_row_end(std::string_view text, std::size_t from, char delimiter, bool whole, bool one_line = false);

// The cells of one row, at most `most`. Doubled quotes are undone in `arena`.
void split_row(std::string_view row, char delimiter, Arena& arena, std::vector<Cell>& cells,
               std::size_t most = kColumnsMax);

// The delimiter that this header line speaks for, or nothing if it reads as no header: two names at least, none
// empty or as long as a sentence.
std::optional<char> delimiter_of(std::string_view header);

}  // namespace tocsin::csv
