#include "sigma/correlation.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <optional>

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
  static constexpr std::pair<std::string_view, Order> kOrders[] = {{"lt", Order::lt}, {"lte", Order::lte},
                                                                   {"gt", Order::gt}, {"gte", Order::gte},
                                                                   {"eq", Order::eq}, {"neq", Order::neq}};
  for (std::size_t i = 0; i < condition.items.size(); i += 2) {
    const std::string_view key = condition.items[i]->text;
    const Yaml& value = *condition.items[i + 1];
    if (key == "field") continue;
    const auto order =
        std::find_if(std::begin(kOrders), std::end(kOrders), [&](const auto& o) { return o.first == key; });
    if (order == std::end(kOrders) && key != "percentile")
      return fail(fmt::format("the condition can't have '{}'", key), at(value),
                  "there are: lt lte gt gte eq neq field percentile");
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
  if (references.size() > kTemporalInputsMax || out.condition.size() > kTemporalNodesMax)
    return fail(fmt::format("the condition has more than {} rules or {} parts", kTemporalInputsMax, kTemporalNodesMax),
                at(node));
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

using Terms = std::vector<Term>;

void tidy(Terms& terms) {
  std::erase_if(terms, [](const Term& term) {
    return std::any_of(term.wanted.begin(), term.wanted.end(), [&](std::uint32_t i) {
      return std::binary_search(term.unwanted.begin(), term.unwanted.end(), i);
    });
  });
  std::sort(terms.begin(), terms.end());
  terms.erase(std::unique(terms.begin(), terms.end()), terms.end());
}

std::vector<std::uint32_t> merged(const std::vector<std::uint32_t>& a, const std::vector<std::uint32_t>& b) {
  std::vector<std::uint32_t> out;
  std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(out));
  return out;
}

// The terms of a node that holds when all children do, or when any does; an empty optional is too many of them.
std::optional<Terms> combine(bool all, const std::vector<const Terms*>& children) {
  Terms out;
  if (all) out.push_back({});
  for (const Terms* child : children) {
    if (all) {
      Terms product;
      if (out.size() * child->size() > 16 * kTermsMax) return std::nullopt;
      for (const Term& left : out)
        for (const Term& right : *child)
          product.push_back({merged(left.wanted, right.wanted), merged(left.unwanted, right.unwanted)});
      out = std::move(product);
    } else {
      out.insert(out.end(), child->begin(), child->end());
    }
    tidy(out);
    if (out.size() > kTermsMax) return std::nullopt;
  }
  return out;
}

std::unexpected<Error> too_many() {
  return fail(fmt::format("the condition can hold in more than {} ways", kTermsMax), "", "chain several correlations");
}

// Every choice of `wanted` inputs out of `count`.
Result<Terms> choices(std::size_t wanted, std::size_t count) {
  Terms out{{}};
  for (std::uint32_t i = 0; i < count; ++i) {
    for (std::size_t k = out.size(); k-- > 0;) {
      if (out[k].wanted.size() == wanted) continue;
      out.push_back(out[k]);
      out.back().wanted.push_back(i);
    }
    // What can no longer be filled up is left out.
    std::erase_if(out, [&](const Term& term) { return term.wanted.size() + (count - i - 1) < wanted; });
    if (out.size() > 16 * kTermsMax) return too_many();
  }
  if (out.size() > kTermsMax) return too_many();
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

Result<std::vector<Term>> terms_of(const Correlation& correlation) {
  const std::size_t count = correlation.inputs.size();
  if (correlation.condition.empty()) {
    std::size_t wanted = count;
    if (correlation.type == Type::temporal_ordered && !correlation.bounds.empty()) {
      const Correlation::Bound& bound = correlation.bounds[0];
      const double number = bound.number + (bound.order == Order::gt ? 1 : 0);
      if (correlation.bounds.size() > 1 || (bound.order != Order::gte && bound.order != Order::gt) || number < 1 ||
          number > static_cast<double>(count))
        return fail("for temporal_ordered a count is `gte: N`, N being at most the number of rules");
      wanted = static_cast<std::size_t>(number);
    }
    return choices(wanted, count);
  }
  if (correlation.condition.size() > kTemporalNodesMax || count > kTemporalInputsMax) return too_many();
  // From the leaves up, each node's terms and those of its denial (De Morgan).
  std::vector<Terms> holds(correlation.condition.size()), fails(correlation.condition.size());
  for (std::size_t i = 0; i < correlation.condition.size(); ++i) {
    const Node& node = correlation.condition[i];
    if (node.kind == Node::Kind::atom) {
      holds[i] = {{{node.atom}, {}}};
      fails[i] = {{{}, {node.atom}}};
    } else if (node.kind == Node::Kind::none) {
      holds[i] = fails[node.children[0]];
      fails[i] = holds[node.children[0]];
    } else {
      std::vector<const Terms*> yes, no;
      for (const std::uint32_t child : node.children) yes.push_back(&holds[child]), no.push_back(&fails[child]);
      auto when = combine(node.kind == Node::Kind::all, yes);
      auto unless = combine(node.kind != Node::Kind::all, no);
      if (!when || !unless) return too_many();
      holds[i] = std::move(*when);
      fails[i] = std::move(*unless);
    }
  }
  Terms terms = std::move(holds.back());
  if (terms.empty()) return fail("the condition contradicts itself");
  for (const Term& term : terms)
    if (term.wanted.empty()) return fail("the condition holds without any event", "", "name a rule that must occur");
  return terms;
}

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
  if (takes_field && value_fields.empty())
    return fail(fmt::format("a {} needs a `field` in its condition", type), at(body));
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
  if (is_temporal(out.type)) {
    if (const auto terms = terms_of(out); !terms) return fail(terms.error().what, at(body), terms.error().hint);
  }
  return out;
}

}  // namespace tocsin::sigma
