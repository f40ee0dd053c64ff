#include "products/choice.h"

#include <algorithm>
#include <map>

#include "products/conditions.h"

namespace tocsin::products {
namespace {

constexpr std::size_t kValueMax = 128;  // longer values are no names of events

bool is_exact(const Condition& condition) {
  return !condition.negated && !condition.absent && !condition.values.empty() &&
         std::ranges::all_of(condition.values, [](const std::string& value) { return Pattern(value).is_exact(); });
}

const Condition* asked(const RecordRule& rule, std::string_view key) {
  for (const Condition& condition : rule.when)
    if (condition.key == key && is_exact(condition)) return &condition;
  return nullptr;
}

char lower_of(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

}  // namespace

Result<RecordChoice> RecordChoice::compile(std::span<const RecordRule> rules, FieldNames& names) {
  RecordChoice out;
  std::map<std::string, std::size_t> uses;
  for (std::uint32_t i = 0; i < rules.size(); ++i) {
    out.all_.push_back(i);
    for (const Condition& condition : rules[i].when)
      if (is_exact(condition)) ++uses[condition.key];
  }
  const auto best = std::ranges::max_element(uses, {}, [](const auto& use) { return use.second; });
  if (best == uses.end() || best->second < 3) return out;
  const std::string& key = best->first;
  out.of_source_ = key == "source";
  if (!out.of_source_) {
    TRY(out.key_, Operand::compile(key, {}, names));
  }
  out.has_key_ = true;
  for (std::uint32_t i = 0; i < rules.size(); ++i) {
    const Condition* condition = asked(rules[i], key);
    if (!condition) {
      out.others_.push_back(i);
      for (auto& [value, list] : out.by_value_) list.push_back(i);
      continue;
    }
    for (const std::string& value : condition->values) {
      const auto [entry, is_new] = out.by_value_.try_emplace(Pattern(value).text());
      if (is_new) entry->second = out.others_;
      if (entry->second.empty() || entry->second.back() != i) entry->second.push_back(i);
    }
  }
  return out;
}

std::span<const std::uint32_t> RecordChoice::candidates(const Fields& fields) const {
  if (!has_key_) return all_;
  std::size_t values = 0;
  std::string_view first;
  if (of_source_) {
    values = 1;
    first = fields.event().source;
  } else {
    key_.each(fields, [&](std::string_view value, bool) {
      if (++values == 1) first = value;
      return values > 1;
    });
  }
  if (values > 1) return all_;  // a list: any of its values may be the one
  if (values == 0 || first.size() > kValueMax) return others_;
  std::string folded(first);  // short as these are, in the string itself
  std::ranges::transform(folded, folded.begin(), lower_of);
  const auto found = by_value_.find(folded);
  return found == by_value_.end() ? std::span<const std::uint32_t>(others_) : found->second;
}

}  // namespace tocsin::products
