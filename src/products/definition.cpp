// Everything unknown is refused by file and line: a misspelt key would silently leave a field empty.
#include "products/definition.h"

#include <fmt/core.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <optional>

#include "base/arena.h"
#include "base/yaml.h"

namespace tocsin::products {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFileMax = 4u << 20;

class Parser {
 public:
  explicit Parser(std::string_view path) : path_(path) {}

  Result<Definition> run(const Yaml& root) {
    Definition out;
    out.path = path_;
    if (!root.is_map())
      return refuse(root, "a product definition is a map", "product, recognise, messages, records, …");
    if (const Yaml* tables = root.find("tables")) TRY_VOID(read_tables(*tables));
    if (const Yaml* parts = root.find("parts")) TRY_VOID(read_parts(*parts));
    for (std::size_t i = 0; i < root.items.size(); i += 2) {
      const Yaml &key = *root.items[i], &value = *root.items[i + 1];
      const std::string_view name = key.text;
      if (name == "product") {
        TRY(out.product, text(value, "product"));
        if (out.product.empty() ||
            out.product.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-._") != std::string::npos)
          return refuse(value, fmt::format("the product's name '{}'", out.product), "small letters, digits and -._");
      } else if (name == "title") {
        TRY(out.title, text(value, "title"));
      } else if (name == "logsource") {
        TRY_VOID(read_logsource(value, out));
      } else if (name == "recognise") {
        TRY(out.recognise, recognise(value));
      } else if (name == "messages") {
        TRY_VOID(each(value, "messages", [&](const Yaml& item) { return message(item, out); }));
      } else if (name == "records") {
        TRY_VOID(each(value, "records", [&](const Yaml& item) { return record(item, out); }));
      } else if (name != "tables" && name != "parts") {
        TRY(const bool known, meaning(key, value, out.meaning));
        if (!known)
          return refuse(
              key, fmt::format("unknown key '{}'", name),
              "a definition has product, title, logsource, recognise, tables, parts, set, map, grade, activity, "
              "messages, records");
      }
    }
    if (out.product.empty()) return refuse(root, "no `product`", "product: name");
    if (out.recognise.empty())
      return refuse(root, "no `recognise`",
                    "recognise: [{source: syslog, program: sshd}], or every record would be it");
    if (out.messages.empty() && out.records.empty()) return refuse(root, "neither `messages` nor `records`", "");
    return finish(std::move(out));
  }

 private:
  std::unexpected<Error> refuse(const Yaml& at, std::string what, std::string hint = {}) const {
    return fail(std::move(what), fmt::format("{}:{}", path_, at.line), std::move(hint));
  }

  Result<std::string> text(const Yaml& node, std::string_view what) const {
    if (!node.is_scalar()) return refuse(node, fmt::format("`{}` must be a plain value", what));
    return std::string(node.text);
  }

  // A scalar or a list of scalars.
  Result<std::vector<std::string>> texts(const Yaml& node, std::string_view what) const {
    std::vector<std::string> out;
    if (node.is_scalar()) {
      out.emplace_back(node.text);
    } else if (node.is_list() && !node.items.empty()) {
      for (const Yaml* item : node.items) {
        TRY(std::string one, text(*item, what));
        out.push_back(std::move(one));
      }
    } else {
      return refuse(node, fmt::format("`{}`: a value or a list of values belongs here", what));
    }
    return out;
  }

  template <class F>
  Result<void> each(const Yaml& node, std::string_view what, F&& f) const {
    if (!node.is_list()) return refuse(node, fmt::format("`{}` must be a list", what));
    for (const Yaml* item : node.items) {
      if (!item->is_map()) return refuse(*item, fmt::format("`{}` holds maps", what));
      TRY_VOID(f(*item));
    }
    return {};
  }

  using Table = std::vector<std::pair<std::string, std::string>>;
  Result<Table> table(const Yaml& node) const {
    Table out;
    if (!node.is_map()) return refuse(node, "a table is a map", "table: {'0': success, '1': failure}");
    for (std::size_t i = 0; i < node.items.size(); i += 2) {
      TRY(std::string value, text(*node.items[i + 1], "table"));
      out.emplace_back(node.items[i]->text, std::move(value));
    }
    return out;
  }

  Result<void> read_tables(const Yaml& node) {
    if (!node.is_map()) return refuse(node, "`tables` is a map of tables");
    for (std::size_t i = 0; i < node.items.size(); i += 2) {
      TRY(Table made, table(*node.items[i + 1]));
      tables_[std::string(node.items[i]->text)] = std::move(made);
    }
    return {};
  }

  // parts: {subject: {map: …, set: …, grade: …}}, for `with: [subject]`.
  Result<void> read_parts(const Yaml& node) {
    if (!node.is_map()) return refuse(node, "`parts` is a map of parts");
    for (std::size_t i = 0; i < node.items.size(); i += 2) {
      const Yaml &name = *node.items[i], &part = *node.items[i + 1];
      if (!part.is_map()) return refuse(part, "a part is a map", "map, set, grade, with");
      Meaning made;
      for (std::size_t k = 0; k < part.items.size(); k += 2) {
        TRY(const bool known, meaning(*part.items[k], *part.items[k + 1], made));
        if (!known) return refuse(*part.items[k], "unknown key in a part", "map, set, grade, with");
      }
      parts_[std::string(name.text)] = std::move(made);
    }
    return {};
  }

  Result<void> read_logsource(const Yaml& node, Definition& out) const {
    if (!node.is_map()) return refuse(node, "logsource must be a map");
    for (std::size_t i = 0; i < node.items.size(); i += 2) {
      const Yaml &key = *node.items[i], &value = *node.items[i + 1];
      std::string* part = key.text == "product"    ? &out.logsource.product
                          : key.text == "category" ? &out.logsource.category
                          : key.text == "service"  ? &out.logsource.service
                                                   : nullptr;
      if (part == nullptr)
        return refuse(key, fmt::format("unknown logsource part '{}'", key.text), "product, category or service");
      TRY(*part, text(value, key.text));
    }
    return {};
  }

  Result<When> when(const Yaml& node) const {
    When out;
    if (!node.is_map() || node.items.empty())
      return refuse(node, "conditions are a map", "{source: syslog, program: [sshd, sshd-session]}");
    for (std::size_t i = 0; i < node.items.size(); i += 2) {
      const Yaml* value = node.items[i + 1];
      Condition condition;
      condition.key = node.items[i]->text;
      condition.line = node.items[i]->line;
      if (value->is_map()) {
        const Yaml* inner = value->find("not");
        if (inner == nullptr || value->items.size() != 2)
          return refuse(*value, fmt::format("the condition on '{}'", condition.key), "a value, a list, or {not: …}");
        condition.negated = true;
        value = inner;
      }
      const auto add = [&](const Yaml& one) -> Result<void> {
        if (one.is_null()) {
          condition.absent = true;
        } else {
          TRY(std::string made, text(one, condition.key));
          condition.values.push_back(std::move(made));
        }
        return {};
      };
      if (value->is_list() && !value->items.empty()) {
        for (const Yaml* item : value->items) TRY_VOID(add(*item));
      } else {
        TRY_VOID(add(*value));
      }
      out.push_back(std::move(condition));
    }
    return out;
  }

  Result<std::vector<When>> recognise(const Yaml& node) const {
    std::vector<When> out;
    TRY_VOID(each(node, "recognise", [&](const Yaml& item) -> Result<void> {
      TRY(When one, when(item));
      if (std::ranges::none_of(one, [](const Condition& c) { return c.key == "source" && !c.negated; }))
        return refuse(item, "`recognise` without `source`", "say which reader's records: {source: syslog, …}");
      out.push_back(std::move(one));
      return {};
    }));
    return out;
  }

  Result<MapRule> map_rule(std::string_view ecs, const Yaml& node) const {
    MapRule out;
    out.ecs = ecs;
    out.line = node.line;
    if (!node.is_map()) {
      TRY(out.fields, texts(node, ecs));
      return out;
    }
    for (std::size_t i = 0; i < node.items.size(); i += 2) {
      const Yaml &key = *node.items[i], &value = *node.items[i + 1];
      if (key.text == "field" || key.text == "first") {
        TRY(out.fields, texts(value, key.text));
      } else if (key.text == "as") {
        TRY(out.as, text(value, "as"));
      } else if (key.text == "table") {
        out.has_table = true;
        if (value.is_scalar()) {
          const auto found = tables_.find(std::string(value.text));
          if (found == tables_.end())
            return refuse(value, fmt::format("no table '{}'", value.text), "name it under `tables`");
          out.table = found->second;
        } else {
          TRY(out.table, table(value));
        }
      } else if (key.text == "else") {
        TRY(out.otherwise, text(value, "else"));
        out.has_otherwise = true;
      } else if (key.text == "all") {
        const auto all = value.boolean();
        if (!all) return refuse(value, "`all` is true or false");
        out.all = *all;
      } else {
        return refuse(key, fmt::format("unknown key '{}'", key.text), "field, first, as, table, else, all");
      }
    }
    if (out.fields.empty()) return refuse(node, fmt::format("the mapping of '{}' names no field", ecs), "field: NAME");
    return out;
  }

  Result<void> read_map(const Yaml& node, std::vector<MapRule>& out) const {
    if (!node.is_map()) return refuse(node, "`map` is a map of ECS fields");
    for (std::size_t i = 0; i < node.items.size(); i += 2) {
      const Yaml &key = *node.items[i], &value = *node.items[i + 1];
      if (value.is_list() && !value.items.empty() && value.items[0]->is_map()) {
        for (const Yaml* item : value.items) {
          TRY(MapRule rule, map_rule(key.text, *item));
          out.push_back(std::move(rule));
        }
      } else {
        TRY(MapRule rule, map_rule(key.text, value));
        out.push_back(std::move(rule));
      }
    }
    return {};
  }

  // True when the key is one of a meaning's.
  Result<bool> meaning(const Yaml& key, const Yaml& value, Meaning& out) const {
    if (key.text == "map") {
      TRY_VOID(read_map(value, out.map));
    } else if (key.text == "set") {
      if (!value.is_map()) return refuse(value, "`set` is a map of ECS fields");
      for (std::size_t i = 0; i < value.items.size(); i += 2) {
        TRY(auto values, texts(*value.items[i + 1], value.items[i]->text));
        out.set.push_back({std::string(value.items[i]->text), std::move(values), value.items[i]->line});
      }
    } else if (key.text == "grade") {
      if (!value.is_map()) return refuse(value, "`grade` is a map of ECS fields");
      for (std::size_t i = 0; i < value.items.size(); i += 2) {
        const Yaml& given = *value.items[i + 1];
        const auto found = std::ranges::find(kProvenanceNames, given.text);
        if (!given.is_scalar() || found == std::end(kProvenanceNames))
          return refuse(given, fmt::format("unknown grade '{}'", given.text), "trusted, peer, attacker or ambiguous");
        out.grade.push_back({std::string(value.items[i]->text),
                             static_cast<Provenance>(found - std::begin(kProvenanceNames)), value.items[i]->line});
      }
    } else if (key.text == "with") {
      TRY(const auto wanted, texts(value, "with"));
      for (const std::string& one : wanted) {
        const auto found = parts_.find(one);
        if (found == parts_.end())
          return refuse(value, fmt::format("no part '{}'", one), "name it under `parts`, before");
        out.with.push_back(found->second);
      }
    } else if (key.text == "activity") {
      const auto found = std::ranges::find(kActivityKindNames, value.text);
      if (!value.is_scalar() || found == std::end(kActivityKindNames))
        return refuse(value, fmt::format("unknown activity '{}'", value.text),
                      "login, mail-access, mailbox-change, web-request, name-lookup");
      out.activity = static_cast<ActivityKind>(found - std::begin(kActivityKindNames));
    } else {
      return false;
    }
    return true;
  }

  Result<void> message(const Yaml& node, Definition& out) const {
    Message made;
    made.line = node.line;
    for (std::size_t i = 0; i < node.items.size(); i += 2) {
      const Yaml &key = *node.items[i], &value = *node.items[i + 1];
      if (key.text == "id") {
        TRY(made.id, text(value, "id"));
      } else if (key.text == "of") {
        TRY(made.of, text(value, "of"));
      } else if (key.text == "text") {
        TRY(made.texts, texts(value, "text"));
        if (value.is_list()) {
          for (const Yaml* item : value.items) made.lines.push_back(item->line);
        } else {
          made.lines.push_back(value.line);
        }
      } else if (key.text == "when") {
        TRY(made.when, when(value));
      } else {
        TRY(const bool known, meaning(key, value, made.meaning));
        if (!known)
          return refuse(key, fmt::format("unknown key '{}'", key.text),
                        "a message has id, of, text, when, set, map, grade, activity");
      }
    }
    if (made.id.empty()) return refuse(node, "a message without an id", "id: failed-password");
    if (made.texts.empty())
      return refuse(node, fmt::format("message '{}' has no text", made.id), "text: '…<name:type>…'");
    out.messages.push_back(std::move(made));
    return {};
  }

  Result<void> record(const Yaml& node, Definition& out) const {
    RecordRule made;
    made.line = node.line;
    for (std::size_t i = 0; i < node.items.size(); i += 2) {
      const Yaml &key = *node.items[i], &value = *node.items[i + 1];
      if (key.text == "id") {
        TRY(made.id, text(value, "id"));
      } else if (key.text == "when") {
        TRY(made.when, when(value));
      } else {
        TRY(const bool known, meaning(key, value, made.meaning));
        if (!known)
          return refuse(key, fmt::format("unknown key '{}'", key.text),
                        "a record has id, when, set, map, grade, activity");
      }
    }
    if (made.id.empty()) return refuse(node, "a record rule without an id", "id: logon-failed");
    out.records.push_back(std::move(made));
    return {};
  }

  Result<Definition> finish(Definition out) const {
    std::map<std::string, std::uint32_t> ids;
    const auto once = [&](const std::string& id, std::uint32_t line) -> Result<void> {
      if (const auto [found, is_new] = ids.emplace(id, line); !is_new)
        return fail(fmt::format("the id '{}' stands twice", id), fmt::format("{}:{}", path_, line),
                    fmt::format("first in line {}", found->second));
      return {};
    };
    for (Message& message : out.messages) {
      TRY_VOID(once(message.id, message.line));
      if (message.meaning.activity == ActivityKind::none) message.meaning.activity = out.meaning.activity;
    }
    for (RecordRule& record : out.records) {
      TRY_VOID(once(record.id, record.line));
      if (record.meaning.activity == ActivityKind::none) record.meaning.activity = out.meaning.activity;
    }
    return out;
  }

  std::string path_;
  std::map<std::string, Table> tables_;
  std::map<std::string, Meaning> parts_;
};

}  // namespace

Result<Definition> parse_definition(std::string_view text, std::string_view path) {
  Arena arena;
  const YamlDocuments yaml = read_yaml(text, arena);
  if (yaml.error) return fail(yaml.error->what, fmt::format("{}:{}", path, yaml.error->where), yaml.error->hint);
  if (yaml.documents.size() != 1) return fail("one YAML document belongs in this file", std::string(path));
  return Parser(path).run(*yaml.documents[0]);
}

Result<Definition> load_definition(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return fail("can't open the product definition", file.string());
  std::string text;
  char block[1 << 16];
  while (in.read(block, sizeof block) || in.gcount() > 0) {
    text.append(block, static_cast<std::size_t>(in.gcount()));
    if (text.size() > kFileMax) return fail("the file is larger than 4 MiB", file.string());
  }
  return parse_definition(text, file.string());
}

Result<std::vector<Definition>> load_definitions(std::span<const std::string> paths) {
  std::vector<fs::path> files;
  for (const std::string& path : paths) {
    std::error_code error;
    if (fs::is_directory(path, error)) {
      for (auto at = fs::recursive_directory_iterator(path, error); at != fs::recursive_directory_iterator();
           at.increment(error)) {
        if (error) break;
        if (at->path().extension() == ".yml") files.push_back(at->path());
      }
    } else {
      files.emplace_back(path);
    }
    if (error) return fail("can't read: " + error.message(), path);
  }
  std::ranges::sort(files);
  std::vector<Definition> out;
  for (const fs::path& file : files) {
    TRY(Definition one, load_definition(file));
    for (const Definition& other : out)
      if (other.product == one.product)
        return fail(fmt::format("the product '{}' is defined twice", one.product), one.path, "first in " + other.path);
    out.push_back(std::move(one));
  }
  std::ranges::sort(out, {}, &Definition::product);
  return out;
}

}  // namespace tocsin::products
