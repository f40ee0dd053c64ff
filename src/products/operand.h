// Operand: one source of a mapping or a condition, as a definition spells it.
//
//   IpAddress                     a capture of the template, else a reader's field
//   Parameters[ForwardTo]         of a list of {name, value} objects, the value whose name is ForwardTo: objects with
//                                 Name, name, displayName or key, and Value, value, newValue, NewValue, multiValue,
//                                 boolValue or intValue
//   targets[type=User].upn        of a list of objects, the field `upn` of those whose `type` is User
//   ContextInfo{Host ID}          of a text of lines "KEY = value" or "KEY: value", the value of that key; or of one
//   line
//                                 "KEY=value, KEY="value", …"
//
// Readers give lists of objects flat, member by member. So a value belongs to the name that stands before it, or, in
// records whose first member is a value (keys sorted: boolValue, name), to the one behind it.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "products/fields.h"

namespace tocsin::products {

bool equal_no_case(std::string_view a, std::string_view b);

class Operand {
 public:
  static Result<Operand> compile(std::string_view text, const CaptureNames& captures, FieldNames& names);

  // Sets the flags of the readers' fields that it looks at.
  void needs(std::vector<bool>& wanted) const;

  // Calls f(std::string_view value, bool ambiguous) for each value until it returns true.
  template <class F>
  bool each(const Fields& fields, F&& f) const {
    if (in_lines_)
      return fields.each(plain_, [&](std::string_view text, bool ambiguous) {
        bool repeated = false;
        const std::string_view value = value_in_lines(text, key_, repeated);
        // In a template's capture an attacker's value may pretend to be another key.
        return !value.empty() && f(value, ambiguous || (repeated && plain_.kind == FieldRef::Kind::capture));
      });
    if (values_.empty()) return fields.each(plain_, f);
    return each_paired(fields, f);
  }

 private:
  template <class F>
  bool each_paired(const Fields& fields, F&& f) const {
    bool seen = false, values_first = false, ours = false;
    std::string_view before;  // the value that waits for its name
    return fields.each_of(members_, [&](std::size_t which, std::string_view value) {
      const bool is_name = which < names_count_;
      if (!seen) seen = true, values_first = !is_name;
      if (!is_name) {
        if (!values_first) return ours && f(value, false);
        before = value;
        return false;
      }
      ours = equal_no_case(value, key_);
      if (!values_first) return false;
      const std::string_view waiting = before;
      before = {};
      return ours && waiting.data() != nullptr && f(waiting, false);
    });
  }

  // The first line's that has the key; "" if none.
  static std::string_view value_in_lines(std::string_view text, std::string_view key, bool& repeated);

  FieldRef plain_;
  bool in_lines_ = false;
  std::string key_;
  std::vector<FieldRef> members_;  // names, then values
  std::vector<FieldRef> values_;
  std::size_t names_count_ = 0;
};

}  // namespace tocsin::products
