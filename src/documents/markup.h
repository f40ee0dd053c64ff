// Tags and text of XML or HTML front to back, without a tree: memory is that of the text, whatever it holds. A scanner
// for reading words out of documents; it accepts what is not well-formed.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace tocsin::documents {

class Markup {
 public:
  enum class Kind : std::uint8_t { text, open, close, end };
  struct Token {
    Kind kind = Kind::end;
    std::string_view name;    // of a tag, without its prefix
    std::string_view prefix;  // "w" of "w:t"
    std::string_view inside;  // a tag's attributes; or text as it stands
    bool empty = false;       // <a/>
  };
  explicit Markup(std::string_view text) : rest_(text) {}
  Token next();
  // Goes past the end tag of `name`, for script and style.
  void skip_past(std::string_view name);

 private:
  std::string_view rest_;
};

// An attribute's value by its name without prefix, entities undone; "" when absent.
std::string attribute(const Markup::Token& tag, std::string_view name);
// Entities undone: numbers, XML's five, and the commonest of HTML.
std::string unescape(std::string_view text);

}  // namespace tocsin::documents
