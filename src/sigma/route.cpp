// The file is ours but users may bring their own, so everything unknown in it is refused by name and line: a
// misspelt key would otherwise silently unfeed hundreds of rules.
#include "sigma/route.h"

#include <fmt/core.h>

#include <algorithm>
#include <fstream>

#include "base/arena.h"
#include "base/text.h"
#include "base/yaml.h"

namespace tocsin::sigma {
namespace {

constexpr std::size_t kFileMax = 16u << 20;

std::string at(std::string_view where, const Yaml& node) { return fmt::format("{}:{}", where, node.line); }

// A scalar or a list of scalars.
Result<std::vector<std::string>> texts(const Yaml& node, std::string_view where) {
  std::vector<std::string> out;
  if (node.is_scalar()) {
    out.emplace_back(node.text);
    return out;
  }
  if (!node.is_list() || node.items.empty()) return fail("a value or a list of values belongs here", at(where, node));
  for (const Yaml* item : node.items) {
    if (!item->is_scalar()) return fail("a list of plain values belongs here", at(where, *item));
    out.emplace_back(item->text);
  }
  return out;
}

Result<Logsource> parse_logsource(const Yaml& node, std::string_view where) {
  Logsource out;
  if (!node.is_map()) return fail("logsource must be a map", at(where, node));
  for (std::size_t i = 0; i < node.items.size(); i += 2) {
    const Yaml &key = *node.items[i], &value = *node.items[i + 1];
    std::string* part = key.text == "product"    ? &out.product
                        : key.text == "category" ? &out.category
                        : key.text == "service"  ? &out.service
                                                 : nullptr;
    if (part == nullptr)
      return fail(fmt::format("unknown logsource part '{}'", key.text), at(where, key), "product, category or service");
    if (!value.is_scalar()) return fail(fmt::format("{} must be a plain value", key.text), at(where, value));
    *part = fold(value.text);
  }
  return out;
}

Result<LogsourceEntry> parse_entry(const Yaml& node, std::string_view where) {
  LogsourceEntry entry;
  if (!node.is_map()) return fail("an entry must be a map", at(where, node));
  for (std::size_t i = 0; i < node.items.size(); i += 2) {
    const Yaml &key = *node.items[i], &value = *node.items[i + 1];
    if (key.text == "name" && value.is_scalar()) {
      entry.name = value.text;
    } else if (key.text == "logsource") {
      TRY(entry.logsource, parse_logsource(value, where));
    } else if (key.text == "when" && value.is_map()) {
      for (std::size_t j = 0; j < value.items.size(); j += 2) {
        TRY(auto values, texts(*value.items[j + 1], where));
        for (std::string& text : values) text = fold(text);
        entry.when.push_back({std::string(value.items[j]->text), std::move(values)});
      }
    } else if (key.text == "fields" && value.is_map()) {
      for (std::size_t j = 0; j < value.items.size(); j += 2) {
        TRY(auto names, texts(*value.items[j + 1], where));
        entry.fields.emplace(value.items[j]->text, std::move(names));
      }
    } else if (key.text == "holds" && value.is_list()) {
      for (const Yaml* item : value.items) {
        TRY(auto names, texts(*item, where));
        entry.holds.insert(entry.holds.end(), names.begin(), names.end());
      }
      std::ranges::sort(entry.holds);
    } else if (key.text == "closed" && value.boolean()) {
      entry.closed = *value.boolean();
    } else {
      return fail(fmt::format("unknown or malformed key '{}'", key.text), at(where, key),
                  "an entry has name, logsource, when, fields, holds, closed");
    }
  }
  if (entry.name.empty()) return fail("an entry without a name", at(where, node));
  if (entry.when.empty())
    return fail(fmt::format("entry '{}' has no conditions under `when`", entry.name), at(where, node),
                "at least `source`, or every record would meet its rules");
  return entry;
}

}  // namespace

bool LogsourceEntry::feeds(const Logsource& rule) const {
  const auto given = [](const std::string& wanted, const std::string& folded_here) {
    return wanted.empty() || fold(wanted) == folded_here;
  };
  return given(rule.product, logsource.product) && given(rule.category, logsource.category) &&
         given(rule.service, logsource.service);
}

std::vector<std::string> LogsourceEntry::record_fields(std::string_view rule_field) const {
  const std::string field(rule_field);
  if (const auto found = fields.find(field); found != fields.end()) return found->second;
  if (!closed) return {field};
  for (const Condition& condition : when)
    if (condition.key == field && field != "source") return {field};
  for (const auto& [rule, record] : fields)
    if (std::ranges::find(record, field) != record.end()) return {field};
  return {};
}

bool LogsourceEntry::may_have(std::string_view rule_field) const {
  const std::vector<std::string> names = record_fields(rule_field);
  if (holds.empty()) return !names.empty();
  return std::ranges::any_of(names, [&](const std::string& record) {
    return std::ranges::binary_search(holds, record) || std::ranges::find(when, record, &Condition::key) != when.end();
  });
}

Result<Logsources> Logsources::parse(std::string_view text, std::string_view where) {
  Arena arena;
  const YamlDocuments yaml = read_yaml(text, arena);
  if (yaml.error) return fail(yaml.error->what, fmt::format("{}:{}", where, yaml.error->where));
  if (yaml.documents.size() != 1) return fail("one YAML document belongs in this file", std::string(where));
  const Yaml& root = *yaml.documents[0];
  const Yaml* sources = root.find("sources");
  if (sources == nullptr || !sources->is_list() || root.items.size() != 2)
    return fail("the file must hold one list `sources`", at(where, root));
  Logsources out;
  for (const Yaml* item : sources->items) {
    TRY(auto entry, parse_entry(*item, where));
    for (const LogsourceEntry& other : out.entries)
      if (other.name == entry.name)
        return fail(fmt::format("two entries are named '{}'", entry.name), at(where, *item));
    out.entries.push_back(std::move(entry));
  }
  return out;
}

Result<Logsources> Logsources::load(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in)
    return fail("can't open the map of logsources", file.string(), "it belongs to the program's data (share/tocsin)");
  std::string text;
  char block[1 << 16];
  while (in.read(block, sizeof block) || in.gcount() > 0) {
    text.append(block, static_cast<std::size_t>(in.gcount()));
    if (text.size() > kFileMax) return fail("the file is larger than 16 MiB", file.string());
  }
  return parse(text, file.string());
}

}  // namespace tocsin::sigma
