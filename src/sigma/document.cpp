#include "sigma/document.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/hash.h"

namespace tocsin::sigma {
namespace {

std::string line_of(const Yaml& node) { return fmt::format("{}", node.line); }

const Yaml* make_map(std::span<const Yaml* const> items, const Yaml& like, Arena& arena) {
  Yaml* node = arena.array<Yaml>(1).data();
  *node = like;
  const auto copy = arena.array<const Yaml*>(items.size());
  std::copy(items.begin(), items.end(), copy.begin());
  node->items = copy;
  node->weight = 1;
  for (const Yaml* item : items) node->weight += std::min<std::uint32_t>(item->weight, kYamlWeightMax);
  return node;
}

// Maps are merged key by key, everything else of `top` replaces what stands in `base`; keys of `base` first.
// As deep as the documents are, which is bounded.
const Yaml* merge(const Yaml& base, const Yaml& top, Arena& arena) {
  if (!base.is_map() || !top.is_map()) return &top;
  std::vector<const Yaml*> items(base.items.begin(), base.items.end());
  for (std::size_t i = 0; i < items.size(); i += 2)
    if (const Yaml* over = top.find(items[i]->text)) items[i + 1] = merge(*items[i + 1], *over, arena);
  for (std::size_t i = 0; i < top.items.size(); i += 2)
    if (base.find(top.items[i]->text) == nullptr) items.insert(items.end(), {top.items[i], top.items[i + 1]});
  return make_map(items, top, arena);
}

const Yaml* without(const Yaml& map, std::string_view key, Arena& arena) {
  std::vector<const Yaml*> items;
  for (std::size_t i = 0; i < map.items.size(); i += 2)
    if (map.items[i]->text != key) items.insert(items.end(), {map.items[i], map.items[i + 1]});
  return make_map(items, map, arena);
}

Document::Kind kind_of(const Yaml& root) {
  if (root.find("correlation") != nullptr) return Document::Kind::correlation;
  if (root.find("filter") != nullptr) return Document::Kind::filter;
  if (root.find("detection") != nullptr) return Document::Kind::rule;
  // Meant as a rule, though something is missing: it is named among the refused.
  if (root.find("logsource") != nullptr && (root.find("title") != nullptr || root.find("id") != nullptr))
    return Document::Kind::rule;
  return Document::Kind::other;
}

std::string text_of(const Yaml* node) { return node != nullptr && node->is_scalar() ? std::string(node->text) : ""; }

// "attack.t1110.003" → "T1110.003"
std::vector<std::string> techniques_of(const std::vector<std::string>& tags) {
  std::vector<std::string> out;
  for (const std::string& tag : tags) {
    if (!tag.starts_with("attack.t") || tag.size() < 12) continue;
    const std::string number = tag.substr(8);
    if (number.find_first_not_of("0123456789.") == std::string::npos) out.push_back("T" + number);
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace

void read_documents(std::string_view path, std::string_view text, Arena& arena, std::vector<Document>& out,
                    std::vector<Refusal>& refused) {
  YamlDocuments read = read_yaml(text, arena);
  const Yaml* global = nullptr;
  const Yaml* before = nullptr;
  std::uint64_t merged_weight = 0;
  for (const Yaml* root : read.documents) {
    if (!root->is_map()) {
      out.push_back({root, path, Document::Kind::other});
      continue;
    }
    const Yaml* action = root->find("action");
    const std::string word = text_of(action);
    if (action != nullptr && (word == "global" || word == "reset" || word == "repeat"))
      root = without(*root, "action", arena);
    if (word == "reset") {
      global = nullptr;
      continue;
    }
    if (word == "global") {
      global = global == nullptr ? root : merge(*global, *root, arena);
      continue;
    }
    if (word == "repeat" && before != nullptr) {
      root = merge(*before, *root, arena);
    } else if (global != nullptr) {
      root = merge(*global, *root, arena);
    }
    merged_weight += global != nullptr || word == "repeat" ? root->weight : 0;
    if (merged_weight > kYamlNodesMax) {
      refused.push_back(
          {std::string(path), root->line, id_of(*root), "the collection's global parts are too large", ""});
      return;
    }
    before = root;
    out.push_back({root, path, kind_of(*root)});
  }
  if (read.error) {
    refused.push_back({std::string(path), static_cast<std::uint32_t>(std::stoul("0" + read.error->where)), "",
                       read.error->what, read.error->hint});
  }
}

std::string id_of(const Yaml& root) { return text_of(root.find("id")); }
std::string name_of(const Yaml& root) { return text_of(root.find("name")); }

std::vector<std::string> texts_of(const Yaml* node) {
  std::vector<std::string> out;
  if (node != nullptr && node->is_scalar()) out.emplace_back(node->text);
  if (node != nullptr && node->is_list())
    for (const Yaml* item : node->items)
      if (item->is_scalar()) out.emplace_back(item->text);
  return out;
}

Result<Logsource> read_logsource(const Yaml& root) {
  const Yaml* source = root.find("logsource");
  if (source == nullptr || !source->is_map())
    return fail("there is no logsource", line_of(root), "say which events the rule is for: product, category, service");
  Logsource out{text_of(source->find("product")), text_of(source->find("category")), text_of(source->find("service")),
                text_of(source->find("definition"))};
  if (out.product.empty() && out.category.empty() && out.service.empty())
    return fail("the logsource names no product, category or service", line_of(*source));
  return out;
}

Result<void> read_heading(const Document& document, Heading& out) {
  const Yaml& root = *document.root;
  const auto text = [&](std::string_view key) { return text_of(root.find(key)); };
  out.path = document.path;
  out.line = root.line;
  out.id = text("id");
  out.name = text("name");
  out.title = text("title");
  out.status = text("status");
  out.description = text("description");
  out.date = text("date");
  out.modified = text("modified");
  for (const std::string& author : texts_of(root.find("author")))
    out.author += (out.author.empty() ? "" : ", ") + author;
  out.tags = texts_of(root.find("tags"));
  out.techniques = techniques_of(out.tags);
  out.fields = texts_of(root.find("fields"));
  out.falsepositives = texts_of(root.find("falsepositives"));
  out.references = texts_of(root.find("references"));
  out.content_hash = sha256(canonical(root)).hex();
  if (out.title.empty()) out.title = !out.name.empty() ? out.name : out.id;
  if (const Yaml* level = root.find("level"); level != nullptr && !level->is_null()) {
    const auto parsed = parse_level(level->text);
    if (!parsed)
      return fail(fmt::format("the level '{}' is none", level->text), line_of(*level),
                  "there are: informational, low, medium, high, critical");
    out.level = *parsed;
  }
  if (const std::string taxonomy = text("taxonomy"); !taxonomy.empty() && taxonomy != "sigma")
    return fail(fmt::format("the taxonomy '{}' is not known", taxonomy), line_of(*root.find("taxonomy")),
                "only the default one, sigma, is; its field names must be translated first");
  return {};
}

}  // namespace tocsin::sigma
