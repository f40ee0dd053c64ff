// Modifiers: what `|contains|windash` does to one value. An internal part of lowering.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sigma/lower.h"

namespace tocsin::sigma {

// A value on its way through the modifiers; some of them make several out of one, which are alternatives.
struct Item {
  enum class Kind : std::uint8_t { text, regex, cidr, number, time, exists, null, reference };
  Kind kind = Kind::text;
  const Yaml* source = nullptr;  // for lines and kinds
  std::string raw;               // text as written; of a regex its expression
  bool is_raw = true;            // false once `pattern` holds it
  Pattern pattern;
  bool any_before = false, any_after = false, placed = false, cased = false;
  Regex regex;
  Test test = Null{};  // of the other kinds
};

// How the values of a list are joined, and the whole denied.
struct Joining {
  bool all = false, negated = false, negated_before_all = false;
};

Item start_item(const Yaml& value);
// Applies one modifier to all alternatives of one value.
Result<void> apply(std::string_view modifier, bool keyword, std::vector<Item>& items, Joining& joining,
                   const Placeholders& placeholders, Placeholders& used);
// The tests of one finished item: alternatives.
Result<std::vector<Test>> finish(const Item& item, bool keyword, bool modified);

}  // namespace tocsin::sigma
