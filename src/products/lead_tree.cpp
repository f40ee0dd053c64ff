#include "products/lead_tree.h"

#include <algorithm>
#include <map>

namespace tocsin::products {

void LeadTree::build(std::span<const ShapeMatcher* const> shapes, std::span<const Item> items) {
  std::vector<Sequence> sequences;
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    Sequence made{{}, items[i]};
    for (const char c : shapes[i]->prefix()) made.tokens.push_back(static_cast<unsigned char>(c));
    std::size_t depth = 0;
    for (const Shape::Step& step : shapes[i]->steps()) {
      if (step.free) break;
      const auto delimiter = step.type == Type::until ? static_cast<unsigned char>(step.literal[0]) : 0u;
      made.tokens.push_back(256 + static_cast<Token>(step.type) * 256 + delimiter);
      for (const char c : step.literal) made.tokens.push_back(static_cast<unsigned char>(c));
      depth_max_ = std::max(depth_max_, ++depth);
    }
    sequences.push_back(std::move(made));
  }
  std::ranges::stable_sort(sequences, {}, &Sequence::tokens);
  build_node(sequences, 0);
}

// `sorted` have their first `depth` tokens in common.
std::uint32_t LeadTree::build_node(std::span<const Sequence> sorted, std::size_t depth) {
  const auto number = static_cast<std::uint32_t>(nodes_.size());
  nodes_.emplace_back();
  Node node;
  std::size_t i = 0;
  std::map<std::array<std::uint32_t, 4>, std::vector<std::uint32_t>> bunches;
  for (; i < sorted.size() && sorted[i].tokens.size() == depth; ++i) {
    const Item& item = sorted[i].item;
    bunches[{item.family, item.rare, item.last, item.first}].push_back(item.entry);
  }
  node.families = static_cast<std::uint32_t>(families_.size());
  for (const auto& [key, members] : bunches) {
    const auto begin = static_cast<std::uint32_t>(entries_.size()), bunch = static_cast<std::uint32_t>(bunches_.size());
    entries_.insert(entries_.end(), members.begin(), members.end());
    bunches_.push_back({key[1], key[2], key[3], begin, static_cast<std::uint32_t>(entries_.size())});
    if (families_.size() == node.families || families_.back().family != key[0])
      families_.push_back({key[0], bunch, bunch});
    families_.back().bunches_end = bunch + 1;
  }
  node.families_end = static_cast<std::uint32_t>(families_.size());
  std::vector<Edge> edges;  // bytes sort before captures
  std::uint32_t bytes = 0;
  while (i < sorted.size()) {
    const Token token = sorted[i].tokens[depth];
    std::size_t end = i + 1;
    while (end < sorted.size() && sorted[end].tokens[depth] == token) ++end;
    const auto &first = sorted[i].tokens, &last = sorted[end - 1].tokens;
    Edge edge;
    edge.label = static_cast<std::uint32_t>(labels_.size());
    if (token < 256) {
      labels_ += static_cast<char>(token);
      edge.first = static_cast<char>(token);
      ++bytes;
    } else {
      edge.type = static_cast<Type>((token - 256) / 256);
      edge.delimiter = static_cast<char>((token - 256) % 256);
    }
    std::size_t common = depth + 1;
    for (; common < first.size() && common < last.size() && first[common] == last[common] && first[common] < 256;
         ++common)
      labels_ += static_cast<char>(first[common]);
    edge.label_size = static_cast<std::uint32_t>(labels_.size()) - edge.label;
    edge.node = build_node(sorted.subspan(i, end - i), common);
    edges.push_back(edge);
    i = end;
  }
  node.edges = static_cast<std::uint32_t>(edges_.size());
  edges_.insert(edges_.end(), edges.begin(), edges.end());
  node.captures = node.edges + bytes;
  node.edges_end = static_cast<std::uint32_t>(edges_.size());
  if (bytes > 3) {
    node.dispatch = static_cast<std::uint32_t>(dispatch_.size());
    dispatch_.emplace_back().fill(node.captures);
    for (std::uint32_t e = node.edges; e < node.captures; ++e)
      dispatch_.back()[static_cast<unsigned char>(edges_[e].first)] = e;
  }
  nodes_[number] = node;
  return number;
}

}  // namespace tocsin::products
