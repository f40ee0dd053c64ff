#include "products/matcher.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

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
    bool behind = false;  // the lead's own literals are seen by walking it
    for (const Shape::Step& step : std::as_const(entry.shape).steps()) {
      behind |= step.free;
      if (behind && step.literal.size() > 2) literals.push_back(step.literal);
    }
    std::ranges::stable_sort(literals, std::ranges::greater{}, &std::string::size);
    for (const std::string& literal : literals) {
      if (needed_.size() == UINT16_MAX) break;
      const auto [number, is_new] = numbers.try_emplace(literal, static_cast<std::uint16_t>(needed_.size()));
      if (is_new) needed_.push_back(literal);
      if (std::ranges::find(entry.literals, number->second) == entry.literals.end())
        entry.literals.push_back(number->second);
    }
  }
  std::unordered_map<std::string, std::uint16_t> literals;
  std::vector<const ShapeMatcher*> shapes;
  std::vector<LeadTree::Item> items;
  for (std::uint32_t i = 0; i < entries_.size(); ++i) {
    for (Shape::Step& step : entries_[i].shape.steps())
      step.number = literals.try_emplace(step.literal, static_cast<std::uint16_t>(literals.size())).first->second;
    shapes.push_back(&entries_[i].shape);
    items.push_back({i, entries_[i].literals.empty() ? LeadTree::kNoLiteral : entries_[i].literals[0]});
  }
  literals_ = literals.size();
  leads_.build(shapes, items);
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
  scratch.found.clear();
  scratch.spans.clear();
  scratch.round += 2;
  scratch.shape.begin(literals_, text.size());
  if (scratch.literals.size() < needed_.size()) scratch.literals.resize(needed_.size());
  leads_.walk(text, scratch.shape, scratch.lead,
              [&](std::uint32_t literal, std::span<const std::uint32_t> entries, std::uint32_t at,
                  std::span<const LeadTree::Span> spans) {
                if (literal != LeadTree::kNoLiteral && !has_literal(text, literal, scratch)) return;
                const auto first = static_cast<std::uint32_t>(scratch.spans.size());
                bool any = false;
                for (const std::uint32_t entry : entries) {
                  if (!entries_[entry].shape.may_end(text)) continue;
                  scratch.found.push_back({entry, at, first, static_cast<std::uint32_t>(spans.size())});
                  any = true;
                }
                if (any) scratch.spans.insert(scratch.spans.end(), spans.begin(), spans.end());
              });
  if (scratch.found.empty()) return false;
  std::ranges::sort(scratch.found, {}, &MatchScratch::Found::entry);

  scratch.best.is_clear = scratch.other.is_clear = false;
  MatchScratch::Way &best = scratch.best, &other = scratch.other;
  bool any = false, hard = false;
  for (const MatchScratch::Found& found : scratch.found) {
    const Entry& entry = entries_[found.entry];
    // Once it is known which message it is, and that it names no source, nothing can contradict it.
    if (any && entry.message != entries_[best.entry].message && !entries_[best.entry].has_source) break;
    if ((filter && !filter->allows(entry.message)) || !has_literals(text, entry, scratch)) continue;
    MatchScratch::Way& way = any ? other : best;
    way.entry = found.entry;
    if (!way.is_clear || way.taken.size() != entry.captures.size()) way.taken.assign(entry.captures.size(), {});
    const Fits fits = entry.shape.match_behind(text, found.at, scratch.shape, way.taken);
    if (fits == Fits::hard) {
      hard = true;
      break;
    }
    way.is_clear = fits == Fits::no && entry.shape.is_simple();
    if (fits != Fits::yes) continue;
    for (std::uint32_t i = 0; i < found.depth; ++i) {
      const Shape::Step& step = entry.shape.steps()[i];
      const LeadTree::Span span = scratch.spans[found.spans + i];
      const std::uint32_t quotes = step.type == Type::quoted;
      if (step.capture >= 0)
        way.taken[static_cast<std::size_t>(step.capture)] = {span.begin + quotes, span.end - quotes, true, false};
    }
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
