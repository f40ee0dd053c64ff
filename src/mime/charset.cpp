#include "mime/charset.h"

#include <unicode/ucnv.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "base/text.h"
#include "mime/header.h"

namespace tocsin::mime {
namespace {

struct Close {
  void operator()(UConverter* converter) const { ucnv_close(converter); }
};
using Converter = std::unique_ptr<UConverter, Close>;

// Names that mails use and ICU doesn't have, or has in a narrower sense than mail programs.
std::string_view usual_name(std::string_view name) {
  constexpr std::pair<std::string_view, std::string_view> kNames[] = {
      {"iso-8859-1", "windows-1252"}, {"iso8859-1", "windows-1252"},
      {"iso_8859-1", "windows-1252"}, {"latin1", "windows-1252"},
      {"us-ascii", "windows-1252"},   {"ascii", "windows-1252"},
      {"ansi", "windows-1252"},       {"iso-8859-1-windows-1252", "windows-1252"},
      {"gb2312", "gb18030"},          {"gbk", "gb18030"},
      {"iso-8859-9", "windows-1254"}, {"ks_c_5601-1987", "windows-949"},
      {"euc-kr", "windows-949"},      {"iso-8859-8-i", "iso-8859-8"},
      {"unicode-1-1-utf-7", "utf-7"}, {"x-unknown", ""},
      {"unknown-8bit", ""},           {"default", ""},
      {"default_charset", ""},        {"unknown", ""}};
  for (const auto& [from, to] : kNames)
    if (name == from) return to;
  return name;
}

Converted by_icu(std::string_view bytes, const char* name, bool& known) {
  Converted out;
  UErrorCode status = U_ZERO_ERROR;
  const Converter converter(ucnv_open(name, &status));
  known = U_SUCCESS(status) && converter;
  if (!known) return out;
  out.text.reserve(bytes.size() + bytes.size() / 4);
  const char* from = bytes.data();
  const char* const end = from + bytes.size();
  std::vector<UChar> units(4096);
  std::string piece(3 * units.size() + 16, '\0');
  // One unit is kept back where it is half a pair.
  std::size_t kept = 0;
  for (;;) {
    UChar* to = units.data() + kept;
    status = U_ZERO_ERROR;
    ucnv_toUnicode(converter.get(), &to, units.data() + units.size(), &from, end, nullptr, true, &status);
    const bool more = status == U_BUFFER_OVERFLOW_ERROR;
    std::size_t count = static_cast<std::size_t>(to - units.data());
    kept = more && count > 0 && (units[count - 1] & 0xfc00) == 0xd800 ? 1 : 0;
    count -= kept;
    const std::size_t size = utf16le_to_utf8(reinterpret_cast<const char*>(units.data()), count, piece.data());
    out.text.append(piece, 0, size);
    if (kept) units[0] = units[count];
    if (!more) break;
  }
  out.damaged = out.text.find("\xef\xbf\xbd") != std::string::npos;
  return out;
}

}  // namespace

Converted convert(std::string_view bytes, std::string_view charset) {
  Converted out;
  std::string name = lower_ascii(trimmed(charset));
  if (const std::size_t star = name.find('*'); star != std::string::npos) name.resize(star);  // RFC 2231 5: a language
  if (name.starts_with('"')) name.erase(0, 1);
  if (name.ends_with('"')) name.pop_back();
  name = usual_name(name);
  const bool wide = name.starts_with("utf-16") || name.starts_with("utf-32") || name.starts_with("ucs-") ||
                    name.starts_with("utf-7") || name.starts_with("iso-2022") || name.starts_with("hz");
  if (!wide && is_ascii(bytes)) {
    out.text = bytes;
    out.known = true;
    return out;
  }
  if (name == "utf-8" || name == "utf8") {
    out.damaged = !is_utf8(bytes);
    out.text = out.damaged ? to_utf8(bytes) : std::string(bytes);
    return out;
  }
  const bool is_name = std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == ':' || c == '+';
  });
  if (!name.empty() && name.size() < 60 && is_name) {
    bool known = false;
    out = by_icu(bytes, name.c_str(), known);
    if (known) return out;
    out.known = false;
  } else {
    out.known = false;
  }
  if (is_utf8(bytes)) {
    out.text = bytes;
    return out;
  }
  bool known = false;
  Converted guessed = by_icu(bytes, "windows-1252", known);
  guessed.known = false;
  guessed.damaged = true;
  return guessed;
}

}  // namespace tocsin::mime
