// Specification, "Filters": the examples select what a rule may still match (`condition: not selection` to exclude),
// and the reference converter joins with `and`; so do we.
#include "sigma/filter.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/hash.h"
#include "base/text.h"

namespace tocsin::sigma {
namespace {

// Every part that the filter gives is given by the rule and equal: a filter for product windows covers all of it.
bool covers(const Logsource& filter, const Logsource& rule) {
  const auto part = [](const std::string& wanted, const std::string& given) {
    return wanted.empty() || fold(wanted) == fold(given);
  };
  return part(filter.product, rule.product) && part(filter.category, rule.category) &&
         part(filter.service, rule.service);
}

}  // namespace

Result<FilterUse> apply_filter(const Document& document, std::span<Rule> rules, const Placeholders& placeholders) {
  Heading heading;
  TRY_VOID(read_heading(document, heading));
  const Yaml& root = *document.root;
  TRY(const Logsource logsource, read_logsource(root));
  const Yaml& body = *root.find("filter");
  const std::string line = fmt::format("{}", body.line);
  if (!body.is_map()) return fail("the filter is no map of rules, selections and condition", line);
  const std::vector<std::string> named = texts_of(body.find("rules"));
  if (named.empty()) return fail("the filter names no rules", line, "list ids or names, or write `rules: any`");
  const bool any = named.size() == 1 && named[0] == "any";

  static constexpr std::string_view kSkip[] = {"rules"};
  Rule filter;
  Placeholders used;
  TRY(const std::uint32_t top, lower_detection(body, kSkip, placeholders, filter, used));

  FilterUse use{heading.path, heading.id, heading.title, heading.line, {}, {}};
  std::vector<bool> found(named.size());
  for (Rule& rule : rules) {
    bool wanted = any;
    for (std::size_t i = 0; !any && i < named.size(); ++i)
      if ((named[i] == rule.id || named[i] == rule.name) && covers(logsource, rule.logsource)) wanted = found[i] = true;
    if (!wanted || !covers(logsource, rule.logsource)) continue;
    use.rules.push_back(rule.id.empty() ? rule.title : rule.id);

    const auto atoms = static_cast<std::uint32_t>(rule.atoms.size());
    const auto nodes = static_cast<std::uint32_t>(rule.nodes.size());
    rule.atoms.insert(rule.atoms.end(), filter.atoms.begin(), filter.atoms.end());
    for (Node node : filter.nodes) {
      node.atom += node.kind == Node::Kind::atom ? atoms : 0;
      for (std::uint32_t& child : node.children) child += nodes;
      rule.nodes.push_back(std::move(node));
    }
    rule.nodes.push_back({Node::Kind::all, 0, {nodes - 1, top + nodes}});
    for (const Selection& selection : filter.selections)
      rule.selections.push_back({fmt::format("{} (filter {})", selection.name, use.title), selection.node + nodes});
    rule.content_hash = sha256(rule.content_hash + heading.content_hash).hex();
  }
  for (std::size_t i = 0; !any && i < named.size(); ++i)
    if (!found[i]) use.missing.push_back(named[i]);
  if (use.rules.empty())
    return fail(any ? std::string("the filter's logsource covers no rule that is loaded")
                    : fmt::format("the filter names '{}', which is not loaded or of another logsource", named[0]),
                line);
  return use;
}

}  // namespace tocsin::sigma
