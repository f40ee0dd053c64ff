// LeadTree: the leads of many shapes as one tree, so that what shapes begin with alike is read once.
//
// A lead is a shape's leading literal and its captures up to the first free one, which all end where their own
// characters do. Walking the tree over a text leaves the shapes whose lead fits, each with where its lead ended.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "products/shape.h"

namespace tocsin::products {

class LeadTree {
 public:
  struct Span {
    std::uint32_t begin, end;
  };
  // A place in the walk, and working memory; one per thread.
  struct Scratch {
    struct State {
      std::uint32_t node, at, depth;
      Span span;
    };
    std::vector<State> states;
    std::vector<Span> spans;  // of the captures on the way to the state at hand
  };
  struct Item {
    std::uint32_t entry;
    std::uint32_t literal;  // that it needs first, kNoLiteral if none: items of one lead are given by literal
  };
  static constexpr std::uint32_t kNoLiteral = UINT32_MAX;

  void build(std::span<const ShapeMatcher* const> shapes, std::span<const Item> items);

  // Calls f(literal, entries, at, spans) for each bunch of shapes whose lead fits: `entries` need `literal`.
  template <class F>
  void walk(std::string_view text, ShapeScratch& shape, Scratch& scratch, F&& f) const {
    if (nodes_.empty()) return;
    scratch.states.clear();
    scratch.states.push_back({0, 0, 0, {}});
    if (scratch.spans.size() < depth_max_) scratch.spans.resize(depth_max_);
    while (!scratch.states.empty()) {
      const Scratch::State state = scratch.states.back();
      scratch.states.pop_back();
      const Node& node = nodes_[state.node];
      if (state.depth > 0) scratch.spans[state.depth - 1] = state.span;
      for (std::uint32_t i = node.bunches; i < node.bunches_end; ++i)
        f(bunches_[i].literal, std::span(entries_).subspan(bunches_[i].begin, bunches_[i].end - bunches_[i].begin),
          state.at, std::span<const Span>(scratch.spans.data(), state.depth));
      if (state.at < text.size()) {
        const char next = text[state.at];
        const std::uint32_t begin =
            node.dispatch == kNone ? node.edges : dispatch_[node.dispatch][static_cast<unsigned char>(next)];
        for (std::uint32_t i = begin; i < node.captures; ++i) {
          const Edge& edge = edges_[i];
          if (edge.first != next) continue;
          const std::string_view label(labels_.data() + edge.label, edge.label_size);
          if (text.substr(state.at).starts_with(label))
            scratch.states.push_back({edge.node, state.at + edge.label_size, state.depth, state.span});
          break;
        }
      }
      for (std::uint32_t i = node.captures; i < node.edges_end; ++i) {
        const Edge& edge = edges_[i];
        const std::string_view label(labels_.data() + edge.label, edge.label_size);
        const std::uint32_t end = ShapeMatcher::munch(edge.type, edge.delimiter, text, state.at, shape);
        if (end != ShapeMatcher::kNone && text.substr(end).starts_with(label))
          scratch.states.push_back({edge.node, end + edge.label_size, state.depth + 1, {state.at, end}});
      }
    }
  }

 private:
  static constexpr std::uint32_t kNone = UINT32_MAX;
  struct Node {
    // Edges by a byte, then those by a capture.
    std::uint32_t bunches = 0, bunches_end = 0, edges = 0, captures = 0, edges_end = 0;
    std::uint32_t dispatch = kNone;  // where there are many of the first kind
  };
  struct Edge {
    char first = 0;          // of the label
    Type type = Type::rest;  // of the capture that the label stands behind
    char delimiter = 0;
    std::uint32_t label = 0, label_size = 0, node = 0;
  };
  struct Bunch {
    std::uint32_t literal, begin, end;
  };
  // A byte, or a capture: 256 and more.
  using Token = std::uint32_t;
  struct Sequence {
    std::vector<Token> tokens;
    Item item;
  };
  std::uint32_t build_node(std::span<const Sequence> sorted, std::size_t depth);

  std::vector<Node> nodes_;
  std::vector<Edge> edges_;
  std::vector<std::array<std::uint32_t, 256>> dispatch_;  // by byte: its edge, or the node's `captures`
  std::vector<Bunch> bunches_;
  std::vector<std::uint32_t> entries_;
  std::string labels_;
  std::size_t depth_max_ = 1;
};

}  // namespace tocsin::products
