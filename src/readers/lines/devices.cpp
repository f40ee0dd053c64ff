#include "readers/lines/devices.h"

#include <algorithm>
#include <array>

#include "readers/lines/pairs.h"
#include "readers/lines/payload.h"
#include "readers/text/stamp.h"

namespace tocsin::lines {
namespace {

bool is_digit(char c) { return static_cast<unsigned char>(c - '0') < 10; }
bool is_letter(char c) { return static_cast<unsigned char>((c | 32) - 'a') < 26; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_word(char c) { return is_letter(c) || is_digit(c) || c == '_'; }

std::string_view without_backslashes(std::string_view value, text::Sink& sink) {
  if (value.find('\\') == std::string_view::npos) return value;
  char* out = sink.memory().allocate(value.size());
  std::size_t size = 0;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const bool escape = value[i] == '\\' && i + 1 < value.size() &&
                        (value[i + 1] == '"' || value[i + 1] == '\\' || value[i + 1] == ']' || value[i + 1] == ';');
    out[size++] = value[escape ? ++i : i];
  }
  return {out, size};
}

// `key:"value"; ` or `key::"value"; ` off the front; false at the end or where the shape breaks.
bool take_check_point(std::string_view& rest, std::string_view& key, std::string_view& value) {
  std::size_t i = 0;
  while (i < rest.size() && (rest[i] == ' ' || rest[i] == ';')) ++i;
  const std::size_t start = i;
  while (i < rest.size() && (is_word(rest[i]) || rest[i] == '-' || rest[i] == '.' || rest[i] == '/')) ++i;
  key = rest.substr(start, i - start);
  if (key.empty()) return false;
  for (int colons = 0; colons < 2 && i < rest.size() && rest[i] == ':'; ++colons) ++i;
  if (i >= rest.size() || rest[i] != '"') return false;
  const std::size_t from = ++i;
  while (i < rest.size() && rest[i] != '"') i += rest[i] == '\\' ? 2 : 1;
  if (i >= rest.size()) return false;
  value = rest.substr(from, i - from);
  rest.remove_prefix(i + 1);
  return true;
}

// Where a key that starts at `at` ends; `at` if there is none. Some are two words with capitals: `Prefilter Policy`.
std::size_t end_of_colon_key(std::string_view text, std::size_t at) {
  if (at >= text.size() || !is_letter(text[at])) return at;
  std::size_t i = at;
  while (i < text.size() && i - at < 48 && is_word(text[i])) ++i;
  if (i + 1 < text.size() && text[i] == ' ' && is_upper(text[at]) && is_upper(text[i + 1]))
    for (++i; i < text.size() && i - at < 48 && is_word(text[i]);) ++i;
  return i;
}

// The start of `, Key: ` at or after `from`; npos if there is none. A key has letters, digits and underscores.
std::size_t next_colon_pair(std::string_view text, std::size_t from) {
  for (std::size_t at = text.find(',', from); at != std::string_view::npos; at = text.find(',', at + 1)) {
    std::size_t i = at + 1;
    if (i < text.size() && text[i] == ' ') ++i;
    const std::size_t start = i;
    i = end_of_colon_key(text, i);
    if (i == start || i >= text.size() || text[i] != ':') continue;
    if (i + 1 == text.size() || text[i + 1] == ' ' || text[i + 1] == ',') return at;
  }
  return std::string_view::npos;
}

// An address and what is joined to it by colons; the address may be bracketed or missing.
void put_joined(std::string_view value, const std::array<std::string_view, 4>& names, text::Sink& sink) {
  std::array<std::string_view, 4> parts;
  if (value.starts_with('[')) {
    const std::size_t close = value.find(']');
    if (close == std::string_view::npos) return;
    parts[0] = value.substr(1, close - 1);
    value.remove_prefix(close + 1);
    if (!value.empty() && value[0] != ':') return;
  } else {
    const std::size_t end = std::min(value.find(':'), value.size());
    parts[0] = value.substr(0, end);
    value.remove_prefix(end);
  }
  for (std::size_t i = 1; i < parts.size() && !value.empty(); ++i) {
    value.remove_prefix(1);
    const std::size_t end = i + 1 == parts.size() ? value.size() : std::min(value.find(':'), value.size());
    parts[i] = value.substr(0, end);
    value.remove_prefix(end);
  }
  for (std::size_t i = 0; i < parts.size(); ++i)
    if (!parts[i].empty()) sink.put(names[i], parts[i]);
}

}  // namespace

bool is_check_point(std::string_view structured) {
  if (!structured.starts_with('[')) return false;
  structured.remove_prefix(1);
  std::string_view key, value;
  return take_check_point(structured, key, value);
}

bool put_check_point(std::string_view structured, text::Sink& sink) {
  structured.remove_prefix(1);
  std::string_view key, value;
  while (take_check_point(structured, key, value))
    if (sink.wants(key)) sink.put(key, without_backslashes(value, sink));
  return structured.find('"') == std::string_view::npos;
}

std::optional<Time> check_point_time(std::string_view structured) {
  structured.remove_prefix(1);
  std::string_view key, value;
  while (take_check_point(structured, key, value)) {
    if (key != "time") continue;
    if (const auto epoch = text::read_epoch(value)) return epoch;
    return Time::parse_iso(value, 0);
  }
  return std::nullopt;
}

void put_colon_pairs(std::string_view message, text::Sink& sink) {
  std::size_t at = 0;
  while (at < message.size()) {
    while (at < message.size() && (message[at] == ',' || message[at] == ' ')) ++at;
    const std::size_t colon = end_of_colon_key(message, at);
    if (colon == at || colon >= message.size() || message[colon] != ':') {
      at = next_colon_pair(message, at);  // text between the pairs
      continue;
    }
    const std::string_view key = message.substr(at, colon - at);
    const std::size_t end = std::min(next_colon_pair(message, colon + 1), message.size());
    std::string_view value = message.substr(colon + 1, end - colon - 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    sink.put(key, value);
    at = end;
  }
}

bool is_comma_pairs(std::string_view message) {
  return message.size() > 24 && message.starts_with("date=") && message.substr(15).starts_with(",time=");
}

bool put_comma_pairs(std::string_view message, text::Sink& sink) {
  bool sound = true;
  std::size_t i = 0;
  const auto to_comma = [&] {
    const std::size_t from = i;
    for (; i < message.size() && message[i] != ','; ++i) sound &= message[i] != '"';
    return message.substr(from, i - from);
  };
  while (i < message.size()) {
    while (i < message.size() && (message[i] == ',' || message[i] == ' ')) ++i;
    const std::size_t start = i;
    while (i < message.size() && (is_word(message[i]) || message[i] == '-')) ++i;
    if (i == start || i >= message.size() || message[i] != '=') {
      (void)to_comma();
      continue;
    }
    const std::string_view key = message.substr(start, i - start);
    ++i;
    if (i >= message.size() || message[i] != '"') {
      sink.put(key, to_comma());
      continue;
    }
    const std::size_t from = ++i;
    while (i < message.size() && message[i] != '"') i += message[i] == '\\' ? 2 : 1;
    sound &= i < message.size();
    i = std::min(i, message.size());
    const std::string_view value = message.substr(from, i - from);
    if (i < message.size()) ++i;
    sound &= i >= message.size() || message[i] == ',' || message[i] == ' ';
    if (sink.wants(key)) sink.put(key, without_backslashes(value, sink));
  }
  return sound;
}

void put_fortinet_ui(std::string_view message, text::Sink& sink) {
  for (std::size_t at = message.find("ui="); at != std::string_view::npos; at = message.find("ui=", at + 1)) {
    if (at == 0 || (message[at - 1] != ' ' && message[at - 1] != ',')) continue;
    std::string_view value = message.substr(at + 3);
    if (value.starts_with('"')) value.remove_prefix(1);
    const std::size_t open = value.substr(0, 32).find('(');
    if (open == std::string_view::npos || open == 0 || !std::ranges::all_of(value.substr(0, open), is_word)) return;
    const std::size_t close = value.substr(0, 96).find(')', open);
    if (close == std::string_view::npos) return;
    sink.put("ui_name", value.substr(0, open));
    sink.put("ui_address", value.substr(open + 1, close - open - 1));
    return;
  }
}

bool is_sonicwall(std::string_view message) {
  const std::string_view head = message.substr(0, 256);
  return message.starts_with("id=") && head.find(" sn=") != std::string_view::npos &&
         head.find(" time=\"") != std::string_view::npos;
}

void put_sonicwall(std::string_view message, text::Sink& sink) {
  static constexpr std::array<std::string_view, 4> kSource = {"src_ip", "src_port", "src_interface", "src_name"};
  static constexpr std::array<std::string_view, 4> kDestination = {"dst_ip", "dst_port", "dst_interface", "dst_name"};
  std::string_view service, name, path;
  (void)for_each_pair(message, [&](std::string_view key, std::string_view value, char quote) {
    if (quote) return;
    if (key == "src") put_joined(value, kSource, sink);
    if (key == "dst") put_joined(value, kDestination, sink);
    if (key == "srcV6") sink.put("src_ip", value);
    if (key == "dstV6") sink.put("dst_ip", value);
    if (key == "dstname" && name.empty()) name = value;
    if (key == "arg" && path.empty()) path = value;
    if (key == "proto" && service.empty()) {
      const std::size_t slash = value.find('/');
      sink.put("proto_transport", value.substr(0, slash));
      if (slash == std::string_view::npos) return;
      service = value.substr(slash + 1);
      if (!service.empty() && !is_digit(service[0])) sink.put("proto_service", service);
    }
  });
  if (name.empty() || path.empty() || (service != "http" && service != "https") || !sink.wants("url")) return;
  char* out = sink.memory().allocate(service.size() + 3 + name.size() + path.size());
  char* end = std::ranges::copy(service, out).out;
  end = std::ranges::copy(std::string_view("://"), end).out;
  end = std::ranges::copy(name, end).out;
  end = std::ranges::copy(path, end).out;
  sink.put("url", {out, static_cast<std::size_t>(end - out)});
}

}  // namespace tocsin::lines
