// Gumbo builds the tree out of an arena of ours: nothing has to be destroyed (its own way of doing that is recursive),
// and where the tree grows out of all proportion to its source we leave through longjmp. Only gumbo's frames, which
// own nothing but arena memory, lie between.
#include "phishing/html/tree.h"

#include <gumbo.h>

#include <algorithm>
#include <csetjmp>
#include <string>

#include "phishing/html/memory.h"
#include "phishing/html/tokens.h"

namespace tocsin::phishing {

namespace {

struct Budget {
  Arena* arena;
  std::size_t* used;
  std::size_t most;
  std::jmp_buf* out;
};

void* take(void* budget, std::size_t size) {
  auto* of = static_cast<Budget*>(budget);
  *of->used += size;
  if (*of->used > of->most) std::longjmp(*of->out, 1);
  return of->arena->allocate(size, alignof(std::max_align_t));
}
void give_back(void*, void*) {}

// Not inlined, and without objects of its own: longjmp comes back here.
[[gnu::noinline]] GumboOutput* build(Budget* budget, const char* data, std::size_t size) {
  GumboOptions options = kGumboDefaultOptions;
  options.allocator = take;
  options.deallocator = give_back;
  options.userdata = budget;
  options.max_errors = 0;
  if (setjmp(*budget->out) != 0) return nullptr;
  return gumbo_parse_with_options(&options, data, size);
}

std::string_view lowered(Arena& arena, std::string_view text) {
  if (std::ranges::none_of(text, [](char c) { return c >= 'A' && c <= 'Z'; })) return text;
  char* out = arena.allocate(text.size());
  std::ranges::transform(text, out, [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return {out, text.size()};
}

std::string_view without_prefix(std::string_view name) {
  const std::size_t colon = name.find_last_of(':');
  return colon == std::string_view::npos || colon + 1 == name.size() ? name : name.substr(colon + 1);
}

}  // namespace

class Builder {
 public:
  static void from_gumbo(HtmlTree& tree, const GumboOutput& output) {
    Arena& arena = tree.memory_->arena;
    std::vector<Open> open;
    open.push_back({output.document, 0, 0});
    add(tree, HtmlNode::Kind::element, 0);
    while (!open.empty()) {
      Open& top = open.back();
      const GumboVector& children =
          top.node->type == GUMBO_NODE_DOCUMENT ? top.node->v.document.children : top.node->v.element.children;
      if (top.next == children.length) {
        tree.nodes_[top.index].end = static_cast<std::uint32_t>(tree.nodes_.size());
        open.pop_back();
        continue;
      }
      const auto* child = static_cast<const GumboNode*>(children.data[top.next++]);
      const std::uint32_t parent = top.index;
      switch (child->type) {
        case GUMBO_NODE_ELEMENT:
        case GUMBO_NODE_TEMPLATE:
          open.push_back({child, element(tree, arena, child->v.element, parent), 0});
          break;
        case GUMBO_NODE_COMMENT:
          add(tree, HtmlNode::Kind::comment, parent).text = child->v.text.text;
          break;
        case GUMBO_NODE_DOCUMENT:
          break;
        default:
          add(tree, HtmlNode::Kind::text, parent).text = child->v.text.text;
      }
    }
  }

  static void from_tokens(HtmlTree& tree, std::string_view html) {
    Arena& arena = tree.memory_->arena;
    tree.nested_ = false;
    add(tree, HtmlNode::Kind::element, 0);
    Tokens tokens(html);
    Token token;
    Space space = Space::html;
    while (tree.nodes_.size() < kNodesMax && tokens.next(token)) {
      if (token.kind == Token::Kind::end) {
        if (token.name == "svg" || token.name == "math") space = Space::html;
      } else if (token.kind == Token::Kind::start) {
        const std::string_view name = lowered(arena, arena.copy(token.name));
        if (name == "svg") space = Space::svg;
        if (name == "math") space = Space::math;
        HtmlNode& node = add(tree, HtmlNode::Kind::element, 0);
        node.space = space;
        node.name = without_prefix(name);
        node.first = static_cast<std::uint32_t>(tree.attributes_.size());
        for (const auto& [key, value] : token.attributes)
          tree.attributes_.push_back({lowered(arena, arena.copy(key)), decoded(arena, value)});
        node.count = static_cast<std::uint32_t>(tree.attributes_.size()) - node.first;
      } else {
        const bool comment = token.kind == Token::Kind::comment;
        HtmlNode& node = add(tree, comment ? HtmlNode::Kind::comment : HtmlNode::Kind::text, 0);
        node.text = comment ? arena.copy(token.text) : decoded(arena, token.text);
      }
    }
    tree.nodes_.front().end = static_cast<std::uint32_t>(tree.nodes_.size());
  }

 private:
  static constexpr std::size_t kNodesMax = 4'000'000;
  struct Open {
    const GumboNode* node;
    std::uint32_t index;
    unsigned next;
  };

  static HtmlNode& add(HtmlTree& tree, HtmlNode::Kind kind, std::uint32_t parent) {
    HtmlNode node;
    node.kind = kind;
    node.parent = parent;
    node.end = static_cast<std::uint32_t>(tree.nodes_.size()) + 1;
    node.first = static_cast<std::uint32_t>(tree.attributes_.size());
    return tree.nodes_.emplace_back(node);
  }

  static std::uint32_t element(HtmlTree& tree, Arena& arena, const GumboElement& from, std::uint32_t parent) {
    const auto index = static_cast<std::uint32_t>(tree.nodes_.size());
    HtmlNode& node = add(tree, HtmlNode::Kind::element, parent);
    node.space = from.tag_namespace == GUMBO_NAMESPACE_SVG      ? Space::svg
                 : from.tag_namespace == GUMBO_NAMESPACE_MATHML ? Space::math
                                                                : Space::html;
    if (from.tag != GUMBO_TAG_UNKNOWN) {
      node.name = gumbo_normalized_tagname(from.tag);
    } else {
      GumboStringPiece piece = from.original_tag;
      gumbo_tag_from_original_text(&piece);
      node.name = without_prefix(lowered(arena, arena.copy({piece.data ? piece.data : "", piece.length})));
    }
    for (unsigned i = 0; i < from.attributes.length; ++i) {
      const auto& one = *static_cast<const GumboAttribute*>(from.attributes.data[i]);
      std::string_view name = one.name;
      if (one.attr_namespace == GUMBO_ATTR_NAMESPACE_XLINK) name = joined(arena, "xlink:", name);
      if (one.attr_namespace == GUMBO_ATTR_NAMESPACE_XMLNS && name != "xmlns") name = joined(arena, "xmlns:", name);
      tree.attributes_.push_back({lowered(arena, name), one.value});
    }
    node.count = from.attributes.length;
    return index;
  }

  static std::string_view joined(Arena& arena, std::string_view prefix, std::string_view name) {
    char* out = arena.allocate(prefix.size() + name.size());
    std::ranges::copy(name, std::ranges::copy(prefix, out).out);
    return {out, prefix.size() + name.size()};
  }

  static std::string_view decoded(Arena& arena, std::string_view text) {
    return arena.copy(text.find('&') == std::string_view::npos ? std::string(text) : decode_references(text));
  }
};

HtmlTree HtmlTree::parse(std::string_view html) {
  HtmlTree tree;
  tree.memory_ = std::make_shared<Memory>();
  if (html.size() <= kTreeMax && PlainPage::build(tree, html)) {
    tree.plain_ = true;
    return tree;
  }
  if (!by_browser(tree, html)) Builder::from_tokens(tree, html);
  return tree;
}

bool HtmlTree::by_browser(HtmlTree& tree, std::string_view html) {
  Memory& memory = *tree.memory_;
  if (html.size() > kTreeMax || !tree_cost(html).affordable()) return false;
  const std::string_view text = memory.arena.copy(html);
  Budget budget{&memory.arena, &memory.used, (8u << 20) + 64 * html.size(), &memory.out};
  const GumboOutput* output = build(&budget, text.data(), text.size());
  if (!output) return false;
  Builder::from_gumbo(tree, *output);
  return true;
}

HtmlTree HtmlTree::as_browser(std::string_view html) {
  HtmlTree tree;
  tree.memory_ = std::make_shared<Memory>();
  if (!by_browser(tree, html)) Builder::from_tokens(tree, html);
  return tree;
}

HtmlTree HtmlTree::flat(std::string_view html) {
  HtmlTree tree;
  tree.memory_ = std::make_shared<Memory>();
  Builder::from_tokens(tree, html);
  return tree;
}

const HtmlAttribute* HtmlTree::find(const HtmlNode& node, std::string_view name) const {
  for (const HtmlAttribute& one : attributes(node))
    if (one.name == name) return &one;
  return nullptr;
}

std::string_view HtmlTree::value(const HtmlNode& node, std::string_view name) const {
  const HtmlAttribute* found = find(node, name);
  return found ? found->value : std::string_view();
}

std::string HtmlTree::text(const HtmlNode& node, std::size_t max) const {
  std::string out;
  bool blank = false;
  const auto index = static_cast<std::uint32_t>(&node - nodes_.data());
  for (std::uint32_t i = index; i < node.end && out.size() < max;) {
    const HtmlNode& one = nodes_[i];
    if (one.kind == HtmlNode::Kind::element && (one.name == "script" || one.name == "style" || one.name == "head")) {
      i = std::max(one.end, i + 1);
      continue;
    }
    if (one.kind == HtmlNode::Kind::element && (one.name == "br" || one.name == "p" || one.name == "td" ||
                                                one.name == "div" || one.name == "tr" || one.name == "li"))
      blank = true;
    if (one.kind == HtmlNode::Kind::text)
      for (std::size_t at = 0; at < one.text.size() && out.size() < max; ++at) {
        const char c = one.text[at];
        const bool nbsp = c == '\xC2' && one.text.substr(at + 1, 1) == "\xA0";
        if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || nbsp) {
          blank = true;
          at += nbsp;
          continue;
        }
        if (blank && !out.empty()) out += ' ';
        blank = false;
        out += c;
      }
    ++i;
  }
  return out;
}

}  // namespace tocsin::phishing
