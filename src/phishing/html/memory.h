// What the views of an HtmlTree point into; for its builders.
#pragma once
#include <csetjmp>
#include <cstddef>

#include "base/arena.h"
#include "phishing/html/tree.h"

namespace tocsin::phishing {

struct HtmlTree::Memory {
  Arena arena;
  std::size_t used = 0, most = 0;
  std::jmp_buf out;
};

// Builds the tree of a page of which every browser, and every filter, makes the same one; false for all others, which
// are gumbo's. See plain.cpp.
class PlainPage {
 public:
  static bool build(HtmlTree& tree, std::string_view html);

 private:
  explicit PlainPage(HtmlTree& tree) : tree_(tree) {}
  struct Open;
  bool read(std::string_view html);
  bool start(const struct Token& token, std::string_view html, std::size_t end);
  bool end(std::string_view name);
  bool text(std::string_view text);
  bool attributes(const struct Token& token, std::string_view html, HtmlNode& node);
  HtmlNode& add(HtmlNode::Kind kind);
  void pop();
  bool content();
  bool p_in_scope() const;

  HtmlTree& tree_;
  struct Element {
    std::uint32_t index;
    std::uint8_t kind;
    std::string_view name;
  };
  std::vector<Element> open_;
  bool head_seen_ = false, body_seen_ = false, content_seen_ = false, after_body_ = false;
};

}  // namespace tocsin::phishing
