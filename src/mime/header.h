// Header values for people and rules: encoded words, parameters, addresses, dates. Takes raw values, folds and all.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"

namespace tocsin::mime {

// Folds removed, blanks at both ends dropped, encoded words (RFC 2047) undone; valid UTF-8. Words that mail programs
// decode against the RFC (in quotes, without blanks around) are decoded as well.
std::string decode_header(std::string_view raw);

// "type/subtype; name=value; name*0*=…" (RFC 2045 5.1, RFC 2231): the value and its parameters, names in lower case,
// values in UTF-8 (RFC 2231 and 2047 undone). The first of two equal names holds.
struct Parameters {
  std::string value;  // lower case, comments and blanks dropped
  std::vector<std::pair<std::string, std::string>> list;
  const std::string* find(std::string_view name) const;
};
Parameters parameters(std::string_view raw);

// RFC 5322 3.4, groups taken apart. Either may be empty: `=?…?=` without an address, or an address without a name.
struct Address {
  std::string name;     // decoded, quotes removed
  std::string address;  // local@domain as it stands, comments, route and blanks dropped
};
inline constexpr std::size_t kAddressesMax = 10'000;
std::vector<Address> addresses(std::string_view raw);
std::string_view domain_of(std::string_view address);  // after the last @; "" without

// RFC 5322 3.3 dates, obsolete zones too. A missing or unknown zone is UTC.
std::optional<Time> parse_date(std::string_view text);

bool same_name(std::string_view a, std::string_view b);  // ASCII letters in any case
std::string lower_ascii(std::string_view text);
std::string_view trimmed(std::string_view text);  // blanks, CR and LF at both ends

}  // namespace tocsin::mime
