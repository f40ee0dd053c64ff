// libfyaml's event interface turned into a small tree. Its own documents are not used: they resolve aliases by
// copying, and recursion on nesting is theirs. Here the stack is explicit, an alias is a shared pointer, and the
// weight of a node (its size with aliases written out) is known when it closes, so a bomb is refused at once.
#include "base/yaml.h"

#include <fmt/core.h>
#include <libfyaml.h>

#include <charconv>
#include <memory>
#include <unordered_map>
#include <unordered_set>

#include "base/text.h"

namespace tocsin {
namespace {

struct ParserDeleter {
  void operator()(fy_parser* parser) const { fy_parser_destroy(parser); }
};
struct DiagDeleter {
  void operator()(fy_diag* diag) const { fy_diag_destroy(diag); }
};
using Parser = std::unique_ptr<fy_parser, ParserDeleter>;
using Diag = std::unique_ptr<fy_diag, DiagDeleter>;

// YAML 1.2, "Core schema".
bool is_null_word(std::string_view text) {
  return text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL";
}

std::string_view token_text(fy_token* token) {
  if (token == nullptr) return {};
  std::size_t size = 0;
  const char* text = fy_token_get_text(token, &size);
  return text == nullptr ? std::string_view() : std::string_view(text, size);
}

class Builder {
 public:
  Builder(fy_parser* parser, Arena& arena) : parser_(parser), arena_(arena) {}

  void run(YamlDocuments& out) {
    while (fy_event* event = fy_parser_parse(parser_)) {
      const bool going = step(*event, out);
      fy_parser_event_free(parser_, event);
      if (!going) return;
    }
  }

 private:
  struct Frame {
    Yaml* node;
    std::size_t first;  // of its items in `pending_`
    std::string anchor;
  };

  bool refuse(YamlDocuments& out, std::uint32_t line, std::string what) {
    out.error = Error{std::move(what), fmt::format("{}", line), ""};
    return false;
  }

  std::uint32_t line_of(fy_token* token) {
    if (const fy_mark* mark = token == nullptr ? nullptr : fy_token_start_mark(token))
      line_ = static_cast<std::uint32_t>(mark->line + 1);
    return line_;
  }

  Yaml* make(Yaml::Kind kind, std::uint32_t line) {
    Yaml* node = arena_.array<Yaml>(1).data();
    *node = Yaml{};
    node->kind = kind;
    node->line = line;
    return node;
  }

  bool step(const fy_event& event, YamlDocuments& out) {
    switch (event.type) {
      case FYET_DOCUMENT_START:
        anchors_.clear();
        return true;
      case FYET_SCALAR: {
        Yaml* node = make(Yaml::Kind::scalar, line_of(event.scalar.value));
        node->text = arena_.copy(token_text(event.scalar.value));
        const std::string_view tag = token_text(event.scalar.tag);
        node->plain = tag.empty() && fy_token_scalar_style(event.scalar.value) == FYSS_PLAIN;
        if (node->plain && is_null_word(node->text)) node->kind = Yaml::Kind::null;
        if (tag == "!!null" || tag == "tag:yaml.org,2002:null") node->kind = Yaml::Kind::null;
        return place(node, std::string(token_text(event.scalar.anchor)), out);
      }
      case FYET_ALIAS: {
        const std::string name(token_text(event.alias.anchor));
        const auto found = anchors_.find(name);
        if (found == anchors_.end())
          return refuse(out, line_of(event.alias.anchor), "the alias *" + name + " has no anchor before it");
        return place(found->second, "", out);
      }
      case FYET_SEQUENCE_START:
        return open(make(Yaml::Kind::list, line_of(event.sequence_start.sequence_start)),
                    token_text(event.sequence_start.anchor), out);
      case FYET_MAPPING_START:
        return open(make(Yaml::Kind::map, line_of(event.mapping_start.mapping_start)),
                    token_text(event.mapping_start.anchor), out);
      case FYET_SEQUENCE_END:
      case FYET_MAPPING_END:
        return close(out);
      default:
        return true;
    }
  }

  bool open(Yaml* node, std::string_view anchor, YamlDocuments& out) {
    if (stack_.size() >= kYamlDepthMax)
      return refuse(out, node->line, fmt::format("nested deeper than {} levels", kYamlDepthMax));
    stack_.push_back({node, pending_.size(), std::string(anchor)});
    return true;
  }

  bool close(YamlDocuments& out) {
    Frame frame = std::move(stack_.back());
    stack_.pop_back();
    const std::size_t count = pending_.size() - frame.first;
    const auto items = arena_.array<const Yaml*>(count);
    std::copy(pending_.begin() + static_cast<std::ptrdiff_t>(frame.first), pending_.end(), items.begin());
    pending_.resize(frame.first);
    frame.node->items = items;
    std::uint64_t weight = 1;
    for (const Yaml* item : items) weight += item->weight;
    if (weight > kYamlWeightMax)
      return refuse(out, frame.node->line,
                    fmt::format("more than {} nodes once aliases are written out", kYamlWeightMax));
    frame.node->weight = static_cast<std::uint32_t>(weight);
    if (frame.node->is_map()) {
      keys_.clear();
      for (std::size_t i = 0; i < items.size(); i += 2) {
        const Yaml& key = *items[i];
        if (!key.is_scalar() && !key.is_null()) return refuse(out, key.line, "a key that is a list or a map");
        if (key.plain && key.text == "<<")
          return refuse(out, key.line, "a merge key '<<': YAML 1.2 has none, write the keys out");
        if (!keys_.insert(key.text).second)
          return refuse(out, key.line, fmt::format("the key '{}' stands twice in one map", key.text));
      }
    }
    return place(frame.node, std::move(frame.anchor), out);
  }

  bool place(const Yaml* node, std::string anchor, YamlDocuments& out) {
    if (!anchor.empty()) anchors_.insert_or_assign(std::move(anchor), node);
    if (++nodes_ > kYamlNodesMax) return refuse(out, node->line, fmt::format("more than {} nodes", kYamlNodesMax));
    if (!stack_.empty()) {
      pending_.push_back(node);
    } else if (!node->is_null()) {
      out.documents.push_back(node);
    }
    return true;
  }

  fy_parser* parser_;
  Arena& arena_;
  std::vector<Frame> stack_;
  std::vector<const Yaml*> pending_;
  std::unordered_map<std::string, const Yaml*> anchors_;
  std::unordered_set<std::string_view> keys_;
  std::uint32_t line_ = 1;
  std::size_t nodes_ = 0;
};

std::optional<std::uint32_t> line_of_bad_text(std::string_view text) {
  std::uint32_t line = 1;
  while (!text.empty()) {
    const CodePoint point = first_code_point(text);
    if ((point.length == 1 && point.value >= 0x80) || point.value == 0) return line;
    line += point.value == '\n';
    text.remove_prefix(point.length);
  }
  return std::nullopt;
}

// libfyaml never comes back from a directive that it doesn't know, and rules have no use for any.
std::optional<std::uint32_t> line_of_directive(std::string_view text) {
  std::uint32_t line = 1;
  for (std::size_t at = 0; at < text.size(); ++line) {
    if (text[at] == '%') return line;
    const std::size_t end = text.find_first_of("\r\n", at);
    if (end == std::string_view::npos) break;
    at = end + (text.substr(end).starts_with("\r\n") ? 2 : 1);
  }
  return std::nullopt;
}

void append_canonical(const Yaml& node, std::string& out) {
  out += fmt::format("{}{}:", "nslm"[static_cast<int>(node.kind)],
                     node.is_scalar() ? node.text.size() : node.items.size());
  if (node.is_scalar()) {
    out += node.plain ? 'p' : 'q';
    out += node.text;
  }
}

}  // namespace

const Yaml* Yaml::find(std::string_view key) const {
  for (std::size_t i = 0; is_map() && i < items.size(); i += 2)
    if (items[i]->text == key) return items[i + 1];
  return nullptr;
}

std::optional<bool> Yaml::boolean() const {
  if (!is_scalar() || !plain) return std::nullopt;
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  return std::nullopt;
}

std::optional<double> Yaml::number() const {
  if (!is_scalar() || !plain || text.empty()) return std::nullopt;
  std::string_view digits = text;
  const auto integer = [&](int base) -> std::optional<double> {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
    return static_cast<double>(value);
  };
  if (digits.starts_with("0x")) return digits.remove_prefix(2), integer(16);
  if (digits.starts_with("0o")) return digits.remove_prefix(2), integer(8);
  if (digits[0] == '+') digits.remove_prefix(1);
  if (digits.empty() || digits.find_first_not_of("0123456789.eE+-") != std::string_view::npos) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

YamlDocuments read_yaml(std::string_view text, Arena& arena) {
  YamlDocuments out;
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  if (!is_utf8(text) || text.find('\0') != std::string_view::npos) {
    out.error = Error{"bytes that are not UTF-8 text", fmt::format("{}", line_of_bad_text(text).value_or(1)),
                      "save the file as UTF-8"};
    return out;
  }
  if (const auto line = line_of_directive(text)) {
    out.error = Error{"a YAML directive, a line that begins with '%'", fmt::format("{}", *line), "leave it out"};
    return out;
  }
  Diag diag(fy_diag_create(nullptr));
  if (diag) fy_diag_set_collect_errors(diag.get(), true);
  fy_parse_cfg config{};
  config.flags =
      static_cast<fy_parse_cfg_flags>(FYPCF_QUIET | FYPCF_DEFAULT_VERSION_1_2 | FYPCF_JSON_NONE | FYPCF_COLLECT_DIAG);
  config.diag = diag.get();
  Parser parser(fy_parser_create(&config));
  if (!diag || !parser || fy_parser_set_string(parser.get(), text.data(), text.size()) != 0) {
    out.error = Error{"the YAML parser could not start", "1", ""};
    return out;
  }
  Builder(parser.get(), arena).run(out);
  if (!out.error && fy_parser_get_stream_error(parser.get())) {
    out.error = Error{"not YAML", "1", ""};
    void* at = nullptr;
    if (const fy_diag_error* error = fy_diag_errors_iterate(diag.get(), &at)) {
      out.error->what = error->msg == nullptr ? "not YAML" : fmt::format("not YAML: {}", error->msg);
      out.error->where = fmt::format("{}", error->line + 1);
    }
  }
  return out;
}

std::string canonical(const Yaml& root) {
  std::string out;
  std::vector<const Yaml*> left{&root};
  while (!left.empty()) {
    const Yaml* node = left.back();
    left.pop_back();
    append_canonical(*node, out);
    for (std::size_t i = node->items.size(); i-- > 0;) left.push_back(node->items[i]);
  }
  return out;
}

}  // namespace tocsin
