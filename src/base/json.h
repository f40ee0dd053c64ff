// JSON written by hand, for the paths where a document tree costs too much.
#pragma once
#include <string>
#include <string_view>

namespace tocsin {

// Appends `text` as a JSON string with its quotes. What is no UTF-8 becomes U+FFFD, so that the output always parses.
void append_json_string(std::string& out, std::string_view text);

// True when the bytes are one JSON number (RFC 8259, section 6).
bool is_json_number(std::string_view text);

}  // namespace tocsin
