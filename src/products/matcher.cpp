#include "products/matcher.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "products/find.h"

namespace tocsin::products {
namespace {

std::string_view cut(std::string_view text, const Taken& taken) {
  return text.substr(taken.begin, taken.end - taken.begin);
}

bool is_source(Identity identity) { return identity != Identity::none && identity != Identity::port; }

// The capture that tells the source best: its address before its name.
const Taken* source_of(std::span<const Identity> captures, std::span<const Taken> taken) {
  const Taken* best = nullptr;
  Identity kind = Identity::port;
  for (std::size_t i = 0; i < captures.size(); ++i)
    if (taken[i].present && is_source(captures[i]) && captures[i] < kind) best = &taken[i], kind = captures[i];
  return best;
}

const Taken* port_of(std::span<const Identity> captures, std::span<const Taken> taken) {
  for (std::size_t i = 0; i < captures.size(); ++i)
    if (taken[i].present && captures[i] == Identity::port) return &taken[i];
  return nullptr;
}

}  // namespace

void Matcher::add(std::uint32_t message, std::uint32_t text, std::span<const Shape> shapes,
                  std::span<const Identity> captures) {
  for (const Shape& shape : shapes) {
    Entry& entry = entries_.emplace_back(Entry{ShapeMatcher(shape),
                                               message,
                                               0,
                                               shape.path,
                                               std::vector<Identity>(captures.begin(), captures.end()),
                                               false,
                                               {}});
    entry.path.insert(entry.path.begin(), static_cast<std::uint8_t>(std::min(text, 255u)));
    entry.has_source = std::ranges::any_of(shape.steps, [&](const Shape::Step& step) {
      return step.capture >= 0 && captures[static_cast<std::size_t>(step.capture)] != Identity::none;
    });
  }
}

void Matcher::build() {
  std::ranges::stable_sort(entries_, [](const Entry& a, const Entry& b) {
    return a.message != b.message ? a.message < b.message : a.path < b.path;
  });
  for (std::size_t i = 1; i < entries_.size(); ++i)
    if (entries_[i].message == entries_[i - 1].message)
      entries_[i].rank = entries_[i - 1].rank + (entries_[i].path != entries_[i - 1].path);
  // Literals of a byte or two are in most texts; the others are looked for once a text, the longest first, whatever
  // number of shapes has them.
  std::unordered_map<std::string, std::uint16_t> numbers;
  for (Entry& entry : entries_) {
    std::vector<std::string> literals;
    for (const Shape::Step& step : entry.shape.steps())
      if (step.literal.size() > 2) literals.push_back(step.literal);
    std::ranges::stable_sort(literals, std::ranges::greater{}, &std::string::size);
    for (const std::string& literal : literals) {
      if (needed_.size() == UINT16_MAX) break;
      const auto [number, is_new] = numbers.try_emplace(literal, static_cast<std::uint16_t>(needed_.size()));
      if (is_new) needed_.push_back(literal);
      if (std::ranges::find(entry.literals, number->second) == entry.literals.end())
        entry.literals.push_back(number->second);
    }
  }
  std::vector<std::uint32_t> sorted(entries_.size());
  for (std::uint32_t i = 0; i < sorted.size(); ++i) sorted[i] = i;
  std::ranges::stable_sort(sorted, {}, [&](std::uint32_t i) { return std::string_view(entries_[i].shape.prefix()); });
  build_node(sorted, 0, 0);
}

// `sorted` share their first `depth` bytes, of which the last from `from` on lead from the parent to this node.
std::uint32_t Matcher::build_node(std::span<const std::uint32_t> sorted, std::size_t depth, std::size_t from) {
  const auto prefix = [&](std::uint32_t entry) -> const std::string& { return entries_[entry].shape.prefix(); };
  const auto number = static_cast<std::uint32_t>(nodes_.size());
  nodes_.emplace_back();
  Node node;
  if (!sorted.empty()) {
    node.label = static_cast<std::uint32_t>(labels_.size());
    node.label_size = static_cast<std::uint32_t>(depth - from);
    labels_ += prefix(sorted[0]).substr(from, depth - from);
  }
  std::size_t i = 0;
  std::map<std::uint32_t, std::vector<std::uint32_t>> bunches;
  for (; i < sorted.size() && prefix(sorted[i]).size() == depth; ++i) {
    const auto& literals = entries_[sorted[i]].literals;
    bunches[literals.empty() ? kNoLiteral : literals[0]].push_back(sorted[i]);
  }
  node.bunches = static_cast<std::uint32_t>(bunches_.size());
  node.bunch_count = static_cast<std::uint32_t>(bunches.size());
  for (const auto& [literal, members] : bunches) {
    const auto begin = static_cast<std::uint32_t>(node_entries_.size());
    node_entries_.insert(node_entries_.end(), members.begin(), members.end());
    bunches_.push_back({literal, begin, static_cast<std::uint32_t>(node_entries_.size())});
  }
  std::vector<std::uint32_t> children;
  while (i < sorted.size()) {
    std::size_t end = i + 1;
    while (end < sorted.size() && prefix(sorted[end])[depth] == prefix(sorted[i])[depth]) ++end;
    const std::string &first = prefix(sorted[i]), &last = prefix(sorted[end - 1]);
    std::size_t common = depth + 1;
    while (common < first.size() && common < last.size() && first[common] == last[common]) ++common;
    children.push_back(build_node(sorted.subspan(i, end - i), common, depth));
    i = end;
  }
  node.edges = static_cast<std::uint32_t>(edges_.size());
  node.edge_count = static_cast<std::uint32_t>(children.size());
  edges_.insert(edges_.end(), children.begin(), children.end());
  nodes_[number] = node;
  return number;
}

// Marks what the other way contradicts in the best.
void Matcher::compare(std::string_view text, MatchScratch& scratch) const {
  MatchScratch::Way& best = scratch.best;
  const MatchScratch::Way& other = scratch.other;
  const Entry &mine = entries_[best.entry], &theirs = entries_[other.entry];
  const auto differ = [&](const Taken* a, const Taken* b) { return !b || cut(text, *a) != cut(text, *b); };
  const Taken* source = source_of(mine.captures, best.taken);
  const bool source_differs = source && (differ(source, source_of(theirs.captures, other.taken)) ||
                                         source_of(theirs.captures, other.taken)->ambiguous);
  const Taken* port = port_of(mine.captures, best.taken);
  const Taken* other_port = port_of(theirs.captures, other.taken);
  const bool port_differs = port && ((other_port && differ(port, other_port)) || source_differs);
  if (source_differs || port_differs) {
    for (std::size_t i = 0; i < mine.captures.size(); ++i) {
      if (!best.taken[i].present) continue;
      if ((source_differs && is_source(mine.captures[i])) || (port_differs && mine.captures[i] == Identity::port))
        best.taken[i].ambiguous = true;
    }
  }
  if (mine.message != theirs.message || mine.rank != theirs.rank) return;
  std::size_t differing = 0, which = 0;
  for (std::size_t i = 0; i < mine.captures.size(); ++i) {
    if (mine.captures[i] != Identity::none) continue;
    const Taken &a = best.taken[i], &b = other.taken[i];
    if (a.present != b.present || (a.present && cut(text, a) != cut(text, b))) ++differing, which = i;
  }
  if (differing == 0) return;
  if (differing == 1 && !source_differs && !port_differs && best.taken[which].present && other.taken[which].present &&
      best.taken[which].begin == other.taken[which].begin && best.taken[which].end < other.taken[which].end)
    return;  // the other runs over an optional ending
  for (std::size_t i = 0; i < mine.captures.size(); ++i) {
    if (mine.captures[i] != Identity::none) continue;
    const Taken& b = other.taken[i];
    Taken& a = best.taken[i];
    if (a.present && (!b.present || cut(text, a) != cut(text, b))) a.ambiguous = true;
  }
}

bool Matcher::has_literal(std::string_view text, std::uint32_t literal, MatchScratch& scratch) const {
  std::uint64_t& known = scratch.literals[literal];
  if (known < scratch.round)
    known = scratch.round + (find_literal(text, needed_[literal], 0) == std::string_view::npos);
  return known == scratch.round;
}

bool Matcher::has_literals(std::string_view text, const Entry& entry, MatchScratch& scratch) const {
  return std::ranges::all_of(entry.literals,
                             [&](std::uint16_t literal) { return has_literal(text, literal, scratch); });
}

bool Matcher::match(std::string_view text, const MessageFilter* filter, MatchScratch& scratch, Match& out) const {
  auto& found = scratch.entries;
  found.clear();
  scratch.round += 2;
  if (scratch.literals.size() < needed_.size()) scratch.literals.resize(needed_.size());
  std::size_t at = 0;
  for (const Node* node = nodes_.data();;) {
    for (std::uint32_t b = 0; b < node->bunch_count; ++b) {
      const Bunch& bunch = bunches_[node->bunches + b];
      if (bunch.literal == kNoLiteral || has_literal(text, bunch.literal, scratch))
        found.insert(found.end(), node_entries_.begin() + bunch.begin, node_entries_.begin() + bunch.end);
    }
    if (at >= text.size()) break;
    const Node* next = nullptr;
    for (std::uint32_t i = 0; i < node->edge_count && !next; ++i) {
      const Node& edge = nodes_[edges_[node->edges + i]];
      if (labels_[edge.label] == text[at]) next = &edge;
    }
    if (!next || !text.substr(at).starts_with(std::string_view(labels_).substr(next->label, next->label_size))) break;
    at += next->label_size;
    node = next;
  }
  if (found.empty()) return false;
  std::ranges::sort(found);

  MatchScratch::Way &best = scratch.best, &other = scratch.other;
  bool any = false, hard = false;
  for (const std::uint32_t number : found) {
    const Entry& entry = entries_[number];
    // Once it is known which message it is, and that it names no source, nothing can contradict it.
    if (any && entry.message != entries_[best.entry].message && !entries_[best.entry].has_source) break;
    if ((filter && !filter->allows(entry.message)) || !has_literals(text, entry, scratch)) continue;
    MatchScratch::Way& way = any ? other : best;
    way.entry = number;
    way.taken.assign(entry.captures.size(), {});
    const Fits fits = entry.shape.match(text, scratch.shape, way.taken);
    hard |= fits == Fits::hard;
    if (fits != Fits::yes) continue;
    if (any) compare(text, scratch);
    any = true;
  }
  if (!any) return false;
  out.message = entries_[best.entry].message;
  out.ambiguous = false;
  for (Taken& taken : best.taken) {
    taken.ambiguous |= hard;
    out.ambiguous |= taken.present && taken.ambiguous;
  }
  out.taken = best.taken;
  return true;
}

}  // namespace tocsin::products
