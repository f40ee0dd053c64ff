// One code point as UTF-8 (RFC 3629).
#pragma once
#include <string>

namespace tocsin {

// Surrogates and what lies beyond U+10FFFF become U+FFFD.
void append_utf8(std::string& out, char32_t point);

}  // namespace tocsin
