// What a piece of JavaScript in a mail is: a leftover of a page that was copied, or something that does things.
//
// Reads text, not a language: literals and escapes are undone where that is cheap (\x41, \u0041, base64 literals,
// String.fromCharCode), and what is then there is looked for. Everything that is not known to be harmless is not.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::phishing {

struct ScriptView {
  bool inert = false;                       // only what leftovers do: this.style.x = …, return false, track('…')
  bool disguised = false;                   // hides its words: eval, atob, escapes, character codes
  std::vector<std::string_view> abilities;  // in words: "reads cookies", "sends requests", …
  std::vector<std::string_view> aims;       // software and weaknesses that its words belong to
  std::string plain;                        // with what was undone appended; at most kScriptMax bytes
};
inline constexpr std::size_t kScriptMax = 256u << 10;

ScriptView view_script(std::string_view code);

}  // namespace tocsin::phishing
