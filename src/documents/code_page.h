// Text as Windows' programs store it: UTF-16, or a code page by its number.
#pragma once
#include <string>
#include <string_view>

namespace tocsin::documents {

std::string utf16_text(std::string_view bytes);  // little-endian; an odd byte at the end is left out
// To UTF-8. Bytes that the page doesn't have, and pages that nobody knows, are read as UTF-8 is repaired.
std::string decode_page(std::string_view bytes, unsigned page);
// The page's name in MIME ("windows-1251", "utf-8"); "" for a number that is none.
std::string page_name(unsigned page);

}  // namespace tocsin::documents
