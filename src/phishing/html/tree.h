// HtmlTree: a piece of HTML as a browser builds it (HTML Standard, section 13.2, by gumbo), flat and in document order.
//
// Bounded: what a browser's algorithm would answer with quadratic work or memory (very deep nesting, thousands of
// attributes, formatting elements that are reopened again and again) is read by a linear tokenizer instead; then
// `nested` is false, elements have no structure, and everything else still holds.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace tocsin::phishing {

enum class Space : std::uint8_t { html, svg, math };

struct HtmlAttribute {
  std::string_view name;   // lower case; as a browser names it (xlink:href keeps its prefix)
  std::string_view value;  // character references undone
};

struct HtmlNode {
  enum class Kind : std::uint8_t { element, text, comment };
  Kind kind = Kind::text;
  Space space = Space::html;
  std::uint32_t parent = 0;            // index; the first node is its own parent
  std::uint32_t end = 0;               // one past the last node below this one
  std::string_view name;               // of an element, lower case, a namespace prefix left out (svg:script → script)
  std::string_view text;               // of a text or comment
  std::uint32_t first = 0, count = 0;  // of its attributes
};

class HtmlTree {
 public:
  static constexpr std::size_t kTreeMax = 2u << 20;  // bytes that are nested; beyond, tokens only

  // The text of `html` need not outlive the tree. UTF-8; invalid bytes are read as they come.
  static HtmlTree parse(std::string_view html);
  // The same by gumbo alone, for comparison.
  static HtmlTree as_browser(std::string_view html);
  // Its tags as they stand, without structure: what a filter sees that builds no tree.
  static HtmlTree flat(std::string_view html);

  std::span<const HtmlNode> nodes() const { return nodes_; }
  std::span<const HtmlAttribute> attributes(const HtmlNode& node) const {
    return std::span(attributes_).subspan(node.first, node.count);
  }
  // The value of the first attribute of that name; nullptr when it has none.
  const HtmlAttribute* find(const HtmlNode& node, std::string_view name) const;
  std::string_view value(const HtmlNode& node, std::string_view name) const;
  // All text below a node, blanks joined, at most `max` bytes; scripts and styles left out.
  std::string text(const HtmlNode& node, std::size_t max = 4096) const;
  bool nested() const { return nested_; }
  // Every reader makes the same of this page: known elements, properly closed, without script (plain.cpp).
  bool plain() const { return plain_; }

 private:
  friend class Builder;
  friend class PlainPage;
  struct Memory;
  static bool by_browser(HtmlTree& tree, std::string_view html);
  std::shared_ptr<Memory> memory_;  // what all views point into
  std::vector<HtmlNode> nodes_;
  std::vector<HtmlAttribute> attributes_;
  bool nested_ = true, plain_ = false;
};

// Character references of HTML undone: all numbers, the names that stand for ASCII and a few more.
std::string decode_references(std::string_view text);

}  // namespace tocsin::phishing
