// key=value, key="quoted value", key='quoted value', separated by blanks, commas or semicolons.
#pragma once
#include <algorithm>
#include <string_view>

namespace tocsin::lines {

inline bool is_pair_key(char c) {
  return static_cast<unsigned char>(c - '0') < 10 || static_cast<unsigned char>((c | 32) - 'a') < 26 || c == '_' ||
         c == '.' || c == '-' || c == '/' || c == ':' || c == '@' || c == '[' || c == ']';
}

inline bool is_pair_separator(char c) { return c == ' ' || c == ',' || c == '\t' || c == ';'; }

// take(key, value, quote): `quote` is the quotation mark that stood around the value, '\0' if none did; escapes stand.
// True if all quotation marks stood where they may: around values. One elsewhere was written by somebody who wasn't
// asked to, and what follows may be his. (What wraps the whole text, as a list in brackets does, and one
// at its end are no harm: nothing follows.)
template <class F>
bool for_each_pair(std::string_view text, F&& take) {
  bool sound = true;
  std::size_t i = 0;
  while (i < text.size()) {
    while (i < text.size() && is_pair_separator(text[i])) ++i;
    const std::size_t start = i;
    while (i < text.size() && is_pair_key(text[i])) ++i;
    if (i >= text.size() || i == start || text[i] != '=') {
      for (; i < text.size() && text[i] != ' ' && text[i] != '\t' && text[i] != ','; ++i)
        sound &= text[i] != '"' || start == 0;
      continue;
    }
    const std::string_view key = text.substr(start, i - start);
    ++i;
    if (i < text.size() && (text[i] == '"' || text[i] == '\'')) {
      const char quote = text[i++];
      const std::size_t from = i;
      while (i < text.size() && text[i] != quote) i += text[i] == '\\' ? 2 : 1;
      sound &= i < text.size() || from == text.size();
      i = std::min(i, text.size());
      take(key, text.substr(from, i - from), quote);
      if (i < text.size()) ++i;
      sound &= i + 2 >= text.size() || is_pair_separator(text[i]);
    } else {
      const std::size_t from = i;
      for (; i < text.size() && text[i] != ' ' && text[i] != '\t'; ++i) sound &= text[i] != '"' || i + 1 == text.size();
      std::string_view value = text.substr(from, i - from);
      if (value.ends_with(',')) value.remove_suffix(1);
      take(key, value, '\0');
    }
  }
  return sound;
}

}  // namespace tocsin::lines
