// What an address in an attribute is to a browser, and to a filter that undoes less than it (URL Standard, 4.4: leading
// controls and blanks are dropped, tabs and line ends anywhere).
#pragma once
#include <string>
#include <string_view>

namespace tocsin::phishing {

enum class Scheme { none, script, data, other };

struct AddressView {
  Scheme scheme = Scheme::none;
  bool hidden = false;  // by characters or references that no honest address has within its scheme
  std::string name;     // of the scheme, lower case
  std::string rest;     // after the colon, as it came
};
AddressView view_address(std::string_view value);

// RFC 2397; tolerant, as browsers are.
struct DataAddress {
  std::string type;     // "text/html", lower case, blanks taken out
  bool hidden = false;  // there were blanks or controls within the type
  std::string content;  // base64 or per cent undone, at most kDataMax bytes
};
inline constexpr std::size_t kDataMax = 1u << 20;
DataAddress read_data(std::string_view after_colon);

// Tolerant: skips what isn't base64, ends at "=".
std::string decode_base64(std::string_view text, std::size_t max = kDataMax);
std::string decode_percent(std::string_view text);
std::string lower_ascii(std::string_view text);
std::string_view trimmed(std::string_view text);
// Blanks, controls, zero-width and soft hyphens left out.
std::string squeezed(std::string_view text);

}  // namespace tocsin::phishing
