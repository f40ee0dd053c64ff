#include "publish/terminal/text.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unicode/uchar.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>

#include "base/text.h"

namespace tocsin::publish {
namespace {

bool may_be_shown(char32_t c) {
  switch (u_charType(static_cast<UChar32>(c))) {
    case U_CONTROL_CHAR:
    case U_FORMAT_CHAR:  // direction marks, zero-width joiners
    case U_LINE_SEPARATOR:
    case U_PARAGRAPH_SEPARATOR:
    case U_SURROGATE:
    case U_PRIVATE_USE_CHAR:
    case U_UNASSIGNED:
      return false;
    default:
      return !u_hasBinaryProperty(static_cast<UChar32>(c), UCHAR_DEFAULT_IGNORABLE_CODE_POINT);
  }
}

std::size_t width_of(char32_t c) {
  switch (u_charType(static_cast<UChar32>(c))) {
    case U_NON_SPACING_MARK:
    case U_ENCLOSING_MARK:
      return 0;
    default:
      break;
  }
  const int east = u_getIntPropertyValue(static_cast<UChar32>(c), UCHAR_EAST_ASIAN_WIDTH);
  return east == U_EA_WIDE || east == U_EA_FULLWIDTH ? 2 : 1;
}

// A pile of marks on one letter would run into the lines above and below.
constexpr int kMarksMax = 3;

}  // namespace

Terminal Terminal::of(std::FILE* file) {
  Terminal terminal;
  const int descriptor = ::fileno(file);
  std::size_t width = 100;
  winsize size{};
  const char* columns = std::getenv("COLUMNS");
  if (columns && *columns)
    std::from_chars(columns, columns + std::strlen(columns), width);
  else if (::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    width = size.ws_col;
  terminal.width = std::clamp<std::size_t>(width, 80, 200);
  const char* no_colour = std::getenv("NO_COLOR");
  const char* kind = std::getenv("TERM");
  terminal.colour = ::isatty(descriptor) && !(no_colour && *no_colour) && !(kind && std::strcmp(kind, "dumb") == 0);
  return terminal;
}

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  int marks = 0;
  while (!text.empty()) {
    const auto byte = static_cast<unsigned char>(text[0]);
    if (byte >= 0x20 && byte < 0x7f) {
      out += text[0];
      text.remove_prefix(1);
      marks = 0;
      continue;
    }
    const CodePoint point = first_code_point(text);
    if (point.length == 1) {
      out += fmt::format("\\x{:02x}", byte);
    } else {
      const bool mark = width_of(point.value) == 0;
      marks = mark ? marks + 1 : 0;
      if (may_be_shown(point.value) && marks <= kMarksMax)
        out.append(text.substr(0, point.length));
      else
        out += point.value < 0x10000 ? fmt::format("\\u{:04x}", static_cast<unsigned>(point.value))
                                     : fmt::format("\\U{:08x}", static_cast<unsigned>(point.value));
    }
    text.remove_prefix(point.length);
  }
  return out;
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const CodePoint point = first_code_point(text);
    width += point.value < 0x7f ? 1 : width_of(point.value);
    text.remove_prefix(point.length);
  }
  return width;
}

std::string fitted(std::string_view text, std::size_t width) {
  const std::size_t has = display_width(text);
  if (has <= width) return std::string(text) + std::string(width - has, ' ');
  std::string out;
  std::size_t used = 0;
  while (!text.empty()) {
    const CodePoint point = first_code_point(text);
    const std::size_t more = point.value < 0x7f ? 1 : width_of(point.value);
    if (used + more + 1 > width) break;
    out.append(text.substr(0, point.length));
    used += more;
    text.remove_prefix(point.length);
  }
  if (width > 0) out += "…";
  return out + std::string(width > 0 ? width - used - 1 : 0, ' ');
}

std::string fitted_right(std::string_view text, std::size_t width) {
  const std::size_t has = display_width(text);
  return has <= width ? std::string(width - has, ' ') + std::string(text) : fitted(text, width);
}

std::string coloured(const Terminal& terminal, Level level, std::string_view text) {
  static constexpr std::string_view kCodes[] = {"2", "36", "33", "31", "1;31"};
  if (!terminal.colour) return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", kCodes[static_cast<int>(level)], text);
}

std::string dimmed(const Terminal& terminal, std::string_view text) {
  return terminal.colour ? fmt::format("\x1b[2m{}\x1b[0m", text) : std::string(text);
}

std::string grouped(std::uint64_t number) {
  std::string out = std::to_string(number);
  for (std::size_t at = out.size(); at > 3;) out.insert(at -= 3, 1, ',');
  return out;
}

std::string size_text(std::uint64_t bytes) {
  static constexpr std::string_view kUnits[] = {"kB", "MB", "GB", "TB", "PB"};
  if (bytes < 1000) return fmt::format("{} B", bytes);
  double size = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (size /= 1000; size >= 999.95 && unit + 1 < std::size(kUnits); ++unit) size /= 1000;
  return fmt::format("{:.1f} {}", size, kUnits[unit]);
}

std::string_view short_name(Level level) { return level == Level::informational ? "info" : name(level); }

}  // namespace tocsin::publish
