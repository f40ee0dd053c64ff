#include "products/conditions.h"

#include <algorithm>

namespace tocsin::products {
namespace {

char lower_of(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

// `text` is in lower case.
bool same(std::string_view value, std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i)
    if (value[i] != text[i] && lower_of(value[i]) != text[i]) return false;
  return true;
}

}  // namespace

Pattern::Pattern(std::string_view text) : kind_(Kind::exact) {
  const bool front = text.starts_with('*'), back = text.ends_with('*');
  if (text == "*") {
    kind_ = Kind::any;
    return;
  }
  if (front) text.remove_prefix(1);
  if (back) text.remove_suffix(1);
  kind_ = front && back ? Kind::inside : front ? Kind::suffix : back ? Kind::prefix : Kind::exact;
  text_ = text;
  std::ranges::transform(text_, text_.begin(), lower_of);
}

bool Pattern::meets(std::string_view value) const {
  if (kind_ == Kind::any) return !value.empty();
  if (value.size() < text_.size()) return false;
  switch (kind_) {
    case Kind::exact:
      return value.size() == text_.size() && same(value, text_);
    case Kind::prefix:
      return same(value, text_);
    case Kind::suffix:
      return same(value.substr(value.size() - text_.size()), text_);
    case Kind::inside:
      return std::ranges::search(value, text_, [](char a, char b) { return lower_of(a) == b; }).begin() !=
                 value.end() ||
             text_.empty();
    case Kind::any:
      break;
  }
  return true;
}

Result<Conditions> Conditions::compile(const When& when, FieldNames& names, const CaptureNames& captures) {
  Conditions out;
  for (const Condition& condition : when) {
    One one;
    one.of_source = condition.key == "source";
    if (!one.of_source) {
      TRY(one.operand, Operand::compile(condition.key, captures, names));
    }
    for (const std::string& value : condition.values) one.values.emplace_back(value);
    one.negated = condition.negated;
    one.absent = condition.absent;
    out.conditions_.push_back(std::move(one));
  }
  return out;
}

bool Conditions::holds(const One& condition, const Fields& fields) {
  bool met = false, present = false;
  const auto look = [&](std::string_view value, bool) {
    if (!value.empty()) present = true;
    met = std::ranges::any_of(condition.values, [&](const Pattern& pattern) { return pattern.meets(value); });
    return met;
  };
  if (condition.of_source)
    look(fields.event().source, false);
  else
    condition.operand.each(fields, look);
  return (met || (condition.absent && !present)) != condition.negated;
}

bool Conditions::hold(const Fields& fields) const {
  return std::ranges::all_of(conditions_, [&](const One& one) { return holds(one, fields); });
}

void Conditions::needs(std::vector<bool>& wanted) const {
  for (const One& one : conditions_) one.operand.needs(wanted);
}

}  // namespace tocsin::products
