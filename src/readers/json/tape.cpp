// The grammar is RFC 8259's. Strings make up most of any log, so they are
// crossed 16 bytes at a time, looking for a quote, a backslash or a control character.
#include "readers/json/tape.h"

#include <array>
#include <bit>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace tocsin::json {
namespace {

constexpr std::array<bool, 256> kSpace = [] {
  std::array<bool, 256> table{};
  table[' '] = table['\n'] = table['\r'] = table['\t'] = true;
  return table;
}();
// What a number or a literal is made of.
constexpr std::array<bool, 256> kWord = [] {
  std::array<bool, 256> table{};
  for (int c = '0'; c <= '9'; ++c) table[static_cast<std::size_t>(c)] = true;
  for (int c = 'a'; c <= 'z'; ++c) table[static_cast<std::size_t>(c)] = table[static_cast<std::size_t>(c - 32)] = true;
  table['+'] = table['-'] = table['.'] = true;
  return table;
}();

bool at(const std::array<bool, 256>& table, char c) { return table[static_cast<unsigned char>(c)]; }
bool digit(char c) { return c >= '0' && c <= '9'; }

// From the first character of a string's content to its closing quote; `end` when it has none.
const char* string_end(const char* p, const char* end, bool& escaped, bool& control) {
  while (true) {
#if defined(__SSE2__)
    const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\'), last_control = _mm_set1_epi8(0x1f);
    while (end - p >= 16) {
      const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
      const __m128i hit = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(block, quote), _mm_cmpeq_epi8(block, backslash)),
                                       _mm_cmpeq_epi8(_mm_min_epu8(block, last_control), block));
      if (const int mask = _mm_movemask_epi8(hit); mask != 0) {
        p += std::countr_zero(static_cast<unsigned>(mask));
        break;
      }
      p += 16;
    }
#endif
    if (p >= end) return end;
    if (*p == '"') return p;
    if (*p == '\\') {
      escaped = true;
      p += 2;
      if (p > end) return end;
    } else {
      control |= static_cast<unsigned char>(*p) < 0x20;
      ++p;
    }
  }
}

// RFC 8259 section 6; false when the word is no number.
bool number(std::string_view word, Type& type) {
  std::size_t i = word[0] == '-' ? 1 : 0;
  const std::size_t first = i;
  while (i < word.size() && digit(word[i])) ++i;
  if (i == first || (word[first] == '0' && i > first + 1)) return false;
  type = Type::integer;
  if (i < word.size() && word[i] == '.') {
    type = Type::real;
    const std::size_t fraction = ++i;
    while (i < word.size() && digit(word[i])) ++i;
    if (i == fraction) return false;
  }
  if (i < word.size() && (word[i] | 0x20) == 'e') {
    type = Type::real;
    ++i;
    if (i < word.size() && (word[i] == '+' || word[i] == '-')) ++i;
    const std::size_t exponent = i;
    while (i < word.size() && digit(word[i])) ++i;
    if (i == exponent) return false;
  }
  return i == word.size();
}

// Words that are no JSON but that serializers are known to write.
bool tolerated(std::string_view word, Type& type) {
  if (word == "NaN" || word == "Infinity" || word == "-Infinity" || word == "nan" || word == "inf") {
    type = Type::real;
  } else if (word == "True" || word == "False") {
    type = Type::boolean;
  } else if (word == "None" || word == "undefined") {
    type = Type::null;
  } else {
    bool digits = true;  // a number with a leading zero or plus
    for (const char c : word.substr(word[0] == '+' || word[0] == '-' ? 1 : 0)) digits &= digit(c);
    if (!digits || word.size() < 2) return false;
    type = Type::integer;
  }
  return true;
}

}  // namespace

Verdict Tape::parse(std::string_view text) {
  nodes_.clear();
  open_.clear();
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const char* p = begin;
  bool repaired = false;
  const auto stop = [&](Verdict verdict) {
    read_ = static_cast<std::size_t>(p - begin);
    return p >= end && verdict == Verdict::damaged ? Verdict::truncated : verdict;
  };
  const auto skip_space = [&] {
    while (p < end && at(kSpace, *p)) ++p;
  };
  const char* key = nullptr;
  std::uint32_t key_size = 0;
  bool key_escaped = false;

  skip_space();
  while (true) {  // one value a round; p is at its first character
    if (p >= end) return stop(Verdict::truncated);
    const auto index = static_cast<std::uint32_t>(nodes_.size());
    if (index == kNodesMax) return stop(Verdict::too_many);
    Node& node = nodes_.emplace_back();
    node.key_data = key;
    node.key_size = key_size;
    node.key_escaped = key_escaped;
    node.next = index + 1;
    node.data = p;
    bool opened = false;
    if (*p == '"') {
      bool control = false;
      node.data = ++p;
      p = string_end(p, end, node.escaped, control);
      if (p >= end) return stop(Verdict::truncated);
      repaired |= control;
      node.type = Type::string;
      node.size = static_cast<std::uint32_t>(p - node.data);
      ++p;
    } else if (*p == '{' || *p == '[') {
      if (open_.size() >= kDepthMax) return stop(Verdict::too_deep);
      node.type = *p == '{' ? Type::object : Type::array;
      open_.push_back(index);
      opened = true;
      ++p;
    } else {
      const char* const start = p;
      while (p < end && at(kWord, *p)) ++p;
      const std::string_view word(start, static_cast<std::size_t>(p - start));
      if (word.empty()) return stop(Verdict::damaged);
      node.size = static_cast<std::uint32_t>(word.size());
      if (word == "true" || word == "false") {
        node.type = Type::boolean;
      } else if (word == "null") {
        node.type = Type::null;
      } else if (!number(word, node.type)) {
        if (!tolerated(word, node.type)) {
          if (p < end) p = start;
          return stop(Verdict::damaged);
        }
        repaired = true;
      }
    }

    // To the next value: over commas and closing brackets, and the next key.
    key = nullptr;
    key_size = 0;
    key_escaped = false;
    bool wants_value = false;  // a comma was crossed, or a container opened
    while (!wants_value) {
      if (open_.empty()) {
        skip_space();
        stop(Verdict::good);
        return repaired ? Verdict::repaired : Verdict::good;
      }
      skip_space();
      if (p >= end) return stop(Verdict::truncated);
      Node& container = nodes_[open_.back()];
      const bool in_object = container.type == Type::object;
      if (*p == (in_object ? '}' : ']')) {
        ++p;
        container.size = static_cast<std::uint32_t>(p - container.data);
        container.next = static_cast<std::uint32_t>(nodes_.size());
        open_.pop_back();
        opened = false;
        continue;
      }
      if (!opened) {
        if (*p != ',') return stop(Verdict::damaged);
        ++p;
        skip_space();
        if (p >= end) return stop(Verdict::truncated);
        if (*p == (in_object ? '}' : ']')) {  // a comma too many
          repaired = true;
          continue;
        }
      }
      if (in_object) {
        if (*p != '"') return stop(Verdict::damaged);
        bool control = false;
        key = ++p;
        p = string_end(p, end, key_escaped, control);
        if (p >= end) return stop(Verdict::truncated);
        repaired |= control;
        key_size = static_cast<std::uint32_t>(p - key);
        ++p;
        skip_space();
        if (p >= end) return stop(Verdict::truncated);
        if (*p != ':') return stop(Verdict::damaged);
        ++p;
        skip_space();
      }
      wants_value = true;
    }
  }
}

void Tape::begin_row() {
  nodes_.clear();
  Node& root = nodes_.emplace_back();
  root.type = Type::object;
  root.next = 1;
}

void Tape::add_to_row(std::string_view key, std::string_view text, bool null) {
  Node& node = nodes_.emplace_back();
  node.key_data = key.data();
  node.key_size = static_cast<std::uint32_t>(key.size());
  node.data = text.data();
  node.size = static_cast<std::uint32_t>(text.size());
  node.type = null ? Type::null : Type::string;
  node.next = size();
  nodes_[0].next = size();
}

const Node* Tape::child(const Node& parent, std::string_view key) const {
  if (parent.type != Type::object) return nullptr;
  for (const Node& node : children(parent))
    if (node.key() == key) return &node;
  return nullptr;
}

namespace {

int hex(char c) {
  if (digit(c)) return c - '0';
  c |= 0x20;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// The four digits after \u, or -1.
int unit(std::string_view text) {
  if (text.size() < 4) return -1;
  int value = 0;
  for (int i = 0; i < 4; ++i) {
    const int one = hex(text[static_cast<std::size_t>(i)]);
    if (one < 0) return -1;
    value = value << 4 | one;
  }
  return value;
}

char* put(char32_t c, char* out) {
  if (c < 0x80) {
    *out++ = static_cast<char>(c);
    return out;
  }
  if (c < 0x800) {
    *out++ = static_cast<char>(0xc0 | c >> 6);
  } else {
    if (c < 0x10000) {
      *out++ = static_cast<char>(0xe0 | c >> 12);
    } else {
      *out++ = static_cast<char>(0xf0 | c >> 18);
      *out++ = static_cast<char>(0x80 | (c >> 12 & 63));
    }
    *out++ = static_cast<char>(0x80 | (c >> 6 & 63));
  }
  *out++ = static_cast<char>(0x80 | (c & 63));
  return out;
}

}  // namespace

std::size_t unescape(std::string_view text, char* out) {
  char* const begin = out;
  while (true) {
    const std::size_t plain = text.find('\\');
    const std::size_t count = plain == text.npos ? text.size() : plain;
    std::memcpy(out, text.data(), count);
    out += count;
    if (plain == text.npos) return static_cast<std::size_t>(out - begin);
    text.remove_prefix(plain);
    const char c = text.size() > 1 ? text[1] : '\0';
    std::size_t used = 2;
    switch (c) {
      case '"':
      case '\\':
      case '/':
        *out++ = c;
        break;
      case 'b':
        *out++ = '\b';
        break;
      case 'f':
        *out++ = '\f';
        break;
      case 'n':
        *out++ = '\n';
        break;
      case 'r':
        *out++ = '\r';
        break;
      case 't':
        *out++ = '\t';
        break;
      case 'u': {
        const int first = unit(text.substr(2));
        if (first < 0) {
          *out++ = '\\';
          used = 1;
          break;
        }
        used = 6;
        char32_t point = static_cast<char32_t>(first);
        if (first >= 0xd800 && first < 0xe000) {
          point = 0xfffd;
          if (first < 0xdc00 && text.size() >= 12 && text[6] == '\\' && text[7] == 'u') {
            const int second = unit(text.substr(8));
            if (second >= 0xdc00 && second < 0xe000) {
              point = 0x10000 + (static_cast<char32_t>(first - 0xd800) << 10) + static_cast<char32_t>(second - 0xdc00);
              used = 12;
            }
          }
        }
        out = put(point, out);
        break;
      }
      default:
        *out++ = '\\';
        used = 1;
    }
    text.remove_prefix(used);
  }
}

std::string_view unescaped(std::string_view text, bool escaped, Arena& arena) {
  if (!escaped) return text;
  char* const out = arena.allocate(text.size());
  const std::size_t size = unescape(text, out);
  arena.shrink(out, text.size(), size);
  return {out, size};
}

Value value_of(const Node& node, Arena& arena) {
  switch (node.type) {
    case Type::string:
      return {unescaped(node.text(), node.escaped, arena), Kind::string};
    case Type::integer:
      return {node.text(), Kind::integer};
    case Type::real:
      return {node.text(), Kind::real};
    case Type::boolean:
      return {node.text(), Kind::boolean};
    case Type::null:
      return {};
    case Type::object:
    case Type::array:
      break;
  }
  return {node.text(), Kind::string};
}

}  // namespace tocsin::json
