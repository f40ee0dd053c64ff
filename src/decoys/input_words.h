// Small things that the readers of names share.
#pragma once
#include <string>
#include <string_view>

namespace tocsin::decoys {

inline bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }
inline std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}
std::string lower(std::string_view text);  // ASCII
// A column's or key's name that says that names stand there; in any case, compared behind its last dot, too.
bool names_names(std::string_view key);

}  // namespace tocsin::decoys
