#include "sigma/describe.h"

#include <fmt/core.h>

#include <arpa/inet.h>

#include <algorithm>

#include "sigma/pattern.h"
#include "sigma/regex.h"

namespace tocsin::sigma {
namespace {

constexpr std::string_view kOrders[] = {"<", "<=", ">", ">=", "=", "!="};
constexpr std::string_view kUnits[] = {"minute", "hour", "day", "week", "month", "year"};
constexpr std::size_t kChildrenShown = 40;  // of one node; a list of thousands helps nobody
constexpr std::size_t kDepthShown = 60;

struct Describer {
  std::string operator()(const Pattern& pattern) const {
    return fmt::format("{} '{}'", pattern.cased ? "is exactly" : "is", to_text(pattern));
  }
  std::string operator()(const Regex& regex) const { return "has /" + to_re2(regex) + "/"; }
  std::string operator()(const Cidr& cidr) const {
    const bool v4 = cidr.bits >= 96 &&
                    std::all_of(cidr.address, cidr.address + 10, [](auto byte) { return byte == 0; }) &&
                    cidr.address[10] == 0xff && cidr.address[11] == 0xff;
    char text[INET6_ADDRSTRLEN] = "";
    inet_ntop(v4 ? AF_INET : AF_INET6, cidr.address + (v4 ? 12 : 0), text, sizeof text);
    return fmt::format("in {}/{}", text, v4 ? cidr.bits - 96 : cidr.bits);
  }
  std::string operator()(const Compare& compare) const {
    return fmt::format("{} {}", kOrders[static_cast<int>(compare.order)], compare.number);
  }
  std::string operator()(const TimePart& part) const {
    return fmt::format("{} {} {}", kUnits[static_cast<int>(part.unit)], kOrders[static_cast<int>(part.order)],
                       part.number);
  }
  std::string operator()(const Exists& exists) const { return exists.wanted ? "exists" : "doesn't exist"; }
  std::string operator()(const Null&) const { return "is null"; }
  std::string operator()(const FieldRef& reference) const {
    static constexpr std::string_view kPlaces[] = {"is", "contains", "starts with", "ends with"};
    return fmt::format("{}{} the field {}", kPlaces[static_cast<int>(reference.place)],
                       reference.cased ? " exactly" : "", reference.field);
  }
};

const Selection* selection_at(const Rule& rule, std::uint32_t node) {
  for (const Selection& selection : rule.selections)
    if (selection.node == node) return &selection;
  return nullptr;
}

// The tree below a node, two spaces a level. Selections other than the one described are named, not repeated.
void append_tree(const Rule& rule, std::uint32_t index, std::size_t depth, const Selection* within, std::string& out) {
  out.append(2 * depth, ' ');
  const Selection* named = selection_at(rule, index);
  if (named != nullptr && named != within) {
    out += named->name + "\n";
    return;
  }
  const Node& node = rule.nodes[index];
  if (node.kind == Node::Kind::atom) {
    out += to_text(rule.atoms[node.atom]) + "\n";
    return;
  }
  static constexpr std::string_view kNames[] = {"", "all of", "any of", "not"};
  out += std::string(kNames[static_cast<int>(node.kind)]) + "\n";
  if (depth > kDepthShown) {
    out.append(2 * depth + 2, ' ');
    out += "…\n";
    return;
  }
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    if (i == kChildrenShown) {
      out.append(2 * depth + 2, ' ');
      out += fmt::format("… {} more\n", node.children.size() - i);
      break;
    }
    append_tree(rule, node.children[i], depth + 1, within, out);
  }
}

class Missing {
 public:
  static constexpr std::size_t kMissesMax = 1000, kDepthMax = 2000, kVisitsMax = 100'000;

  Missing(const Rule& rule, const Fields& fields)
      : rule_(rule), fields_(fields), truth_(evaluate_nodes(rule, fields)) {}

  std::vector<Miss> run() {
    if (!rule_.nodes.empty() && !truth_.back()) visit(static_cast<std::uint32_t>(rule_.nodes.size() - 1), true, "", 0);
    return std::move(out_);
  }

 private:
  // `wanted`: what this node would have to be. Nodes that are so already don't matter.
  void visit(std::uint32_t index, bool wanted, const std::string& selection, std::size_t depth) {
    if (truth_[index] == wanted || out_.size() >= kMissesMax || depth > kDepthMax || ++visits_ > kVisitsMax) return;
    const Node& node = rule_.nodes[index];
    const Selection* here = selection_at(rule_, index);
    const std::string& name = here == nullptr ? selection : here->name;
    if (node.kind == Node::Kind::atom) {
      const Atom& atom = rule_.atoms[node.atom];
      out_.push_back({name, to_text(atom), value_of(atom), !wanted});
      return;
    }
    for (const std::uint32_t child : node.children)
      visit(child, node.kind == Node::Kind::none ? !wanted : wanted, name, depth + 1);
  }

  std::string value_of(const Atom& atom) const {
    if (atom.field.empty()) return "(any value)";
    std::vector<Value> values;
    fields_.values(atom.field, values);
    if (values.empty()) return "(absent)";
    std::string out;
    for (const Value& value : values) {
      if (!out.empty()) out += ", ";
      out += value.is_null() ? "(null)" : "'" + std::string(value.text()) + "'";
    }
    return out;
  }

  const Rule& rule_;
  const Fields& fields_;
  std::vector<bool> truth_;
  std::vector<Miss> out_;
  std::size_t visits_ = 0;
};

}  // namespace

std::string to_text(const Test& test) { return std::visit(Describer{}, test); }

std::string to_text(const Atom& atom) {
  return (atom.field.empty() ? "(any field)" : atom.field) + " " + to_text(atom.test);
}

std::string describe(const Rule& rule) {
  std::string out = "logsource\n";
  for (const auto& [name, value] : {std::pair{"product", &rule.logsource.product},
                                    {"category", &rule.logsource.category},
                                    {"service", &rule.logsource.service}})
    if (!value->empty()) out += fmt::format("  {} {}\n", name, *value);
  for (const Selection& selection : rule.selections) {
    out += fmt::format("selection {}\n", selection.name);
    append_tree(rule, selection.node, 1, &selection, out);
  }
  out += "condition\n";
  if (!rule.nodes.empty()) append_tree(rule, static_cast<std::uint32_t>(rule.nodes.size() - 1), 1, nullptr, out);
  return out;
}

std::string describe(const Correlation& correlation, const RuleSet& rules) {
  static constexpr std::string_view kTypes[] = {"event_count", "value_count", "temporal",        "temporal_ordered",
                                                "value_sum",   "value_avg",   "value_percentile"};
  std::string out = fmt::format("correlation {} within {} s\n", kTypes[static_cast<int>(correlation.type)],
                                correlation.timespan_seconds);
  for (const Correlation::Input& input : correlation.inputs) {
    const Heading& part = input.correlation ? static_cast<const Heading&>(rules.correlations[input.index])
                                            : static_cast<const Heading&>(rules.rules[input.index]);
    out += fmt::format("  of {} '{}'\n", input.correlation ? "correlation" : "rule", part.title);
    for (std::size_t i = 0; i < correlation.group_by.size(); ++i)
      out += fmt::format("    {} is its {}\n", correlation.group_by[i], input.group_by[i]);
    for (const std::string& field : input.value_fields) out += fmt::format("    measures its {}\n", field);
  }
  for (const Correlation::Bound& bound : correlation.bounds)
    out += fmt::format("  when {} {}\n", kOrders[static_cast<int>(bound.order)], bound.number);
  if (correlation.percentile) out += fmt::format("  at percentile {}\n", *correlation.percentile);
  if (!correlation.condition.empty())
    out += fmt::format("  when its condition of {} parts holds\n", correlation.condition.size());
  return out;
}

// For each node, how many tests must change for it to be true, and how many for it to be false.
std::uint64_t distance(const Rule& rule, const Fields& fields) {
  const std::vector<bool> truth = evaluate_nodes(rule, fields);
  struct Cost {
    std::uint64_t yes, no;
  };
  constexpr std::uint64_t kMany = 1'000'000;  // a node without children can't change
  std::vector<Cost> costs(rule.nodes.size());
  for (std::size_t i = 0; i < rule.nodes.size(); ++i) {
    const Node& node = rule.nodes[i];
    std::uint64_t yes_sum = 0, no_sum = 0, yes_least = kMany, no_least = kMany;
    for (const std::uint32_t child : node.children) {
      yes_sum = std::min(kMany, yes_sum + costs[child].yes);
      no_sum = std::min(kMany, no_sum + costs[child].no);
      yes_least = std::min(yes_least, costs[child].yes);
      no_least = std::min(no_least, costs[child].no);
    }
    switch (node.kind) {
      case Node::Kind::atom:
        costs[i] = {truth[i] ? 0u : 1u, truth[i] ? 1u : 0u};
        break;
      case Node::Kind::all:
        costs[i] = {yes_sum, no_least};
        break;
      case Node::Kind::any:
        costs[i] = {yes_least, no_sum};
        break;
      case Node::Kind::none:
        costs[i] = {costs[node.children[0]].no, costs[node.children[0]].yes};
        break;
    }
  }
  return costs.empty() ? kMany : costs.back().yes;
}

std::vector<Miss> misses(const Rule& rule, const Fields& fields) { return Missing(rule, fields).run(); }

}  // namespace tocsin::sigma
