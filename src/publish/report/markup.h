// Markup built from text that may be hostile: every value is escaped here, and every element is closed.
#pragma once
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin::publish {

// As text of an element or as a quoted attribute: the five characters of markup as references; control characters,
// direction marks and invisible ones as visible escapes; broken UTF-8 too; at most `max` bytes, then how long it was.
inline constexpr std::size_t kShownMax = 1000;
std::string escaped(std::string_view text, std::size_t max = kShownMax);

class Markup {
 public:
  using Attributes = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  Markup& open(std::string_view element, Attributes attributes = {});
  Markup& close();                                                      // the one opened last
  Markup& empty(std::string_view element, Attributes attributes = {});  // <br>, <rect …/>
  Markup& text(std::string_view text);                                  // escaped
  Markup& leaf(std::string_view element, Attributes attributes, std::string_view text);
  Markup& raw(std::string_view made);  // what another Markup made
  std::string take();                  // all closed

 private:
  void tag(std::string_view element, Attributes attributes);
  std::string out_;
  std::vector<std::string> open_;
};

}  // namespace tocsin::publish
