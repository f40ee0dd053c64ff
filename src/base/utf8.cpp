#include "base/utf8.h"

namespace tocsin {

void append_utf8(std::string& out, char32_t point) {
  if (point >= 0x110000 || (point >= 0xd800 && point < 0xe000)) point = 0xfffd;
  if (point < 0x80) {
    out += static_cast<char>(point);
    return;
  }
  const int more = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
  constexpr unsigned char kLead[] = {0, 0xc0, 0xe0, 0xf0};
  out += static_cast<char>(kLead[more] | (point >> (6 * more)));
  for (int left = more - 1; left >= 0; --left) out += static_cast<char>(0x80 | (point >> (6 * left) & 0x3f));
}

}  // namespace tocsin
