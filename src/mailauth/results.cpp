#include "mailauth/results.h"

#include <algorithm>

#include "mailauth/tags.h"

namespace tocsin::mailauth {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// Tokens of RFC 8601 2.2: words, quoted strings (unquoted), and the separators ; and = alone.
std::vector<std::string> tokens(std::string_view value) {
  std::vector<std::string> out;
  std::string word;
  bool has_word = false;
  int comment = 0;
  const auto finish = [&] {
    if (has_word) out.push_back(std::move(word));
    word.clear();
    has_word = false;
  };
  for (std::size_t i = 0; i < value.size() && out.size() < 2000; ++i) {
    const char c = value[i];
    if (comment > 0) {
      if (c == '\\')
        ++i;
      else if (c == '(')
        ++comment;
      else if (c == ')')
        --comment;
    } else if (c == '(') {
      finish();
      comment = 1;
    } else if (c == '"') {
      has_word = true;
      for (++i; i < value.size() && value[i] != '"'; ++i) {
        if (value[i] == '\\' && i + 1 < value.size()) ++i;
        word += value[i];
      }
    } else if (is_space(c)) {
      finish();
    } else if (c == ';' || (c == '=' && has_word)) {
      finish();
      out.emplace_back(1, c);
    } else {
      word += c;
      has_word = true;
    }
  }
  finish();
  return out;
}

}  // namespace

const MethodResult* Results::find(std::string_view method) const {
  const auto found = std::ranges::find(methods, method, &MethodResult::method);
  return found == methods.end() ? nullptr : &*found;
}

std::optional<Results> parse_results(std::string_view value) {
  const auto all = tokens(value);
  if (all.empty() || all[0] == ";" || all[0] == "=") return std::nullopt;
  Results out;
  out.server = lower_ascii(all[0]);
  std::size_t i = 1;
  while (i < all.size()) {
    while (i < all.size() && all[i] != ";") ++i;  // a version, or what was left of the part before
    ++i;
    if (i + 2 >= all.size() || all[i + 1] != "=") continue;
    MethodResult method;
    method.method = lower_ascii(all[i].substr(0, all[i].find('/')));
    method.result = lower_ascii(all[i + 2]);
    i += 3;
    while (i + 2 < all.size() && all[i] != ";" && all[i + 1] == "=") {
      if (all[i + 2] == ";") break;
      method.properties.emplace_back(lower_ascii(all[i]), all[i + 2]);
      i += 3;
    }
    out.methods.push_back(std::move(method));
  }
  return out;
}

std::optional<Results> topmost_results(const Message& message, const std::vector<std::string>& trusted) {
  for (const HeaderField& field : message.fields()) {
    if (!same_name(field.name, "Authentication-Results")) continue;
    auto results = parse_results(field.value);
    if (!results) continue;
    if (trusted.empty() || std::ranges::any_of(trusted, [&](const std::string& name) {
          return is_within(results->server, lower_ascii(name));
        }))
      return results;
  }
  return std::nullopt;
}

}  // namespace tocsin::mailauth
