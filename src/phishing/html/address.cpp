#include "phishing/html/address.h"

#include <algorithm>
#include <array>

#include "phishing/html/tree.h"

namespace tocsin::phishing {
namespace {

constexpr std::array<std::string_view, 6> kScriptSchemes = {"javascript", "vbscript", "livescript",
                                                            "mocha",      "jscript",  "ecmascript"};
// They only say how what follows them is shown.
constexpr std::array<std::string_view, 4> kWrappers = {"view-source", "feed", "jar", "wyciwyg"};

bool is_control(char c) { return static_cast<unsigned char>(c) <= 0x20 || c == '\x7f'; }

std::string_view scheme_of(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size() && at < 32 &&
         (std::isalnum(static_cast<unsigned char>(text[at])) || text[at] == '+' || text[at] == '-' || text[at] == '.'))
    ++at;
  return at > 0 && at < text.size() && text[at] == ':' ? text.substr(0, at) : std::string_view();
}

bool is_script(std::string_view name) { return std::ranges::find(kScriptSchemes, name) != kScriptSchemes.end(); }

// As a browser reads it.
std::string as_browser(std::string_view value) {
  while (!value.empty() && is_control(value.front())) value.remove_prefix(1);
  while (!value.empty() && is_control(value.back())) value.remove_suffix(1);
  std::string out;
  for (const char c : value)
    if (c != '\t' && c != '\n' && c != '\r') out += c;
  return out;
}

}  // namespace

std::string lower_ascii(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_control(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_control(text.back())) text.remove_suffix(1);
  return text;
}

std::string squeezed(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view rest = text.substr(i);
    if (is_control(text[i])) continue;
    if (rest.starts_with("\xC2\xA0") || rest.starts_with("\xC2\xAD")) {
      ++i;
      continue;
    }
    if (rest.starts_with("\xE2\x80\x8B") || rest.starts_with("\xE2\x80\x8C") || rest.starts_with("\xE2\x80\x8D") ||
        rest.starts_with("\xE2\x81\xA0") || rest.starts_with("\xEF\xBB\xBF") || rest.starts_with("\xEF\xBF\xBD") ||
        rest.starts_with("\xE2\x80\xA8") || rest.starts_with("\xE2\x80\xA9")) {
      i += 2;
      continue;
    }
    out += text[i];
  }
  return out;
}

std::string decode_percent(std::string_view text) {
  const auto digit = [](char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
  };
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0) {
      out += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string decode_base64(std::string_view text, std::size_t max) {
  std::string out;
  std::uint32_t bits = 0;
  int have = 0;
  for (const char c : text) {
    int value;
    if (c >= 'A' && c <= 'Z')
      value = c - 'A';
    else if (c >= 'a' && c <= 'z')
      value = c - 'a' + 26;
    else if (c >= '0' && c <= '9')
      value = c - '0' + 52;
    else if (c == '+' || c == '-')
      value = 62;
    else if (c == '/' || c == '_')
      value = 63;
    else if (c == '=')
      break;
    else
      continue;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    have += 6;
    if (have >= 8) {
      have -= 8;
      out += static_cast<char>(bits >> have & 0xFF);
      if (out.size() >= max) break;
    }
  }
  return out;
}

AddressView view_address(std::string_view value) {
  AddressView out;
  std::string browser = as_browser(value.substr(0, 8u << 20));
  std::string name = lower_ascii(scheme_of(browser));
  bool wrapped = false;
  while (std::ranges::find(kWrappers, name) != kWrappers.end()) {
    browser = as_browser(std::string_view(browser).substr(name.size() + 1));
    name = lower_ascii(scheme_of(browser));
    wrapped = true;
  }
  if (is_script(name) || name == "data") {
    out.scheme = name == "data" ? Scheme::data : Scheme::script;
    out.rest = browser.substr(name.size() + 1);
    out.name = name;
    const std::string_view plain = trimmed(value);
    out.hidden = wrapped || lower_ascii(plain.substr(0, name.size() + 1)) != name + ":" ||
                 (!value.empty() && is_control(value.front()) && value.front() != ' ' && value.front() != '\n' &&
                  value.front() != '\r' && value.front() != '\t');
    return out;
  }
  out.name = name;
  out.scheme = name.empty() ? Scheme::none : Scheme::other;
  if (name == "http" || name == "https" || name == "mailto" || name == "tel" || name == "cid") return out;
  // What a filter or a second decoding may make of it.
  std::string deep(value.substr(0, 400));
  for (int round = 0; round < 3; ++round) {
    std::string again = decode_references(deep);
    again = squeezed(decode_percent(again));
    std::erase(again, '\\');
    if (again == deep) break;
    deep = std::move(again);
  }
  deep = lower_ascii(squeezed(deep));
  // `javajavascript:script:`, for filters that take a word out once.
  for (const std::string_view word : {"javascript:", "script", "data:"}) {
    if (is_script(scheme_of(deep)) || scheme_of(deep) == "data") break;
    std::string without = deep;
    for (std::size_t at; (at = without.find(word)) != std::string::npos;) {
      without.erase(at, word.size());
      if (is_script(scheme_of(without))) {
        deep = without;
        break;
      }
    }
  }
  const std::string_view inner = scheme_of(deep);
  if (is_script(inner) || (inner == "data" && name.empty())) {
    out.scheme = inner == "data" ? Scheme::data : Scheme::script;
    out.name = std::string(inner);
    out.rest = deep.substr(inner.size() + 1);
    out.hidden = true;
  }
  return out;
}

DataAddress read_data(std::string_view after_colon) {
  DataAddress out;
  std::size_t comma = after_colon.find(',');
  if (comma == std::string_view::npos || comma > 1000) comma = std::min<std::size_t>(after_colon.size(), 1000);
  std::string head = lower_ascii(squeezed(decode_percent(after_colon.substr(0, comma))));
  const std::string_view written = after_colon.substr(0, comma);
  out.type = head.substr(0, head.find(';'));
  const std::string_view type_written = trimmed(written.substr(0, written.find(';')));
  out.hidden = lower_ascii(type_written) != out.type;
  if (out.type.empty()) out.type = "text/plain";
  const std::string_view body =
      comma < after_colon.size() ? after_colon.substr(comma + 1, kDataMax * 2) : std::string_view();
  const std::string_view until = body.substr(0, body.find('#'));
  if (head.find("base64") != std::string::npos)
    out.content = decode_base64(decode_percent(until));
  else
    out.content = decode_percent(out.type.find("svg") != std::string::npos ? until : body);
  if (out.content.size() > kDataMax) out.content.resize(kDataMax);
  return out;
}

}  // namespace tocsin::phishing
