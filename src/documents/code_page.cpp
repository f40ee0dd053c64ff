#include "documents/code_page.h"

#include <fmt/format.h>
#include <unicode/ucnv.h>

#include "base/text.h"

namespace tocsin::documents {

std::string utf16_text(std::string_view bytes) {
  std::string out(bytes.size() / 2 * 3 + 16, '\0');
  out.resize(utf16le_to_utf8(bytes.data(), bytes.size() / 2, out.data()));
  return out;
}

std::string decode_page(std::string_view bytes, unsigned page) {
  if (page == 1200) return utf16_text(bytes);
  if (page == 65001 || is_ascii(bytes)) return to_utf8(bytes);
  std::string name = page_name(page);
  if (name.empty()) name = fmt::format("windows-{}", page);
  if (name == "shift_jis") name = "windows-31j";
  UErrorCode problem = U_ZERO_ERROR;
  std::string out(bytes.size() * 4 + 16, '\0');
  const std::int32_t size = ucnv_convert("UTF-8", name.c_str(), out.data(), static_cast<std::int32_t>(out.size()),
                                         bytes.data(), static_cast<std::int32_t>(bytes.size()), &problem);
  if (U_FAILURE(problem)) return to_utf8(bytes);
  out.resize(static_cast<std::size_t>(size));
  return out;
}

std::string page_name(unsigned page) {
  switch (page) {
    case 65001:
      return "utf-8";
    case 20127:
      return "us-ascii";
    case 932:
      return "shift_jis";
    case 936:
      return "gbk";
    case 949:
    case 51949:
      return "euc-kr";
    case 950:
      return "big5";
    case 10000:
      return "macintosh";
    case 10007:
      return "x-mac-cyrillic";
    case 20866:
      return "koi8-r";
    case 21866:
      return "koi8-u";
    case 50220:
    case 50221:
    case 50222:
      return "iso-2022-jp";
    case 51932:
    case 20932:
      return "euc-jp";
    case 52936:
      return "hz-gb-2312";
    case 54936:
      return "gb18030";
    default:
      break;
  }
  if (page == 874 || (page >= 1250 && page <= 1258)) return fmt::format("windows-{}", page);
  if (page >= 28591 && page <= 28605) return fmt::format("iso-8859-{}", page - 28590);
  return page > 0 && page < 900 ? fmt::format("ibm{}", page) : "";
}

}  // namespace tocsin::documents
