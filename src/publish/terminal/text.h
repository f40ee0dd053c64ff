// Text for a terminal: no control character of the evidence reaches it, and columns line up.
#pragma once
#include <cstdio>
#include <string>
#include <string_view>

#include "event/finding.h"

namespace tocsin::publish {

struct Terminal {
  std::size_t width = 80;  // columns
  bool colour = false;

  // $COLUMNS, else the terminal's own width, else 100; between 80 and 200. Colour on a terminal without $NO_COLOR.
  static Terminal of(std::FILE* file);
};

// Everything that could steer a terminal or lie about what stands there (control characters, direction marks, invisible
// ones, broken UTF-8) as visible escapes: \x1b, \u202e.
std::string printable(std::string_view text);

// Columns that printable() text takes.
std::size_t display_width(std::string_view text);

// Cut to `width` columns with an ellipsis, or filled with blanks to it.
std::string fitted(std::string_view text, std::size_t width);
std::string fitted_right(std::string_view text, std::size_t width);

std::string coloured(const Terminal& terminal, Level level, std::string_view text);
std::string dimmed(const Terminal& terminal, std::string_view text);

std::string grouped(std::uint64_t number);   // 21,733,018
std::string size_text(std::uint64_t bytes);  // 18.4 GB
std::string_view short_name(Level level);    // "info" for informational

}  // namespace tocsin::publish
