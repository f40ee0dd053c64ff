// The encodings that text evidence comes in, and the line ends in them.
#pragma once
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/arena.h"

namespace tocsin::text {

enum class Encoding : std::uint8_t { utf8, utf16le, utf16be };

inline std::size_t unit_size(Encoding encoding) { return encoding == Encoding::utf8 ? 1 : 2; }

// The encoding that a byte order mark names, and the mark's length; UTF-8 and 0 without one.
struct Mark {
  Encoding encoding = Encoding::utf8;
  std::size_t size = 0;
};
Mark byte_order_mark(std::string_view head);

// The place of the next line feed at or after `from` (of its first byte in UTF-16), or npos.
inline std::size_t find_line_end(std::string_view data, std::size_t from, Encoding encoding) {
  const auto next = [&](std::size_t at) {
    if (at >= data.size()) return std::string_view::npos;
    const void* found = std::memchr(data.data() + at, '\n', data.size() - at);
    return found ? static_cast<std::size_t>(static_cast<const char*>(found) - data.data()) : std::string_view::npos;
  };
  if (encoding == Encoding::utf8) return next(from);
  for (std::size_t at = next(from); at != std::string_view::npos; at = next(at + 1)) {
    const std::size_t unit = at & ~std::size_t{1};
    if (unit + 2 > data.size()) return std::string_view::npos;
    if (encoding == Encoding::utf16le ? at == unit && data[unit + 1] == 0 : at == unit + 1 && data[unit] == 0)
      return unit;
  }
  return std::string_view::npos;
}

// Without the carriage returns at its end: one, as a rule; more where line ends were translated twice.
inline std::string_view without_return(std::string_view line, Encoding encoding) {
  if (encoding == Encoding::utf8) {
    while (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    return line;
  }
  while (line.size() >= 2) {
    const char* unit = line.data() + line.size() - 2;
    if (encoding == Encoding::utf16le ? unit[0] != '\r' || unit[1] != 0 : unit[0] != 0 || unit[1] != '\r') break;
    line.remove_suffix(2);
  }
  return line;
}

// UTF-8 of one line. UTF-8 is returned as it is, valid or not, but for NULs at its end.
std::string_view decode_line(std::string_view raw, Encoding encoding, Arena& arena);

// Whether `head` reads as text of some kind rather than as binary data: few control characters, and mostly valid
// UTF-8, an 8-bit code page, or UTF-16 with its mark. Runs of NUL, which a crash leaves in a log, are borne.
bool looks_like_text(std::string_view head);

// The head as UTF-8 without its byte order mark, for recognisers; cut to `max` bytes of evidence.
std::string_view head_as_utf8(std::string_view head, Arena& arena, std::size_t max = 16384);

// Calls f(line) for the first `count` lines that aren't blank, until f returns false. A last line without a line end
// is left out unless `whole`, or unless it is the only one.
template <class F>
void first_lines(std::string_view utf8, bool whole, std::size_t count, F&& f) {
  std::size_t at = 0;
  bool any = false;
  while (at < utf8.size() && count > 0) {
    const std::size_t end = find_line_end(utf8, at, Encoding::utf8);
    if (end == std::string_view::npos && !whole && any) return;
    const std::string_view line =
        without_return(utf8.substr(at, end == std::string_view::npos ? end : end - at), Encoding::utf8);
    if (line.find_first_not_of(" \t") != std::string_view::npos) {
      any = true;
      --count;
      if (!f(line)) return;
    }
    if (end == std::string_view::npos) return;
    at = end + 1;
  }
}

}  // namespace tocsin::text
