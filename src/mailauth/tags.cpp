#include "mailauth/tags.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "mailauth/message.h"

namespace tocsin::mailauth {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_tag_name(std::string_view name) {
  return !name.empty() && is_alpha(name[0]) &&
         std::ranges::all_of(name, [](char c) { return is_alpha(c) || is_digit(c) || c == '_'; });
}

constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<std::int8_t, 256> base64_values() {
  std::array<std::int8_t, 256> out{};
  out.fill(-1);
  for (std::size_t i = 0; i < kBase64.size(); ++i)
    out[static_cast<unsigned char>(kBase64[i])] = static_cast<std::int8_t>(i);
  return out;
}

}  // namespace

std::optional<Tags> Tags::parse(std::string_view text) {
  Tags out;
  while (true) {
    const std::size_t end = std::min(text.find(';'), text.size());
    const std::string_view part = trimmed(text.substr(0, end));
    const bool last = end == text.size();
    if (part.empty()) {
      if (!last || out.tags_.empty()) return std::nullopt;
      return out;
    }
    const std::size_t equals = part.find('=');
    if (equals == std::string_view::npos || out.tags_.size() == kTagsMax) return std::nullopt;
    const Tag tag{trimmed(part.substr(0, equals)), trimmed(part.substr(equals + 1))};
    if (!is_tag_name(tag.name) || out.find(tag.name)) return std::nullopt;
    out.tags_.push_back(tag);
    if (last) return out;
    text.remove_prefix(end + 1);
  }
}

std::optional<std::string_view> Tags::find(std::string_view name) const {
  const auto found = std::ranges::find(tags_, name, &Tag::name);
  return found == tags_.end() ? std::nullopt : std::optional(found->value);
}

std::string_view trimmed(std::string_view value) {
  while (!value.empty() && is_space(value.front())) value.remove_prefix(1);
  while (!value.empty() && is_space(value.back())) value.remove_suffix(1);
  return value;
}

std::string squeezed(std::string_view value) {
  std::string out;
  out.reserve(value.size());
  for (const char c : value)
    if (!is_space(c)) out += c;
  return out;
}

std::vector<std::string_view> split(std::string_view value, char separator) {
  std::vector<std::string_view> out;
  while (true) {
    const std::size_t end = std::min(value.find(separator), value.size());
    out.push_back(trimmed(value.substr(0, end)));
    if (end == value.size()) return out;
    value.remove_prefix(end + 1);
  }
}

std::string lower_ascii(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

std::optional<std::string> decode_base64(std::string_view text) {
  static constexpr auto kValues = base64_values();
  std::string out;
  out.reserve(text.size() * 3 / 4);
  std::uint32_t bits = 0;
  int digits = 0, padding = 0;
  for (const char c : text) {
    if (is_space(c)) continue;
    if (c == '=') {
      ++padding;
      continue;
    }
    const int value = kValues[static_cast<unsigned char>(c)];
    if (value < 0 || padding > 0) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    if (++digits == 4) {
      out += static_cast<char>(bits >> 16);
      out += static_cast<char>(bits >> 8);
      out += static_cast<char>(bits);
      digits = 0;
      bits = 0;
    }
  }
  if (digits == 0 && padding == 0) return out;
  // Missing padding is common in key records and harms nothing; wrong padding isn't base64.
  if (digits == 2 && (padding == 2 || padding == 0)) {
    out += static_cast<char>(bits >> 4);
  } else if (digits == 3 && padding <= 1) {
    out += static_cast<char>(bits >> 10);
    out += static_cast<char>(bits >> 2);
  } else {
    return std::nullopt;
  }
  return out;
}

std::string encode_base64(std::string_view bytes) {
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t bits = 0;
    const std::size_t have = std::min<std::size_t>(3, bytes.size() - i);
    for (std::size_t k = 0; k < 3; ++k) bits = bits << 8 | (k < have ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    for (std::size_t k = 0; k < 4; ++k) out += k <= have ? kBase64[bits >> (18 - 6 * k) & 63] : '=';
  }
  return out;
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
  if (text.empty() || text.size() > 12 || !std::ranges::all_of(text, is_digit)) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text) value = value * 10 + static_cast<std::uint64_t>(c - '0');
  return value;
}

bool is_domain(std::string_view name, std::size_t labels_min) {
  if (name.empty() || name.size() > 253) return false;
  std::size_t labels = 0;
  while (true) {
    const std::size_t end = std::min(name.find('.'), name.size());
    const std::string_view label = name.substr(0, end);
    if (label.empty() || label.size() > 63) return false;
    for (const char c : label)
      if (!is_alpha(c) && !is_digit(c) && c != '-' && c != '_' && static_cast<unsigned char>(c) < 128) return false;
    ++labels;
    if (end == name.size()) return labels >= labels_min;
    name.remove_prefix(end + 1);
  }
}

bool is_within(std::string_view name, std::string_view parent) {
  if (name.size() == parent.size()) return same_name(name, parent);
  return name.size() > parent.size() && name[name.size() - parent.size() - 1] == '.' &&
         same_name(name.substr(name.size() - parent.size()), parent);
}

}  // namespace tocsin::mailauth
