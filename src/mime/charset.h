// Charsets, through ICU: bytes to UTF-8.
#pragma once
#include <string>
#include <string_view>

namespace tocsin::mime {

struct Converted {
  std::string text;      // valid UTF-8; what can't be read becomes U+FFFD
  bool known = true;     // the charset has a name that we know
  bool damaged = false;  // bytes that this charset doesn't have
};
// `charset` as a mail states it; latin1 and us-ascii mean windows-1252, as in every mail program. "" or unknown: UTF-8
// where the bytes are, else windows-1252.
Converted convert(std::string_view bytes, std::string_view charset);

}  // namespace tocsin::mime
