// Conditions: a `when`, compiled. All must hold.
//
// A value is compared without case (ASCII). A star at its end, its front or both stands for anything; "*" alone for
// any value that isn't empty; null for an absent or empty field. {not: …} holds when no value of the field is one of
// these. A key is an operand (operand.h) or `source`.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "products/definition.h"
#include "products/fields.h"
#include "products/operand.h"

namespace tocsin::products {

// One value of a condition, or one key of a table.
class Pattern {
 public:
  explicit Pattern(std::string_view text);
  bool meets(std::string_view value) const;
  bool is_exact() const { return kind_ == Kind::exact; }
  const std::string& text() const { return text_; }  // in lower case, without stars

 private:
  enum class Kind : std::uint8_t { exact, prefix, suffix, inside, any };
  Kind kind_;
  std::string text_;
};

class Conditions {
 public:
  static Result<Conditions> compile(const When& when, FieldNames& names, const CaptureNames& captures = {});
  bool hold(const Fields& fields) const;
  void needs(std::vector<bool>& wanted) const;
  bool empty() const { return conditions_.empty(); }

 private:
  struct One {
    bool of_source = false;
    Operand operand;
    std::vector<Pattern> values;
    bool negated = false, absent = false;
  };
  static bool holds(const One& condition, const Fields& fields);
  std::vector<One> conditions_;
};

}  // namespace tocsin::products
