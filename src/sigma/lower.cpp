// Specification, "Detection": a map is AND, a list is OR, a list of maps an OR of ANDs, bare values are keywords.
// Recursion follows the nesting of the YAML document, which its reader bounds (kYamlDepthMax).
#include "sigma/lower.h"

#include <fmt/core.h>

#include <algorithm>

#include "sigma/condition.h"
#include "sigma/modifiers.h"

namespace tocsin::sigma {
namespace {

class Lowering {
 public:
  Lowering(const Placeholders& placeholders, Rule& rule, Placeholders& used)
      : placeholders_(placeholders), rule_(rule), used_(used) {}

  Result<std::uint32_t> selection(const Yaml& body) {
    if (body.is_scalar()) return item("", body);
    if (body.is_null() || body.items.empty()) return fail("a selection without content", fmt::format("{}", body.line));
    Node node{body.is_map() ? Node::Kind::all : Node::Kind::any, 0, {}};
    if (body.is_map()) {
      for (std::size_t i = 0; i < body.items.size(); i += 2) {
        TRY(const std::uint32_t child, item(body.items[i]->text, *body.items[i + 1]));
        node.children.push_back(child);
      }
    } else {
      for (const Yaml* element : body.items) {
        if (element->is_null()) return fail("null can't be a keyword", fmt::format("{}", element->line));
        TRY(const std::uint32_t child, selection(*element));
        node.children.push_back(child);
      }
    }
    return node.children.size() == 1 ? Result<std::uint32_t>(node.children[0]) : add(std::move(node));
  }

  Result<std::uint32_t> item(std::string_view key, const Yaml& values) {
    const std::size_t bar = std::min(key.find('|'), key.size());
    const std::string_view field = key.substr(0, bar);
    auto made = item_of(field, bar == key.size() ? std::string_view() : key.substr(bar + 1), values);
    if (made) return made;
    Error error = std::move(made).error();
    if (error.where.empty()) error.where = fmt::format("{}", values.line);
    if (!field.empty() || bar != key.size()) error.what = fmt::format("'{}': {}", key, error.what);
    return std::unexpected(std::move(error));
  }

  Result<std::uint32_t> add(Node node) {
    rule_.nodes.push_back(std::move(node));
    return static_cast<std::uint32_t>(rule_.nodes.size() - 1);
  }

 private:
  Result<std::uint32_t> item_of(std::string_view field, std::string_view modifiers, const Yaml& values) {
    if (values.is_map()) return fail("a map where a value should stand", fmt::format("{}", values.line));
    if (values.is_list() && values.items.empty()) return fail("an empty list can match nothing");
    const std::span<const Yaml* const> list = values.items;
    const Yaml* const single = &values;
    const std::span<const Yaml* const> scalars = values.is_list() ? list : std::span(&single, 1);

    Joining joining;
    std::vector<std::uint32_t> children;
    for (const Yaml* value : scalars) {
      if (!value->is_scalar() && !value->is_null())
        return fail("a list or map inside a list of values", fmt::format("{}", value->line));
      joining = {};
      std::vector<Item> items{start_item(*value)};
      for (std::string_view left = modifiers; !left.empty();) {
        const std::size_t bar = std::min(left.find('|'), left.size());
        TRY_VOID(apply(left.substr(0, bar), field.empty(), items, joining, placeholders_, used_));
        left.remove_prefix(std::min(bar + 1, left.size()));
      }
      TRY(const std::uint32_t node, value_node(field, items, !modifiers.empty()));
      children.push_back(node);
    }
    return joined(field, std::move(children), joining);
  }

  // The alternatives that modifiers made of one value.
  Result<std::uint32_t> value_node(std::string_view field, const std::vector<Item>& items, bool modified) {
    Node any{Node::Kind::any, 0, {}};
    for (const Item& item : items) {
      TRY(std::vector<Test> tests, finish(item, field.empty(), modified));
      for (Test& test : tests) {
        if (rule_.atoms.size() >= kAtomsMax)
          return fail(fmt::format("the rule has more than {} values once its modifiers are applied", kAtomsMax),
                      fmt::format("{}", item.source->line));
        rule_.atoms.push_back({std::string(field), std::move(test)});
        TRY(const std::uint32_t atom, add({Node::Kind::atom, static_cast<std::uint32_t>(rule_.atoms.size() - 1), {}}));
        any.children.push_back(atom);
      }
    }
    return any.children.size() == 1 ? Result<std::uint32_t>(any.children[0]) : add(std::move(any));
  }

  // `neq`: the field is different from the specified values, from all of them. Before `all` it denies each value, after
  // `all` the whole.
  Result<std::uint32_t> joined(std::string_view field, std::vector<std::uint32_t> children, const Joining& joining) {
    if (joining.negated) {
      TRY(const bool references, refer(field, children));
      if (references) return add({Node::Kind::all, 0, std::move(children)});
    }
    const bool all = joining.all && !joining.negated_before_all;
    std::uint32_t node = children[0];
    if (children.size() > 1) {
      TRY(node, add({all ? Node::Kind::all : Node::Kind::any, 0, std::move(children)}));
    }
    return joining.negated ? add({Node::Kind::none, 0, {node}}) : Result<std::uint32_t>(node);
  }

  // A reference is only different where both fields have a value; a child that is one is replaced by its denial.
  Result<bool> refer(std::string_view field, std::vector<std::uint32_t>& children) {
    for (std::uint32_t& child : children) {
      const Node& node = rule_.nodes[child];
      if (node.kind != Node::Kind::atom) return false;
      const auto* reference = std::get_if<FieldRef>(&rule_.atoms[node.atom].test);
      if (reference == nullptr) return false;
      const std::string other = reference->field;
      Node both{Node::Kind::all, 0, {}};
      TRY(const std::uint32_t different, add({Node::Kind::none, 0, {child}}));
      both.children.push_back(different);
      for (const std::string_view name : {field, std::string_view(other)}) {
        rule_.atoms.push_back({std::string(name), Null{}});
        TRY(const std::uint32_t null, add({Node::Kind::atom, static_cast<std::uint32_t>(rule_.atoms.size() - 1), {}}));
        TRY(const std::uint32_t present, add({Node::Kind::none, 0, {null}}));
        both.children.push_back(present);
      }
      TRY(child, add(std::move(both)));
    }
    return true;
  }

  const Placeholders& placeholders_;
  Rule& rule_;
  Placeholders& used_;
};

}  // namespace

Result<std::uint32_t> lower_item(std::string_view key, const Yaml& values, const Placeholders& placeholders, Rule& rule,
                                 Placeholders& used) {
  return Lowering(placeholders, rule, used).item(key, values);
}

Result<std::uint32_t> lower_detection(const Yaml& body, std::span<const std::string_view> skip,
                                      const Placeholders& placeholders, Rule& rule, Placeholders& used) {
  Lowering lowering(placeholders, rule, used);
  std::vector<Selection> selections;
  for (std::size_t i = 0; i < body.items.size(); i += 2) {
    const std::string_view name = body.items[i]->text;
    if (name == "condition" || std::find(skip.begin(), skip.end(), name) != skip.end()) continue;
    auto node = lowering.selection(*body.items[i + 1]);
    if (!node) {
      Error error = std::move(node).error();
      error.what = fmt::format("selection '{}': {}", name, error.what);
      return std::unexpected(std::move(error));
    }
    selections.push_back({std::string(name), *node});
  }
  const Yaml* condition = body.find("condition");
  if (condition == nullptr || condition->is_null() || condition->is_map() ||
      (condition->is_list() && condition->items.empty()))
    return fail("there is no condition", fmt::format("{}", body.line));
  const Yaml* const single = condition;
  const std::span<const Yaml* const> list = condition->is_list() ? condition->items : std::span(&single, 1);
  Node any{Node::Kind::any, 0, {}};  // a list of conditions: OR
  for (const Yaml* text : list) {
    if (!text->is_scalar()) return fail("a condition is text, or a list of texts", fmt::format("{}", text->line));
    auto node = parse_condition(text->text, selections, rule.nodes);
    if (!node) {
      Error error = std::move(node).error();
      error.where = fmt::format("{}", text->line);
      return std::unexpected(std::move(error));
    }
    any.children.push_back(*node);
  }
  rule.selections.insert(rule.selections.end(), std::make_move_iterator(selections.begin()),
                         std::make_move_iterator(selections.end()));
  return any.children.size() == 1 ? Result<std::uint32_t>(any.children[0]) : lowering.add(std::move(any));
}

}  // namespace tocsin::sigma
