// CSS as a browser of any age reads it: what runs, what loads from elsewhere, what hides text.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::phishing {

struct StyleView {
  struct Thing {
    std::string_view what;  // in words
    std::string excerpt;
    bool runs = false;      // script; else it loads or spies
    bool leftover = false;  // as old newsletters have it
    bool hidden = false;    // by escapes or comments within a word
  };
  std::vector<Thing> things;
};

// `sheet`: a whole style sheet; otherwise the declarations of one element.
enum class Css : std::uint8_t { declarations, sheet };
StyleView view_style(std::string_view css, Css form);

// The value of a property in an element's declarations, in lower case without blanks; "" when it has none.
std::string property(std::string_view declarations, std::string_view name);

}  // namespace tocsin::phishing
