#include "sigma/correlation.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "sigma/condition.h"

namespace tocsin::sigma {
namespace {

using Type = Correlation::Type;

constexpr std::string_view kTypeNames[] = {"event_count", "value_count", "temporal",        "temporal_ordered",
                                           "value_sum",   "value_avg",   "value_percentile"};

std::string at(const Yaml& node) { return fmt::format("{}", node.line); }

bool is_temporal(Type type) { return type == Type::temporal || type == Type::temporal_ordered; }

Result<Type> read_type(const Yaml& body) {
  const Yaml* node = body.find("type");
  if (node == nullptr || !node->is_scalar()) return fail("the correlation has no type", at(body));
  for (std::size_t i = 0; i < std::size(kTypeNames); ++i)
    if (kTypeNames[i] == node->text) return static_cast<Type>(i);
  std::string known;
  for (const std::string_view name : kTypeNames) known += (known.empty() ? "" : ", ") + std::string(name);
  return fail(fmt::format("there is no correlation of type '{}'", node->text), at(*node), "there are: " + known);
}

// Specification, "Time Selection": a number and one lower-case letter.
Result<std::int64_t> read_timespan(const Yaml& body) {
  const Yaml* node = body.find("timespan");
  if (node == nullptr || !node->is_scalar()) return fail("the correlation has no timespan", at(body), "such as 10m");
  const std::string_view text = node->text;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  const std::int64_t seconds = unit == "s" ? 1 : unit == "m" ? 60 : unit == "h" ? 3600 : unit == "d" ? 86400 : 0;
  if (error != std::errc() || number <= 0 || seconds == 0 || number > kTimespanMax / seconds)
    return fail(fmt::format("the timespan '{}' is none", text), at(*node), "a number and s, m, h or d: 90m");
  return number * seconds;
}

Result<void> read_bounds(const Yaml& condition, Correlation& out) {
  static constexpr std::pair<std::string_view, Order> kOrders[] = {{"lt", Order::lt}, {"lte", Order::lte}, {"gt", Order::gt},
                                                                   {"gte", Order::gte}, {"eq", Order::eq}, {"neq", Order::neq}};
  for (std::size_t i = 0; i < condition.items.size(); i += 2) {
    const std::string_view key = condition.items[i]->text;
    const Yaml& value = *condition.items[i + 1];
    if (key == "field") continue;
    const auto order = std::find_if(std::begin(kOrders), std::end(kOrders), [&](const auto& o) { return o.first == key; });
    if (order == std::end(kOrders) && key != "percentile")
      return fail(fmt::format("the condition can't have '{}'", key), at(value), "there are: lt lte gt gte eq neq field percentile");
    const auto number = value.number();
    if (!number) return fail(fmt::format("'{}' in the condition needs a number", key), at(value));
    if (key == "percentile") {
      if (out.type != Type::value_percentile || *number < 0 || *number > 100)
        return fail("'percentile' is a number from 0 to 100, of value_percentile", at(value));
      out.percentile = *number;
      continue;
    }
    if ((out.type == Type::event_count || out.type == Type::value_count) && *number > kCorrelationCountMax)
      return fail(fmt::format("counts go up to {}", static_cast<std::int64_t>(kCorrelationCountMax)), at(value));
    out.bounds.push_back({order->second, *number});
  }
  if (out.bounds.empty()) return fail("the condition compares with nothing", at(condition), "such as `gte: 10`");
  return {};
}

// The names in a temporal condition are those of `rules`; the tree's atoms are indices of inputs.
Result<void> read_temporal_condition(const Yaml& node, const std::vector<std::string>& references, Correlation& out) {
  std::vector<Selection> selections;
  for (std::size_t i = 0; i < references.size(); ++i) {
    out.condition.push_back({Node::Kind::atom, static_cast<std::uint32_t>(i), {}});
    selections.push_back({references[i], static_cast<std::uint32_t>(i)});
  }
  auto root = parse_condition(node.text, selections, out.condition);
  if (!root) {
    Error error = std::move(root).error();
    error.where = at(node);
    return std::unexpected(std::move(error));
  }
  if (*root + 1 != out.condition.size()) out.condition.push_back({Node::Kind::all, 0, {*root}});
  return {};
}

// An alias stands for another field in each rule; everything else is a field by that name.
Result<std::string> field_in(const std::string& name, const Yaml* aliases, const std::string& reference) {
  const Yaml* alias = aliases == nullptr ? nullptr : aliases->find(name);
  if (alias == nullptr) return name;
  const Yaml* field = alias->is_map() ? alias->find(reference) : nullptr;
  if (field == nullptr || !field->is_scalar())
    return fail(fmt::format("the alias '{}' names no field for the rule '{}'", name, reference), at(*alias));
  return std::string(field->text);
}

Result<void> check_aliases(const Yaml* aliases, const std::vector<std::string>& references) {
  if (aliases == nullptr || aliases->is_null()) return {};
  if (!aliases->is_map()) return fail("aliases are a map of `alias: {rule: field}`", at(*aliases));
  for (std::size_t i = 0; i < aliases->items.size(); i += 2) {
    const Yaml& alias = *aliases->items[i + 1];
    if (!alias.is_map()) return fail("aliases are a map of `alias: {rule: field}`", at(alias));
    for (std::size_t k = 0; k < alias.items.size(); k += 2)
      if (std::find(references.begin(), references.end(), alias.items[k]->text) == references.end())
        return fail(fmt::format("the alias '{}' names '{}', which is none of the correlation's rules",
                                aliases->items[i]->text, alias.items[k]->text),
                    at(*alias.items[k]));
  }
  return {};
}

// A condition of temporal types may be the only place that names the rules.
std::vector<std::string> names_in(std::string_view condition) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < condition.size();) {
    const std::size_t start = condition.find_first_not_of(" \t\r\n()", i);
    if (start == std::string_view::npos) break;
    i = std::min(condition.find_first_of(" \t\r\n()", start), condition.size());
    const std::string word(condition.substr(start, i - start));
    std::string lower = word;
    for (char& c : lower)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
    if (lower != "and" && lower != "or" && lower != "not" && std::find(out.begin(), out.end(), word) == out.end())
      out.push_back(word);
  }
  return out;
}

}  // namespace

std::vector<std::string> references_of(const Document& document) {
  const Yaml& body = *document.root->find("correlation");
  std::vector<std::string> out = texts_of(body.find("rules"));
  const Yaml* condition = body.find("condition");
  if (out.empty() && condition != nullptr && condition->is_scalar()) out = names_in(condition->text);
  return out;
}

bool generates(const Document& document) {
  const Yaml* body = document.root->find("correlation");
  for (const Yaml* node : {document.root->find("generate"), body == nullptr ? nullptr : body->find("generate")})
    if (node != nullptr && node->boolean().value_or(false)) return true;
  return false;
}

Result<Correlation> read_correlation(const Document& document, const Resolve& resolve) {
  Correlation out;
  TRY_VOID(read_heading(document, out));
  const Yaml& body = *document.root->find("correlation");
  if (!body.is_map()) return fail("the correlation is no map", at(body));
  TRY(out.type, read_type(body));
  TRY(out.timespan_seconds, read_timespan(body));
  out.group_by = texts_of(body.find("group-by"));

  const std::vector<std::string> references = references_of(document);
  if (references.empty()) return fail("the correlation names no rules", at(body));
  if (references.size() > kCorrelationInputsMax)
    return fail(fmt::format("the correlation names more than {} rules", kCorrelationInputsMax), at(body));
  for (const std::string& reference : references)
    if (std::count(references.begin(), references.end(), reference) > 1)
      return fail(fmt::format("the correlation names '{}' twice", reference), at(body));

  const Yaml* condition = body.find("condition");
  std::vector<std::string> value_fields;
  if (condition != nullptr && condition->is_map()) {
    TRY_VOID(read_bounds(*condition, out));
    value_fields = texts_of(condition->find("field"));
  } else if (condition != nullptr && condition->is_scalar() && is_temporal(out.type)) {
    TRY_VOID(read_temporal_condition(*condition, references, out));
  } else if (!is_temporal(out.type) || (condition != nullptr && !condition->is_null())) {
    return fail("the correlation has no condition", at(body), "such as `condition: {gte: 10}`");
  }
  const bool takes_field = !is_temporal(out.type) && out.type != Type::event_count;
  const std::string_view type = kTypeNames[static_cast<int>(out.type)];
  if (takes_field && value_fields.empty()) return fail(fmt::format("a {} needs a `field` in its condition", type), at(body));
  if (!takes_field && !value_fields.empty())
    return fail(fmt::format("'field' has no meaning for {}", type), at(body), "value_count counts different values");
  if (value_fields.size() > 1 && out.type != Type::value_count)
    return fail(fmt::format("a {} measures one field", type), at(body));

  const Yaml* aliases = body.find("aliases");
  TRY_VOID(check_aliases(aliases, references));
  for (const std::string& reference : references) {
    auto resolved = resolve(reference);
    if (!resolved) {
      Error error = std::move(resolved).error();
      if (error.where.empty()) error.where = at(body);
      return std::unexpected(std::move(error));
    }
    Correlation::Input input = *std::move(resolved);
    for (const std::string& name : out.group_by) {
      TRY(std::string field, field_in(name, aliases, reference));
      input.group_by.push_back(std::move(field));
    }
    for (const std::string& name : value_fields) {
      TRY(std::string field, field_in(name, aliases, reference));
      input.value_fields.push_back(std::move(field));
    }
    out.inputs.push_back(std::move(input));
  }
  return out;
}

}  // namespace tocsin::sigma
