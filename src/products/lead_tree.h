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

#include "products/find.h"
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
      std::uint32_t begin, end;  // of the capture that led here; kNone if none did
    };
    std::vector<State> states;
    std::vector<Span> spans;  // of the captures on the way to the state at hand
  };
  static constexpr std::uint32_t kNone = UINT32_MAX;
  struct Item {
    std::uint32_t entry = 0;
    // Of what stands behind its free captures (Segments::Number, kNone where there is none): that with the longest
    // literal, the last and the first.
    std::uint32_t rare = kNone, last = kNone, first = kNone;
    std::uint32_t family = kNone;  // of `rare`
  };
  // Shapes with these in common.
  struct Bunch {
    std::uint32_t rare, last, first, begin, end;
  };

  void build(std::span<const ShapeMatcher* const> shapes, std::span<const Item> items);

  // Calls f(bunch, entries, at, spans) for each bunch of shapes whose lead fits and whose `rare` is among
  // standing(family), or that has no free capture. So what is done hangs on what the text holds, not on how many shapes
  // begin alike. When the budget ends, f is called for one bunch more, so that there is something to look at.
  // many() is called before standing() is asked of many families.
  template <class Many, class Standing, class F>
  void walk(std::string_view text, ShapeScratch& shape, Scratch& scratch, Many&& many, Standing&& standing,
            F&& f) const {
    if (nodes_.empty()) return;
    if (scratch.spans.size() < depth_max_) scratch.spans.resize(depth_max_);
    scratch.states.clear();
    const auto size = static_cast<std::uint32_t>(text.size());
    // The stack is for the places where a text goes two ways; else the state at hand stays in registers.
    typename Scratch::State state{0, 0, 0, kNone, 0}, next{};
    while (true) {
      const Node& node = nodes_[state.node];
      const auto give = [&](std::uint32_t bunch) {
        f(bunches_[bunch],
          std::span(entries_).subspan(bunches_[bunch].begin, bunches_[bunch].end - bunches_[bunch].begin), state.at,
          std::span<const Span>(scratch.spans.data(), state.depth));
      };
      if (node.families_end - node.families > kMany) many();
      for (std::uint32_t k = node.families; k < node.families_end; ++k) {
        if (shape.budget < 0) return;
        const Family& family = families_[k];
        if (family.family == kNone) {
          for (std::uint32_t i = family.bunches; i < family.bunches_end; ++i) give(i);
          continue;
        }
        const auto there = standing(family.family);
        if (shape.budget < 0) return give(family.bunches);
        for (const std::uint32_t rare : there) {
          std::uint32_t from = family.bunches, to = family.bunches_end;
          while (from < to) {
            const std::uint32_t middle = from + (to - from) / 2;
            if (bunches_[middle].rare < rare)
              from = middle + 1;
            else
              to = middle;
          }
          for (; from < family.bunches_end && bunches_[from].rare == rare; ++from) give(from);
        }
      }
      next.node = kNone;
      if (state.at < size && node.edges < node.captures) {
        const char c = text[state.at];
        std::uint32_t i = node.dispatch == kNone ? node.edges : dispatch_[node.dispatch][static_cast<unsigned char>(c)];
        while (i < node.captures && edges_[i].first != c) ++i;
        if (i < node.captures) {
          const Edge& edge = edges_[i];
          if (stands_at(text, {labels_.data() + edge.label, edge.label_size}, state.at))
            next = {edge.node, state.at + edge.label_size, state.depth, kNone, 0};
        }
      }
      for (std::uint32_t i = node.captures; i < node.edges_end; ++i) {
        const Edge& edge = edges_[i];
        const std::uint32_t end = munch(edge.type, edge.delimiter, text, state.at, shape);
        if (end == kNowhere || !stands_at(text, {labels_.data() + edge.label, edge.label_size}, end)) continue;
        if (next.node != kNone) scratch.states.push_back(next);
        next = {edge.node, end + edge.label_size, state.depth + 1, state.at, end};
      }
      if (next.node == kNone) {
        if (scratch.states.empty()) return;
        next = scratch.states.back();
        scratch.states.pop_back();
      }
      state = next;
      if (state.begin != kNone) scratch.spans[state.depth - 1] = {state.begin, state.end};
    }
  }

 private:
  static constexpr std::uint32_t kMany = 4;
  struct Node {
    // Edges by a byte, then those by a capture.
    std::uint32_t families = 0, families_end = 0, edges = 0, captures = 0, edges_end = 0;
    std::uint32_t dispatch = kNone;  // where there are many of the first kind
  };
  struct Edge {
    char first = 0;          // of the label
    Type type = Type::rest;  // of the capture that the label stands behind
    char delimiter = 0;
    std::uint32_t label = 0, label_size = 0, node = 0;
  };
  struct Family {
    std::uint32_t family, bunches, bunches_end;  // by `rare`
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
  std::vector<Family> families_;
  std::vector<Bunch> bunches_;
  std::vector<std::uint32_t> entries_;
  std::string labels_;
  std::size_t depth_max_ = 1;
};

}  // namespace tocsin::products
