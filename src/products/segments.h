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

#include "products/find.h"
#include "products/shape.h"

namespace tocsin::products {

class Segments {
 public:
  using Number = std::uint32_t;
  static constexpr Number kNone = UINT32_MAX;
  struct Span {
    std::uint32_t begin, end;
  };
  struct Place {
    std::uint32_t begin, end;
    std::uint32_t captures;  // the first of its captures in Scratch::captures
  };
  static constexpr std::size_t kPairs = 2048;
  // Working memory, one per thread; all matchers may share it.
  struct Scratch {
    struct Known {
      std::uint64_t round = 0;  // of the text that these are of
      std::vector<Place> places;
    };
    struct Looked {
      std::uint64_t round = 0;      // of the text that it was looked for in
      std::vector<Number> members;  // that stand somewhere
    };
    std::uint64_t pairs_round = 0;                   // of the text that `pairs` are of
    std::array<std::uint64_t, kPairs / 64> pairs{};  // of bytes that stand side by side in it, hashed
    std::vector<Looked> looked;                      // by family
    std::vector<Known> known;                        // by segment
    struct State {
      std::uint32_t node, at, depth;
      Span capture;  // that led here
    };
    std::vector<State> states;
    std::vector<Span> path;      // of the captures on the way to the state at hand
    std::vector<Span> captures;  // of all places of this text
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
    const Scratch::Known& known = scratch.known[segment];
    return known.round == shape.round ? Places(known.places) : Places();
  }
  // One pass over the text, so that families whose literal has bytes side by side that the text hasn't need no other.
  void note_pairs(std::string_view text, const ShapeScratch& shape, Scratch& scratch) const {
    if (scratch.pairs_round == shape.round) return;
    scratch.pairs_round = shape.round;
    scratch.pairs.fill(0);
    for (std::size_t i = 1; i < text.size(); ++i) {
      const std::size_t pair = pair_of(text[i - 1], text[i]);
      scratch.pairs[pair / 64] |= std::uint64_t{1} << pair % 64;
    }
  }
  // A family is what begins with the same literal. Which of it stand in the text, in no order.
  std::uint32_t family_of(Number segment) const { return family_of_[segment]; }
  std::span<const Number> standing(std::uint32_t family, std::string_view text, ShapeScratch& shape,
                                   Scratch& scratch) const {
    if (scratch.looked[family].round != shape.round) look(families_[family], family, text, shape, scratch);
    return scratch.looked[family].members;
  }
  // Whether the text may end in this last segment, at a glance.
  bool may_end(Number segment, std::string_view text) const {
    const Segment& one = segments_[segment];
    return text.size() >= one.least && (text.empty() || ends_[one.ends][static_cast<unsigned char>(text.back())]) &&
           stands_at(text, one.last, text.size() - one.last.size());
  }
  void prepare(Scratch& scratch) const {
    if (scratch.looked.size() < families_.size()) scratch.looked.resize(families_.size());
    if (scratch.known.size() < segments_.size()) scratch.known.resize(segments_.size());
    if (scratch.path.size() < depth_max_) scratch.path.resize(depth_max_);
    scratch.captures.clear();
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
    std::size_t reach = 0;             // bytes of the longest member where all must reach the end; else SIZE_MAX
    bool at_end = false;               // one member without captures that must end the text
    std::vector<std::uint16_t> pairs;  // of its literal
  };
  static std::size_t pair_of(char a, char b) {
    return (static_cast<unsigned char>(a) * 33u + static_cast<unsigned char>(b) * 7u) % kPairs;
  }
  static bool may_stand(const Family& family, const Scratch& scratch) {
    for (const std::uint16_t pair : family.pairs)
      if (!(scratch.pairs[pair / 64] >> pair % 64 & 1)) return false;
    return true;
  }
  std::uint32_t build_node(std::span<const Number> sorted, std::size_t depth);
  std::uint32_t ends_of(const Segment& segment);
  static void keep(Number segment, std::uint32_t begin, std::uint32_t end, std::uint32_t depth, Scratch::Looked& looked,
                   Scratch& scratch) {
    Scratch::Known& known = scratch.known[segment];
    if (known.round != looked.round) {
      known.round = looked.round;
      known.places.clear();
      looked.members.push_back(segment);
    }
    known.places.push_back({begin, end, static_cast<std::uint32_t>(scratch.captures.size())});
    for (std::uint32_t i = 0; i < depth; ++i) scratch.captures.push_back({scratch.path[i].begin, scratch.path[i].end});
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
  std::size_t depth_max_ = 1;
};

}  // namespace tocsin::products
