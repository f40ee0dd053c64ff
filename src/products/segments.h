// Segments: what stands behind a free capture (a literal, and the captures and literals that follow it without choice),
// of many shapes together. Shapes of one product differ in little behind their first free capture, so each segment's
// places in a text are looked for once, whatever number of shapes has it, and only when some shape asks.
//
// Segments that begin with the same literal are one tree: a place of the literal is walked once for all of them.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "products/shape.h"

namespace tocsin::products {

class Segments {
 public:
  using Number = std::uint32_t;
  static constexpr Number kNone = UINT32_MAX;
  struct Place {
    std::uint32_t begin, end;
  };
  // Working memory, one per thread; all matchers may share it.
  struct Scratch {
    struct Known {
      std::uint64_t round = 0;  // of the text that these are of
      std::vector<Place> places;
    };
    struct Looked {
      std::uint64_t round = 0;  // of the text that it was looked for in
      bool any = false;         // a member stands somewhere
    };
    std::vector<Looked> looked;  // by family
    std::vector<Known> known;    // by segment
    struct State {
      std::uint32_t node, at;
    };
    std::vector<State> states;
  };

  // The segment of the free capture steps[0], up to the next free one or the end; the same gives the same number.
  Number add(std::span<const Shape::Step> steps);
  void build();  // after the last add()

  // Where it stands in the text, ascending; of a shape's last segment only what reaches the text's end. Of this round
  // (ShapeScratch::begin()). Without budget the answer is incomplete.
  using Places = std::span<const Place>;
  Places places(Number segment, std::string_view text, ShapeScratch& shape, Scratch& scratch) const {
    const std::uint32_t family = family_of_[segment];
    if (scratch.looked[family].round != shape.round) look(families_[family], family, text, shape, scratch);
    if (!scratch.looked[family].any) return {};
    const Scratch::Known& known = scratch.known[segment];
    return known.round == shape.round ? Places(known.places) : Places();
  }
  // A family is what begins with the same literal. Whether any of it stands in the text.
  std::uint32_t family_of(Number segment) const { return family_of_[segment]; }
  bool stands_anywhere(std::uint32_t family, std::string_view text, ShapeScratch& shape, Scratch& scratch) const {
    if (scratch.looked[family].round != shape.round) look(families_[family], family, text, shape, scratch);
    return scratch.looked[family].any;
  }
  // Whether the text may end in this last segment, at a glance.
  bool may_end(Number segment, std::string_view text) const {
    const Segment& one = segments_[segment];
    return text.size() >= one.least && (text.empty() || ends_[one.ends][static_cast<unsigned char>(text.back())]) &&
           text.ends_with(one.last);
  }
  void prepare(Scratch& scratch) const {
    if (scratch.looked.size() < families_.size()) scratch.looked.resize(families_.size());
    if (scratch.known.size() < segments_.size()) scratch.known.resize(segments_.size());
  }

 private:
  struct Capture {
    Type type;
    char delimiter;
    std::string literal;
    bool operator==(const Capture&) const = default;
    auto operator<=>(const Capture&) const = default;
  };
  struct Segment {
    std::string literal;
    std::vector<Capture> captures;
    bool at_end = false;
    std::uint32_t ends = 0;  // in ends_
    std::size_t least = 0;   // bytes
    std::string last;        // the literal that it ends in
  };
  struct Edge {
    char first;  // of the label, if it has one
    std::uint32_t label, label_size, node;
  };
  struct Branch {  // the edges of one kind of capture
    Type type;
    char delimiter;
    std::uint32_t edges, edges_end;
  };
  struct Node {
    Number any = kNone, at_end = kNone;  // the segments that end here
    std::uint32_t branches = 0, branches_end = 0;
  };
  struct Family {
    std::string literal;
    std::uint32_t root = 0;
    std::size_t reach = 0;  // bytes of the longest member where all must reach the end; else SIZE_MAX
    bool at_end = false;    // one member without captures that must end the text
  };
  std::uint32_t build_node(std::span<const Number> sorted, std::size_t depth);
  std::uint32_t ends_of(const Segment& segment);
  void keep(Number segment, std::uint32_t family, std::uint32_t begin, std::uint32_t end, std::uint64_t round,
            Scratch& scratch) const {
    Scratch::Known& known = scratch.known[segment];
    if (known.round != round) known.round = round, known.places.clear();
    scratch.looked[family].any = true;
    known.places.push_back({begin, end});
  }
  void look(const Family& family, std::uint32_t number, std::string_view text, ShapeScratch& shape,
            Scratch& scratch) const;

  std::vector<Segment> segments_;
  std::vector<std::uint32_t> family_of_;  // by segment
  std::vector<Family> families_;
  std::vector<Node> nodes_;
  std::vector<Branch> branches_;
  std::vector<Edge> edges_;
  std::string labels_;
  std::vector<std::array<bool, 256>> ends_;  // the bytes that a segment may end in
  std::unordered_map<std::string, Number> numbers_;
};

}  // namespace tocsin::products
