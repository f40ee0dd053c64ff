#include "sigma/load.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <tuple>

#include "base/hash.h"
#include "sigma/correlation.h"
#include "sigma/document.h"
#include "sigma/filter.h"

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
                rule.status == "deprecated" ? "another rule replaces it"
                                            : "its author says that it can't be used as it stands");
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

// The documents of all files on their way into one rule set: first the rules, then the filters that narrow them, then
// the correlations, each after those that it refers to.
class Loading {
 public:
  explicit Loading(const LoadOptions& options) : options_(options) {}

  RuleSet run(std::span<const RuleText* const> texts) {
    for (const RuleText* text : texts) read_documents(text->path, text->text, arena_, documents_, out_.refused);
    places_.resize(documents_.size());
    for (std::size_t i = 0; i < documents_.size(); ++i) index(i);
    for (std::size_t i = 0; i < documents_.size(); ++i)
      if (documents_[i].kind == Document::Kind::rule) take_rule(i);
    for (const Document& document : documents_)
      if (document.kind == Document::Kind::filter) take_filter(document);
    for (std::size_t i = 0; i < documents_.size(); ++i)
      if (documents_[i].kind == Document::Kind::correlation) take_correlations(i);
    silence_parts();
    std::stable_sort(out_.refused.begin(), out_.refused.end(), [](const Refusal& a, const Refusal& b) {
      return std::tie(a.path, a.line) < std::tie(b.path, b.line);
    });
    return std::move(out_);
  }

 private:
  // What became of a document.
  struct Place {
    enum class State : std::uint8_t { untouched, underway, loaded, refused };
    State state = State::untouched;
    std::uint32_t index = 0;         // into rules or correlations
    std::vector<std::size_t> parts;  // of a correlation: the documents that it refers to
    std::size_t next_part = 0;
  };

  void index(std::size_t i) {
    const Document& document = documents_[i];
    if (document.kind == Document::Kind::other) ++out_.ignored;
    if (document.kind != Document::Kind::rule && document.kind != Document::Kind::correlation) return;
    std::string id = id_of(*document.root), name = name_of(*document.root);
    if (name == id) name.clear();
    for (const std::string* word : {&id, &name}) {
      if (word->empty()) continue;
      const auto [at, fresh] = named_.try_emplace(*word, Named{i, 0});
      ++at->second.count;
      nearby_.try_emplace({document.path, *word}, i);
    }
  }

  void refuse(std::size_t i, const Error& error) {
    places_[i].state = Place::State::refused;
    out_.refused.push_back(refusal(documents_[i], error));
  }

  // Two documents of one id: the first in path and line stands, the other is refused.
  Result<void> claim_id(std::size_t i) {
    const std::string id = id_of(*documents_[i].root);
    if (id.empty()) return {};
    const auto [at, fresh] = ids_.try_emplace(id, i);
    if (fresh) return {};
    const Document& other = documents_[at->second];
    return fail(fmt::format("the id '{}' stands already in {}:{}", id, other.path, other.root->line), "",
                "give one of them an id of its own");
  }

  void take_rule(std::size_t i) {
    auto rule = lower_rule(documents_[i], options_);
    if (!rule) return refuse(i, rule.error());
    if (const auto claimed = claim_id(i); !claimed) return refuse(i, claimed.error());
    places_[i].state = Place::State::loaded;
    places_[i].index = static_cast<std::uint32_t>(out_.rules.size());
    out_.rules.push_back(std::move(*rule));
  }

  void take_filter(const Document& document) {
    auto use = apply_filter(document, out_.rules, options_.placeholders);
    if (use) {
      out_.filters.push_back(std::move(*use));
    } else {
      out_.refused.push_back(refusal(document, use.error()));
    }
  }

  // A name is looked for in the same file first: names need be unique only there.
  Result<std::size_t> find(const std::string& reference, std::string_view path) const {
    if (const auto near = nearby_.find({path, reference}); near != nearby_.end()) return near->second;
    if (const auto id = ids_.find(reference); id != ids_.end()) return id->second;
    const auto found = named_.find(reference);
    if (found == named_.end())
      return fail(fmt::format("the correlation refers to '{}', which is no rule's id or name", reference), "",
                  "load the rule's file too");
    if (found->second.count > 1)
      return fail(
          fmt::format("the correlation refers to '{}', a name that {} documents have", reference, found->second.count),
          "", "refer to the id");
    return found->second.first;
  }

  // Those that it refers to first; an explicit stack, since chains may be long.
  void take_correlations(std::size_t start) {
    std::vector<std::size_t> stack{start};
    while (!stack.empty()) {
      const std::size_t i = stack.back();
      Place& place = places_[i];
      if (place.state == Place::State::untouched) {
        place.state = Place::State::underway;
        if (documents_[i].root->find("correlation")->is_map())
          for (const std::string& reference : references_of(documents_[i]))
            if (const auto part = find(reference, documents_[i].path)) place.parts.push_back(*part);
      }
      if (place.state == Place::State::underway && place.next_part < place.parts.size()) {
        const std::size_t part = place.parts[place.next_part++];
        if (places_[part].state == Place::State::untouched) stack.push_back(part);
        continue;
      }
      if (place.state == Place::State::underway) take_correlation(i);
      stack.pop_back();
    }
  }

  void take_correlation(std::size_t i) {
    const Document& document = documents_[i];
    const auto resolve = [&](const std::string& reference) -> Result<Correlation::Input> {
      TRY(const std::size_t part, find(reference, document.path));
      const Place& place = places_[part];
      if (place.state == Place::State::underway)
        return fail(fmt::format("the correlation refers to '{}', which leads back to it", reference));
      if (place.state != Place::State::loaded)
        return fail(fmt::format("the correlation refers to '{}', which is refused", reference), "",
                    "see the reason given for that one");
      const bool chained = documents_[part].kind == Document::Kind::correlation;
      if (chained && has_negation(out_.correlations[place.index]))
        return fail(fmt::format("the correlation refers to '{}', whose condition has a 'not'", reference), "",
                    "that is known only when its timespan is over, too late for a chain");
      return Correlation::Input{chained, place.index, {}, {}};
    };
    auto correlation = read_correlation(document, resolve);
    if (!correlation) return refuse(i, correlation.error());
    if (!options_.all_status && (correlation->status == "deprecated" || correlation->status == "unsupported"))
      return refuse(i, Error{"status: " + correlation->status, "", ""});
    if (const auto claimed = claim_id(i); !claimed) return refuse(i, claimed.error());
    places_[i].state = Place::State::loaded;
    places_[i].index = static_cast<std::uint32_t>(out_.correlations.size());
    out_.correlations.push_back(std::move(*correlation));
  }

  static bool has_negation(const Correlation& correlation) {
    return std::any_of(correlation.condition.begin(), correlation.condition.end(),
                       [](const Node& node) { return node.kind == Node::Kind::none; });
  }

  // Specification, "Generate": the parts of a correlation report nothing themselves unless it says so; parts in other
  // files are not concerned.
  void silence_parts() {
    std::vector<bool> silent(documents_.size()), wanted(documents_.size());
    for (std::size_t i = 0; i < documents_.size(); ++i) {
      if (documents_[i].kind != Document::Kind::correlation || places_[i].state != Place::State::loaded) continue;
      const bool generate = generates(documents_[i]);
      for (const std::size_t part : places_[i].parts)
        if (documents_[part].path == documents_[i].path) (generate ? wanted : silent)[part] = true;
    }
    for (std::size_t i = 0; i < documents_.size(); ++i) {
      if (!silent[i] || wanted[i] || places_[i].state != Place::State::loaded) continue;
      if (documents_[i].kind == Document::Kind::rule) out_.rules[places_[i].index].reported = false;
      if (documents_[i].kind == Document::Kind::correlation) out_.correlations[places_[i].index].reported = false;
    }
  }

  const LoadOptions& options_;
  RuleSet out_;
  Arena arena_;
  std::vector<Document> documents_;
  std::vector<Place> places_;
  struct Named {
    std::size_t first, count;
  };
  std::map<std::string, Named, std::less<>> named_;                         // id or name → documents
  std::map<std::pair<std::string_view, std::string>, std::size_t> nearby_;  // the same within one file: the first
  std::map<std::string, std::size_t, std::less<>> ids_;                     // of loaded documents
};

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
      refused.push_back(
          {path, 0, "", fmt::format("the file has {} bytes, the most is {}", size, options.file_bytes_max), ""});
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
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const RuleText* a, const RuleText* b) { return a->path < b->path; });
  return Loading(options).run(sorted);
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
    if (!root->is_map())
      return fail("placeholders are written `name: [value, …]`", fmt::format("{}:{}", path, root->line));
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
