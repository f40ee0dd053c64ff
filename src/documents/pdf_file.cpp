#include "documents/pdf_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "base/utf8.h"
#include "documents/format.h"
#include "documents/markup.h"
#include "documents/packed.h"

namespace tocsin::documents::pdf {
namespace {

constexpr std::size_t kObjectsMax = 300'000, kDepthMax = 100;

bool blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\0'; }
bool delimiter(char c) { return std::string_view("()<>[]{}/%").find(c) != std::string_view::npos; }
bool digit(char c) { return c >= '0' && c <= '9'; }

std::string name_text(std::string_view name) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    unsigned value = 0;
    if (name[i] == '#' && i + 2 < name.size() &&
        std::from_chars(name.data() + i + 1, name.data() + i + 3, value, 16).ptr == name.data() + i + 3) {
      out += static_cast<char>(value);
      i += 2;
    } else {
      out += name[i];
    }
  }
  return out;
}

}  // namespace

void skip_blanks(std::string_view text, std::size_t& at) {
  while (at < text.size()) {
    if (text[at] == '%')
      at = std::min(text.find_first_of("\r\n", at), text.size());
    else if (!blank(text[at]))
      return;
    else
      ++at;
  }
}

void skip_object(std::string_view text, std::size_t& at) {
  std::size_t depth = 0;
  do {
    skip_blanks(text, at);
    if (at >= text.size()) return;
    const char c = text[at];
    if (c == '(') {
      int open = 0;
      for (; at < text.size(); ++at) {
        if (text[at] == '\\')
          ++at;
        else if (text[at] == '(')
          ++open;
        else if (text[at] == ')' && --open == 0)
          break;
      }
      at = std::min(at + 1, text.size());
    } else if (c == '<' && at + 1 < text.size() && text[at + 1] == '<') {
      at += 2;
      ++depth;
    } else if (c == '[') {
      ++at;
      ++depth;
    } else if (c == '>' && at + 1 < text.size() && text[at + 1] == '>') {
      at += 2;
      if (depth == 0) return;
      --depth;
    } else if (c == ']') {
      ++at;
      if (depth == 0) return;
      --depth;
    } else if (c == '<') {
      at = text.find('>', at);
      at = at == std::string_view::npos ? text.size() : at + 1;
    } else {
      ++at;
      while (at < text.size() && !blank(text[at]) && !delimiter(text[at])) ++at;
    }
    if (depth > kDepthMax) {
      at = text.size();
      return;
    }
  } while (depth > 0);
}

std::string_view value_of(std::string_view text, std::string_view key) {
  std::size_t at = 0;
  skip_blanks(text, at);
  if (!text.substr(at).starts_with("<<")) return {};
  at += 2;
  for (;;) {
    skip_blanks(text, at);
    if (at >= text.size() || text[at] != '/') return {};
    const std::size_t name_at = at;
    skip_object(text, at);
    const std::string name = name_text(text.substr(name_at + 1, at - name_at - 1));
    skip_blanks(text, at);
    const std::size_t from = at;
    skip_object(text, at);
    std::size_t end = at;
    if (from < text.size() && digit(text[from])) {  // maybe "5 0 R"
      std::size_t more = at;
      skip_blanks(text, more);
      if (more < text.size() && digit(text[more])) {
        skip_object(text, more);
        skip_blanks(text, more);
        if (more < text.size() && text[more] == 'R') end = at = more + 1;
      }
    }
    if (name == key) return text.substr(from, end - from);
  }
}

std::optional<std::uint64_t> number_of(std::string_view text) {
  std::uint64_t value = 0;
  return std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc{} ? std::optional(value)
                                                                                          : std::nullopt;
}

std::string bytes_of(std::string_view raw, std::size_t max) {
  std::string bytes;
  if (raw.starts_with('(')) {
    raw = raw.substr(1, raw.size() > 1 ? raw.size() - 2 : 0);
    for (std::size_t i = 0; i < raw.size() && bytes.size() < max; ++i) {
      if (raw[i] != '\\' || i + 1 >= raw.size()) {
        bytes += raw[i];
        continue;
      }
      const char c = raw[++i];
      if (c >= '0' && c <= '7') {
        unsigned value = 0;
        for (int k = 0; k < 3 && i < raw.size() && raw[i] >= '0' && raw[i] <= '7'; ++k, ++i)
          value = value * 8 + static_cast<unsigned>(raw[i] - '0');
        --i;
        bytes += static_cast<char>(value);
      } else if (c == 'n')
        bytes += '\n';
      else if (c == 'r')
        bytes += '\r';
      else if (c == 't')
        bytes += '\t';
      else if (c != '\r' && c != '\n')
        bytes += c;
    }
  } else if (raw.starts_with('<')) {
    unsigned half = 0, have = 0;
    for (const char c : raw) {
      unsigned value = 0;
      if (std::from_chars(&c, &c + 1, value, 16).ec != std::errc{}) continue;
      half = half * 16 + value;
      if (++have % 2 == 0) bytes += static_cast<char>(half & 0xff);
      if (bytes.size() >= max) break;
    }
  }
  return bytes;
}

std::string string_of(std::string_view raw, std::size_t max) {
  const std::string bytes = bytes_of(raw, 2 * max);
  if (bytes.starts_with("\xfe\xff")) {
    std::string out;
    for (std::size_t i = 2; i + 1 < bytes.size(); i += 2) {
      char32_t c =
          static_cast<char32_t>(static_cast<unsigned char>(bytes[i]) << 8 | static_cast<unsigned char>(bytes[i + 1]));
      if (c >= 0xd800 && c < 0xdc00 && i + 3 < bytes.size()) {
        const char32_t low = static_cast<char32_t>(static_cast<unsigned char>(bytes[i + 2]) << 8 |
                                                   static_cast<unsigned char>(bytes[i + 3]));
        c = 0x10000 + ((c & 0x3ff) << 10) + (low & 0x3ff);
        i += 2;
      }
      append_utf8(out, c);
    }
    return out;
  }
  if (bytes.starts_with("\xef\xbb\xbf")) return bytes.substr(3);
  if (is_utf8(bytes)) return bytes;
  std::string out;
  for (const char c : bytes) append_utf8(out, static_cast<unsigned char>(c));
  return out;
}

std::optional<Stamp> date_of(std::string_view text) {
  if (text.starts_with("D:")) text.remove_prefix(2);
  std::string digits;
  while (!text.empty() && digit(text[0]) && digits.size() < 14) {
    digits += text[0];
    text.remove_prefix(1);
  }
  if (digits.size() < 4) return std::nullopt;
  constexpr std::string_view kRest = "00000101000000";
  digits += kRest.substr(digits.size());
  std::string iso = digits.substr(0, 4) + "-" + digits.substr(4, 2) + "-" + digits.substr(6, 2) + "T" +
                    digits.substr(8, 2) + ":" + digits.substr(10, 2) + ":" + digits.substr(12, 2);
  bool local = true;
  if (text.starts_with('Z')) {
    iso += "Z";
    local = false;
  } else if (text.size() >= 3 && (text[0] == '+' || text[0] == '-')) {
    iso += std::string(text.substr(0, 3)) + ":" + (text.size() >= 6 ? std::string(text.substr(4, 2)) : "00");
    local = false;
  }
  const auto time = Time::parse_iso(iso);
  return time ? std::optional(Stamp{*time, local}) : std::nullopt;
}

File::File(std::string_view bytes, const Limits& limits, Metadata& out) : bytes_(bytes), limits_(limits), out_(out) {
  scan();
}

std::string_view File::latest(std::string_view reference) const {
  if (reference.starts_with("<<")) return reference;
  const auto number = number_of(reference);
  const auto found = number ? objects.find(*number) : objects.end();
  return found == objects.end() ? std::string_view{} : found->second.back();
}

void File::scan() {
  std::size_t count = 0;
  for (std::size_t at = bytes_.find("obj"); at != std::string_view::npos; at = bytes_.find("obj", at)) {
    const std::size_t here = at;
    at += 3;
    const auto number = number_before(here);
    if (!number) continue;
    if (++count > kObjectsMax) {
      add_anomaly(out_, "too-many-objects", fmt::format("more than {}", kObjectsMax), here);
      break;
    }
    skip_blanks(bytes_, at);
    if (!bytes_.substr(at).starts_with("<<")) continue;
    const std::size_t from = at;
    skip_object(bytes_, at);
    const std::string_view dictionary = bytes_.substr(from, at - from);
    add(*number, dictionary);
    skip_blanks(bytes_, at);
    if (bytes_.substr(at).starts_with("stream")) stream(dictionary, at);
  }
  for (std::size_t at = bytes_.find("trailer"); at != std::string_view::npos; at = bytes_.find("trailer", at + 7)) {
    std::size_t from = at + 7, end = from;
    skip_object(bytes_, end);
    trailers.push_back(bytes_.substr(from, end - from));
    if (trailers.size() > 2000) break;
  }
}

// "12 0 obj": the number before `at`.
std::optional<std::uint64_t> File::number_before(std::size_t at) const {
  std::size_t i = at;
  const auto back_blank = [&] {
    const std::size_t was = i;
    while (i > 0 && blank(bytes_[i - 1]) && was - i < 8) --i;
  };
  const auto back_digits = [&] {
    const std::size_t end = i;
    while (i > 0 && digit(bytes_[i - 1]) && end - i < 10) --i;
    return bytes_.substr(i, end - i);
  };
  back_blank();
  if (back_digits().empty()) return std::nullopt;
  const std::size_t generation = i;
  back_blank();
  if (i == generation) return std::nullopt;
  return number_of(back_digits());
}

void File::add(std::uint64_t number, std::string_view dictionary) {
  auto& list = objects[number];
  if (list.size() < 1000) list.push_back(dictionary);
  const std::string_view type = value_of(dictionary, "Type");
  if (type == "/XRef") trailers.push_back(dictionary);
  if (!value_of(dictionary, "ByteRange").empty() && signatures.size() < 100) signatures.push_back(dictionary);
}

void File::stream(std::string_view dictionary, std::size_t& at) {
  at += 6;
  if (at < bytes_.size() && bytes_[at] == '\r') ++at;
  if (at < bytes_.size() && bytes_[at] == '\n') ++at;
  const std::size_t from = at;
  const auto stated = number_of(value_of(dictionary, "Length"));
  std::size_t end = std::string_view::npos;
  if (stated && *stated < bytes_.size() - from && bytes_.substr(from + *stated, 20).find("endstream") < 4)
    end = from + *stated;
  if (end == std::string_view::npos) end = std::min(bytes_.find("endstream", from), bytes_.size());
  at = end;
  const std::string_view type = value_of(dictionary, "Type"), filter = value_of(dictionary, "Filter");
  if (type != "/ObjStm" && type != "/Metadata") return;
  std::string_view raw = bytes_.substr(from, end - from);
  std::string plain;
  if (filter.find("FlateDecode") != std::string_view::npos) {
    bool whole = false;
    const std::size_t max = std::min(limits_.part, limits_.total - std::min(limits_.total, given_));
    plain = inflated(raw, true, max, whole);
    given_ += plain.size();
    if (!whole) add_anomaly(out_, plain.size() >= max ? "part-too-large" : "part-damaged", "a compressed stream", from);
    raw = plain;
  } else if (!filter.empty() && filter != "[]") {
    return;
  }
  if (type == "/Metadata") {
    xmp = raw.substr(0, 1u << 20);
    return;
  }
  // Objects in a stream (7.5.7): pairs of number and offset, then the objects.
  held_.push_back(std::make_unique<std::string>(raw));
  const std::string_view text = *held_.back();
  const std::uint64_t first = number_of(value_of(dictionary, "First")).value_or(0);
  const std::uint64_t count = std::min<std::uint64_t>(number_of(value_of(dictionary, "N")).value_or(0), 10'000);
  std::size_t place = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto next = [&]() -> std::optional<std::uint64_t> {
      skip_blanks(text, place);
      const std::size_t begin = place;
      skip_object(text, place);
      return number_of(text.substr(begin, place - begin));
    };
    const auto number = next(), offset = next();
    if (!number || !offset || first + *offset >= text.size()) break;
    std::size_t begin = first + *offset;
    skip_blanks(text, begin);
    if (!text.substr(begin).starts_with("<<")) continue;
    std::size_t behind = begin;
    skip_object(text, behind);
    add(*number, text.substr(begin, behind - begin));
  }
}

}  // namespace tocsin::documents::pdf
