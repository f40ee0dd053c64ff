#include "sigma/load.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "base/hash.h"
#include "sigma/document.h"

namespace tocsin::sigma {
namespace {

namespace fs = std::filesystem;

bool is_rule_file(const fs::path& path) { return path.extension() == ".yml" || path.extension() == ".yaml"; }

Refusal refusal(const Document& document, const Error& error) {
  Refusal out{std::string(document.path), document.root->line, id_of(*document.root), error.what, error.hint};
  if (!error.where.empty()) out.line = static_cast<std::uint32_t>(std::stoul("0" + error.where));
  return out;
}

Result<Rule> lower_rule(const Document& document, const LoadOptions& options) {
  Rule rule;
  TRY_VOID(read_heading(document, rule));
  const Yaml& root = *document.root;
  if (!options.all_status && (rule.status == "deprecated" || rule.status == "unsupported"))
    return fail("status: " + rule.status, fmt::format("{}", root.find("status")->line),
                rule.status == "deprecated" ? "another rule replaces it" : "its author says that it can't be used as it stands");
  TRY(rule.logsource, read_logsource(root));
  const Yaml* detection = root.find("detection");
  if (detection == nullptr || !detection->is_map())
    return fail("there is no detection", fmt::format("{}", detection == nullptr ? root.line : detection->line));
  Placeholders used;
  static constexpr std::string_view kSkip[] = {"timeframe"};
  TRY(const std::uint32_t top, lower_detection(*detection, kSkip, options.placeholders, rule, used));
  if (top + 1 != rule.nodes.size()) rule.nodes.push_back({Node::Kind::all, 0, {top}});
  if (!used.empty()) {
    std::string text = rule.content_hash;
    for (const auto& [name, values] : used) {
      text += fmt::format("%{}:{}", name.size(), name);
      for (const std::string& value : values) text += fmt::format("={}:{}", value.size(), value);
    }
    rule.content_hash = sha256(text).hex();
  }
  return rule;
}

}  // namespace

Result<std::vector<std::string>> find_rule_files(std::span<const std::string> paths) {
  std::set<std::string> out;
  std::set<std::string> seen;  // by canonical path: folders may overlap
  const auto take = [&](const fs::path& path) {
    std::error_code error;
    const fs::path real = fs::canonical(path, error);
    if (seen.insert(error ? path.string() : real.string()).second) out.insert(path.lexically_normal().string());
  };
  for (const std::string& path : paths) {
    std::error_code error;
    if (!fs::exists(path, error)) return fail("there is no such file or folder", path);
    if (!fs::is_directory(path, error)) {
      take(path);
      continue;
    }
    for (auto at = fs::recursive_directory_iterator(path, fs::directory_options::skip_permission_denied, error);
         !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
      if (at->path().filename().string().starts_with('.')) {
        if (at->is_directory(error)) at.disable_recursion_pending();
      } else if (is_rule_file(at->path()) && at->is_regular_file(error)) {
        take(at->path());
      }
      error.clear();
    }
  }
  return std::vector<std::string>(out.begin(), out.end());
}

std::vector<RuleText> read_rule_files(std::span<const std::string> files, const LoadOptions& options,
                                      std::vector<Refusal>& refused) {
  std::vector<RuleText> out;
  for (const std::string& path : files) {
    std::ifstream file(path, std::ios::binary);
    std::error_code error;
    const std::uintmax_t size = fs::file_size(path, error);
    if (!file || error) {
      refused.push_back({path, 0, "", "the file can't be read", "look at its permissions"});
      continue;
    }
    if (size > options.file_bytes_max) {
      refused.push_back({path, 0, "", fmt::format("the file has {} bytes, the most is {}", size, options.file_bytes_max), ""});
      continue;
    }
    std::string text(size, '\0');
    file.read(text.data(), static_cast<std::streamsize>(size));
    text.resize(static_cast<std::size_t>(file.gcount()));
    out.push_back({path, std::move(text)});
  }
  return out;
}

RuleSet load_texts(std::span<const RuleText> texts, const LoadOptions& options) {
  std::vector<const RuleText*> sorted;
  for (const RuleText& text : texts) sorted.push_back(&text);
  std::stable_sort(sorted.begin(), sorted.end(), [](const RuleText* a, const RuleText* b) { return a->path < b->path; });

  RuleSet out;
  Arena arena;
  std::vector<Document> documents;
  for (const RuleText* text : sorted) read_documents(text->path, text->text, arena, documents, out.refused);

  std::map<std::string, std::string, std::less<>> places;  // id → where it stands
  for (const Document& document : documents) {
    if (document.kind == Document::Kind::other) {
      ++out.ignored;
      continue;
    }
    if (document.kind != Document::Kind::rule) continue;
    auto rule = lower_rule(document, options);
    if (rule && !rule->id.empty()) {
      const auto [at, fresh] = places.emplace(rule->id, fmt::format("{}:{}", rule->path, rule->line));
      if (!fresh)
        rule = fail(fmt::format("the id '{}' stands already in {}", rule->id, at->second), "", "give one of them an id of its own");
    }
    if (rule) {
      out.rules.push_back(std::move(*rule));
    } else {
      out.refused.push_back(refusal(document, rule.error()));
    }
  }
  std::stable_sort(out.refused.begin(), out.refused.end(), [](const Refusal& a, const Refusal& b) {
    return std::tie(a.path, a.line) < std::tie(b.path, b.line);
  });
  return out;
}

Result<RuleSet> load(std::span<const std::string> paths, const LoadOptions& options) {
  TRY(const std::vector<std::string> files, find_rule_files(paths));
  std::vector<Refusal> unreadable;
  const std::vector<RuleText> texts = read_rule_files(files, options, unreadable);
  RuleSet out = load_texts(texts, options);
  out.refused.insert(out.refused.begin(), unreadable.begin(), unreadable.end());
  return out;
}

Result<Placeholders> parse_placeholders(std::string_view text, const std::string& path) {
  Arena arena;
  const YamlDocuments read = read_yaml(text, arena);
  if (read.error) return fail(read.error->what, path + ":" + read.error->where);
  Placeholders out;
  for (const Yaml* root : read.documents) {
    if (!root->is_map()) return fail("placeholders are written `name: [value, …]`", fmt::format("{}:{}", path, root->line));
    for (std::size_t i = 0; i < root->items.size(); i += 2) {
      std::vector<std::string> values = texts_of(root->items[i + 1]);
      if (values.empty())
        return fail(fmt::format("the placeholder '{}' has no values", root->items[i]->text),
                    fmt::format("{}:{}", path, root->items[i]->line));
      out[std::string(root->items[i]->text)] = std::move(values);
    }
  }
  return out;
}

Result<Placeholders> read_placeholders(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail("the file can't be read", path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return parse_placeholders(text, path);
}

}  // namespace tocsin::sigma
