#include "products/segments.h"

#include <algorithm>
#include <map>

#include "products/find.h"

namespace tocsin::products {
namespace {

// What few bytes make stands in many places; there the segments that must end the text are looked for by themselves,
// near its end.
constexpr std::size_t kCommonLiteral = 2;
constexpr std::size_t kPairsAsked = 6;

std::size_t sum(std::size_t a, std::size_t b) { return a > SIZE_MAX - b ? SIZE_MAX : a + b; }

}  // namespace

Segments::Number Segments::add(std::span<const Shape::Step> steps) {
  Segment made;
  made.literal = steps[0].literal;
  made.last = made.literal;
  made.least = made.literal.size();
  std::size_t i = 1;
  for (; i < steps.size() && !steps[i].free; ++i) {
    const Shape::Step& step = steps[i];
    made.captures.push_back({step.type, step.type == Type::until ? step.literal[0] : '\0', step.literal});
    made.least += step.literal.size();
    made.last = step.literal;
  }
  made.at_end = i == steps.size();
  std::string key = made.literal + (made.at_end ? '\1' : '\0');
  for (const Capture& capture : made.captures)
    (((key += static_cast<char>(capture.type)) += capture.delimiter) += std::to_string(capture.literal.size())) +=
        ':' + capture.literal;
  key += std::to_string(made.literal.size());
  const auto [number, is_new] = numbers_.try_emplace(std::move(key), static_cast<Number>(segments_.size()));
  if (!is_new) return number->second;
  made.ends = ends_of(made);
  segments_.push_back(std::move(made));
  return number->second;
}

std::uint32_t Segments::ends_of(const Segment& segment) {
  std::array<bool, 256> bytes;
  bytes.fill(segment.captures.empty() || !segment.last.empty());
  if (!segment.captures.empty() && segment.last.empty()) {
    for (unsigned c = 0; c < 256; ++c) bytes[c] = may_end_in(segment.captures.back().type, static_cast<char>(c));
  }
  const auto known = std::ranges::find(ends_, bytes);
  if (known != ends_.end()) return static_cast<std::uint32_t>(known - ends_.begin());
  ends_.push_back(bytes);
  return static_cast<std::uint32_t>(ends_.size() - 1);
}

void Segments::build() {
  std::map<std::pair<std::string, bool>, std::vector<Number>> families;
  for (Number i = 0; i < segments_.size(); ++i) {
    const Segment& one = segments_[i];
    families[{one.literal, one.at_end && one.literal.size() <= kCommonLiteral}].push_back(i);
  }
  family_of_.resize(segments_.size());
  for (auto& [key, members] : families) {
    std::ranges::stable_sort(members, {}, [&](Number i) -> const auto& { return segments_[i].captures; });
    Family family;
    family.literal = key.first;
    for (std::size_t i = 1; i < family.literal.size() && i <= kPairsAsked; ++i)
      family.pairs.push_back(static_cast<std::uint16_t>(pair_of(family.literal[i - 1], family.literal[i])));
    for (const Number i : members) {
      const Segment& one = segments_[i];
      family_of_[i] = static_cast<std::uint32_t>(families_.size());
      std::size_t bytes = one.at_end ? one.literal.size() : SIZE_MAX;
      for (const Capture& capture : one.captures)
        bytes = sum(bytes, sum(longest(capture.type), capture.literal.size()));
      family.reach = std::max(family.reach, bytes);
    }
    const Segment& first = segments_[members[0]];
    family.at_end = members.size() == 1 && first.at_end && first.captures.empty();
    family.root = build_node(members, 0);
    families_.push_back(std::move(family));
  }
}

// `sorted` have their first `depth` captures in common.
std::uint32_t Segments::build_node(std::span<const Number> sorted, std::size_t depth) {
  const auto number = static_cast<std::uint32_t>(nodes_.size());
  nodes_.emplace_back();
  Node node;
  depth_max_ = std::max(depth_max_, depth);
  std::size_t i = 0;
  for (; i < sorted.size() && segments_[sorted[i]].captures.size() == depth; ++i)
    (segments_[sorted[i]].at_end ? node.at_end : node.any) = sorted[i];
  std::vector<Edge> edges;
  std::vector<Branch> branches;
  while (i < sorted.size()) {
    const Capture capture = segments_[sorted[i]].captures[depth];
    std::size_t end = i + 1;
    while (end < sorted.size() && segments_[sorted[end]].captures[depth] == capture) ++end;
    if (branches.empty() || branches.back().type != capture.type || branches.back().delimiter != capture.delimiter)
      branches.push_back({capture.type, capture.delimiter, static_cast<std::uint32_t>(edges.size()), 0});
    edges.push_back({capture.literal.empty() ? '\0' : capture.literal[0], static_cast<std::uint32_t>(labels_.size()),
                     static_cast<std::uint32_t>(capture.literal.size()), 0});
    branches.back().edges_end = static_cast<std::uint32_t>(edges.size());
    labels_ += capture.literal;
    edges.back().node = build_node(sorted.subspan(i, end - i), depth + 1);
    i = end;
  }
  const auto first = static_cast<std::uint32_t>(edges_.size());
  edges_.insert(edges_.end(), edges.begin(), edges.end());
  node.branches = static_cast<std::uint32_t>(branches_.size());
  for (const Branch& branch : branches)
    branches_.push_back({branch.type, branch.delimiter, first + branch.edges, first + branch.edges_end});
  node.branches_end = static_cast<std::uint32_t>(branches_.size());
  nodes_[number] = node;
  return number;
}

void Segments::look(const Family& family, std::uint32_t number, std::string_view text, ShapeScratch& shape,
                    Scratch& scratch) const {
  Scratch::Looked& looked = scratch.looked[number];
  looked.round = shape.round;
  looked.members.clear();
  if (scratch.pairs_round == shape.round && !may_stand(family, scratch)) return;
  const auto size = static_cast<std::uint32_t>(text.size());
  const auto literal_size = static_cast<std::uint32_t>(family.literal.size());
  if (family.at_end) {
    if (size >= literal_size && stands_at(text, family.literal, size - literal_size))
      keep(nodes_[family.root].at_end, size - literal_size, size, 0, looked, scratch);
    return;
  }
  const std::size_t from = family.reach < size ? size - family.reach : 0;
  for (std::size_t place = find_literal(text, family.literal, from); place != std::string_view::npos;
       place = find_literal(text, family.literal, place + 1)) {
    shape.budget -= kPlaceCost;
    if (shape.budget < 0) break;
    const auto begin = static_cast<std::uint32_t>(place);
    // The stack is for the places where a text goes two ways; else the state at hand stays in registers.
    Scratch::State state{family.root, begin + literal_size, 0, {}}, next{};
    while (true) {
      const Node& node = nodes_[state.node];
      if (node.any != kNone) keep(node.any, begin, state.at, state.depth, looked, scratch);
      if (node.at_end != kNone && state.at == size) keep(node.at_end, begin, size, state.depth, looked, scratch);
      next.node = kNone;
      for (std::uint32_t b = node.branches; b < node.branches_end; ++b) {
        const Branch& branch = branches_[b];
        const std::uint32_t end = munch(branch.type, branch.delimiter, text, state.at, shape);
        if (end == kNowhere) continue;
        const int c = end < size ? static_cast<unsigned char>(text[end]) : -1;
        for (std::uint32_t i = branch.edges; i < branch.edges_end; ++i) {
          const Edge& edge = edges_[i];
          if (edge.label_size > 0 && (static_cast<unsigned char>(edge.first) != c ||
                                      !stands_at(text, {labels_.data() + edge.label, edge.label_size}, end)))
            continue;
          if (next.node != kNone) scratch.states.push_back(next);
          next = {edge.node, end + edge.label_size, state.depth + 1, {state.at, end}};
        }
      }
      if (next.node == kNone) {
        if (scratch.states.empty()) break;
        next = scratch.states.back();
        scratch.states.pop_back();
      }
      state = next;
      scratch.path[state.depth - 1] = state.capture;
    }
  }
}

}  // namespace tocsin::products
