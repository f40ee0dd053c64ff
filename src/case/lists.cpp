#include "case/lists.h"

#include "base/json.h"
#include "base/utf8.h"
#include "case/matched.h"

namespace tocsin::casefile {
bool ListReader::take(char c) {
  if (left_.empty() || left_[0] != c) return false;
  left_.remove_prefix(1);
  return true;
}

bool ListReader::string(std::string& out) {
  out.clear();
  if (!take('"')) return false;
  for (;;) {
    std::size_t stop = 0;
    while (stop < left_.size() && left_[stop] != '"' && left_[stop] != '\\') ++stop;
    if (stop == left_.size()) return false;
    out.append(left_.substr(0, stop));
    left_.remove_prefix(stop);
    if (take('"')) return true;
    if (left_.size() < 2) return false;
    const char escape = left_[1];
    left_.remove_prefix(2);
    switch (escape) {
      case '"':
      case '\\':
      case '/':
        out += escape;
        break;
      case 'b':
        out += '\b';
        break;
      case 'f':
        out += '\f';
        break;
      case 'n':
        out += '\n';
        break;
      case 'r':
        out += '\r';
        break;
      case 't':
        out += '\t';
        break;
      case 'u': {
        if (left_.size() < 4) return false;
        char32_t c = 0;
        for (const char digit : left_.substr(0, 4)) {
          const int value = digit >= '0' && digit <= '9'   ? digit - '0'
                            : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10
                                                           : -1;
          if (value < 0) return false;
          c = c << 4 | static_cast<char32_t>(value);
        }
        left_.remove_prefix(4);
        // We escape control characters only; surrogates come from elsewhere.
        append_utf8(out, c);
        break;
      }
      default:
        return false;
    }
  }
}

bool ListReader::next(std::vector<std::string>& out, std::size_t& count) {
  count = 0;
  if (!good_) return false;
  good_ = false;
  if (take(']') || (!first_ && !take(',')) || !take('[')) return false;
  first_ = false;
  do {
    if (out.size() <= count) out.emplace_back();
    if (!string(out[count++])) return false;
  } while (take(','));
  return good_ = take(']');
}

void write_list(const std::vector<std::string>& list, std::string& out) {
  out += '[';
  for (const std::string& text : list) {
    if (&text != list.data()) out += ',';
    append_json_string(out, text);
  }
  out += ']';
}

std::vector<std::string> read_list(std::string_view json) {
  std::vector<std::string> list;
  std::size_t count = 0;
  const std::string wrapped = "[" + std::string(json) + "]";
  if (json != "[]" && ListReader(wrapped).next(list, count))
    list.resize(count);
  else
    list.clear();
  return list;
}

std::vector<Entity> entities_from(std::string_view json) {
  std::vector<Entity> entities;
  std::vector<std::string> part;
  std::size_t count = 0;
  for (ListReader reader(json); reader.next(part, count);) {
    if (count < 2) continue;
    for (std::size_t type = 0; type < std::size(kEntityTypeNames); ++type)
      if (kEntityTypeNames[type] == part[0])
        entities.push_back({static_cast<EntityType>(type), part[1], count > 2 ? part[2] : std::string()});
  }
  return entities;
}

}  // namespace tocsin::casefile
