#include "readers/text/encoding.h"

#include "base/text.h"

namespace tocsin::text {

Mark byte_order_mark(std::string_view head) {
  if (head.starts_with("\xef\xbb\xbf")) return {Encoding::utf8, 3};
  if (head.starts_with(std::string_view("\xff\xfe\0\0", 4))) return {};  // UTF-32, which no log is written in
  if (head.starts_with("\xff\xfe")) return {Encoding::utf16le, 2};
  if (head.starts_with("\xfe\xff")) return {Encoding::utf16be, 2};
  return {};
}

std::string_view decode_line(std::string_view raw, Encoding encoding, Arena& arena) {
  if (encoding == Encoding::utf8) {
    while (!raw.empty() && raw.back() == '\0') raw.remove_suffix(1);
    return raw;
  }
  const std::size_t units = raw.size() / 2;
  const char* little = raw.data();
  if (encoding == Encoding::utf16be) {
    char* swapped = arena.allocate(units * 2);
    for (std::size_t i = 0; i < units; ++i) swapped[2 * i] = raw[2 * i + 1], swapped[2 * i + 1] = raw[2 * i];
    little = swapped;
  }
  const std::size_t reserved = units * 3 + 16;
  char* out = arena.allocate(reserved);
  const std::size_t size = utf16le_to_utf8(little, units, out);
  arena.shrink(out, reserved, size);
  return {out, size};
}

std::string_view head_as_utf8(std::string_view head, Arena& arena, std::size_t max) {
  const Mark mark = byte_order_mark(head);
  head.remove_prefix(mark.size);
  head = head.substr(0, max);
  return decode_line(head, mark.encoding, arena);
}

bool looks_like_text(std::string_view head) {
  Arena arena;
  const bool utf16 = byte_order_mark(head).encoding != Encoding::utf8;
  std::string_view text = head_as_utf8(head, arena);
  if (text.empty()) return false;
  std::size_t controls = 0, nuls = 0, nul_runs = 0, line_nuls = 0, invalid = 0, seen = 0;
  bool in_nuls = false;
  const bool after_priority = text.size() > 4 && text[0] == '<' && text.substr(1, 4).find('>') < 4;
  while (!text.empty()) {
    const CodePoint point = first_code_point(text);
    const char32_t c = point.value;
    text.remove_prefix(point.length);
    ++seen;
    if (c == 0) {
      if (text.empty() || text[0] == '\n' || text[0] == '\r') ++line_nuls;  // some senders of syslog end lines so
      ++nuls;
      if (!in_nuls) ++nul_runs;
      in_nuls = true;
      continue;
    }
    in_nuls = false;
    if (point.length == 1 && c >= 0x80) {
      // The head may end within a character.
      if (text.size() >= 3) ++invalid;
    } else if (c == 0xfffd) {
      ++invalid;
    } else if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != '\x1b' && c != '\x1d') ||
               c == 0x7f) {
      ++controls;
    }
  }
  const std::size_t written = seen - nuls;
  if (written == 0 || controls * 50 > written) return false;
  // Code pages write a letter in ten or so beyond ASCII; random bytes every second one.
  if (invalid * (utf16 ? 20 : 5) > written) return false;
  // Some programs send the NULs of their strings along; nothing else in such a log is out of the ordinary.
  if (controls == 0 && invalid == 0 && nuls * 32 <= written && after_priority) return true;
  // A hole in a log is one run of many; NULs strewn about are a binary format.
  return nuls == line_nuls || (nul_runs * 16 <= nuls && written >= 16) || (nul_runs <= 2 && nuls * 50 <= written);
}

}  // namespace tocsin::text
