#include "products/matcher.h"

#include <algorithm>
#include <utility>

namespace tocsin::products {
namespace {

std::string_view cut(std::string_view text, const Taken& taken) {
  return text.substr(taken.begin, taken.end - taken.begin);
}

bool is_source(Identity identity) { return identity != Identity::none && identity != Identity::port; }

}  // namespace

void Matcher::add(std::uint32_t message, std::uint32_t text, std::span<const Shape> shapes,
                  std::span<const Identity> captures, bool conditional) {
  for (const Shape& shape : shapes) {
    Entry& entry =
        entries_.emplace_back(Entry{ShapeMatcher(shape), message, 0, shape.path, {}, {}, -1, false, true, conditional});
    entry.captures.assign(captures.begin(), captures.end());
    entry.path.insert(entry.path.begin(), static_cast<std::uint8_t>(std::min(text, 255u)));
    for (std::uint32_t i = 0; i < captures.size(); ++i) {
      if (is_source(captures[i])) entry.sources.push_back(i);
      if (captures[i] == Identity::port && entry.port < 0) entry.port = static_cast<std::int32_t>(i);
    }
    std::ranges::stable_sort(entry.sources, {}, [&](std::uint32_t i) { return captures[i]; });
    for (const Shape::Step& step : shape.steps) {
      entry.has_source |= step.capture >= 0 && captures[static_cast<std::size_t>(step.capture)] != Identity::none;
      entry.is_loose &= !step.free || step.type == Type::rest || step.type == Type::text || step.type == Type::until;
    }
  }
}

void Matcher::build() {
  std::ranges::stable_sort(entries_, [](const Entry& a, const Entry& b) {
    return a.message != b.message ? a.message < b.message : a.path < b.path;
  });
  for (std::size_t i = 1; i < entries_.size(); ++i)
    if (entries_[i].message == entries_[i - 1].message)
      entries_[i].rank = entries_[i - 1].rank + (entries_[i].path != entries_[i - 1].path);
  std::vector<const ShapeMatcher*> shapes;
  std::vector<LeadTree::Item> items;
  for (std::uint32_t i = 0; i < entries_.size(); ++i) {
    const ShapeMatcher& shape = entries_[i].shape;
    Chain chain{static_cast<std::uint32_t>(frees_.size()), 0};
    for (const std::uint32_t step : shape.frees())
      frees_.push_back({shape.steps()[step].type, step, segments_.add(std::span(shape.steps()).subspan(step))});
    chain.end = static_cast<std::uint32_t>(frees_.size());
    chains_.push_back(chain);
    shapes.push_back(&shape);
    LeadTree::Item item{.entry = i};
    if (chain.begin < chain.end) item.first = frees_[chain.begin].segment, item.last = frees_.back().segment;
    std::size_t longest_literal = 0;
    for (std::uint32_t k = chain.begin; k < chain.end; ++k) {
      const std::size_t size = shape.steps()[frees_[k].step].literal.size();
      if (k == chain.begin || size > longest_literal) longest_literal = size, item.rare = frees_[k].segment;
    }
    items.push_back(item);
  }
  segments_.build();
  for (LeadTree::Item& item : items)
    if (item.rare != Segments::kNone) item.family = segments_.family_of(item.rare);
  leads_.build(shapes, items);
}

// The capture that tells the source best: its address before its name.
const Taken* Matcher::source_of(const Entry& entry, std::span<const Taken> taken) {
  for (const std::uint32_t i : entry.sources)
    if (taken[i].present) return &taken[i];
  return nullptr;
}

const Taken* Matcher::port_of(const Entry& entry, std::span<const Taken> taken) {
  for (std::size_t i = static_cast<std::size_t>(entry.port); i < taken.size(); ++i)
    if (taken[i].present && entry.captures[i] == Identity::port) return &taken[i];
  return nullptr;
}

// Marks what the other way contradicts in the best.
void Matcher::compare(std::string_view text, MatchScratch& scratch) const {
  MatchScratch::Way& best = scratch.best;
  const MatchScratch::Way& other = scratch.other;
  const Entry &mine = entries_[best.entry], &theirs = entries_[other.entry];
  const auto differ = [&](const Taken* a, const Taken* b) { return !b || cut(text, *a) != cut(text, *b); };
  const Taken* source = source_of(mine, best.taken);
  const Taken* other_source = source_of(theirs, other.taken);
  const bool source_differs = source && (differ(source, other_source) || other_source->ambiguous);
  const Taken* port = port_of(mine, best.taken);
  const Taken* other_port = port_of(theirs, other.taken);
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

bool Matcher::match(std::string_view text, const MessageFilter* filter, MatchScratch& scratch, Match& out) const {
  scratch.hard = false;
  scratch.found.clear();
  scratch.spans.clear();
  scratch.shape.begin(ShapeScratch::enough(text.size()));
  segments_.prepare(scratch.segments);
  const auto many = [&] { segments_.note_pairs(text, scratch.shape, scratch.segments); };
  const auto standing = [&](std::uint32_t family) {
    return segments_.standing(family, text, scratch.shape, scratch.segments);
  };
  std::uint32_t asked = Segments::kNone;  // the ending asked for last, and whether the text has it
  bool ends = false;
  const auto look = [&](const LeadTree::Bunch& bunch, std::span<const std::uint32_t> entries, std::uint32_t at,
                        std::span<const LeadTree::Span> spans) {
    const auto stands = [&](std::uint32_t segment) {
      const auto places = segments_.places(segment, text, scratch.shape, scratch.segments);
      return scratch.shape.budget < 0 || (!places.empty() && places.back().begin >= at);
    };
    if (bunch.last == Segments::kNone) {
      if (at != text.size()) return;
    } else {
      if (bunch.last != asked) asked = bunch.last, ends = segments_.may_end(asked, text) && stands(asked);
      if (!ends || !stands(bunch.rare) || !stands(bunch.last) || (bunch.first != bunch.rare && !stands(bunch.first)))
        return;
    }
    const auto first = static_cast<std::uint32_t>(scratch.spans.size());
    bool any = false;
    for (const std::uint32_t entry : entries) {
      if (!may_fit(entry, text, at, scratch)) continue;
      scratch.found.push_back({entry, at, first, static_cast<std::uint32_t>(spans.size())});
      any = true;
      if (scratch.shape.budget < 0) break;
    }
    if (any) scratch.spans.insert(scratch.spans.end(), spans.begin(), spans.end());
  };
  leads_.walk(text, scratch.shape, scratch.lead, many, standing, look);
  scratch.hard = scratch.shape.budget < 0;
  if (scratch.found.empty()) return false;
  if (!std::ranges::is_sorted(scratch.found, {}, &MatchScratch::Found::entry))
    std::ranges::sort(scratch.found, {}, &MatchScratch::Found::entry);
  if (scratch.shape.budget < 0) return match_hard(text, filter, scratch, out);

  MatchScratch::Way &best = scratch.best, &other = scratch.other;
  bool any = false;
  for (const MatchScratch::Found& found : scratch.found) {
    const Entry& entry = entries_[found.entry];
    // Once it is known which message it is, and that it names no source, nothing can contradict it.
    if (any && entry.message != entries_[best.entry].message && !entries_[best.entry].has_source) break;
    if (!counts(entry, filter)) continue;
    MatchScratch::Way& way = any ? other : best;
    way.entry = found.entry;
    way.taken.assign(entry.captures.size(), {});
    const Fits fits = fit(found.entry, text, found.at, scratch, way);
    if (fits == Fits::hard) return match_hard(text, filter, scratch, out);
    if (fits != Fits::yes) continue;
    for (std::uint32_t i = 0; i < found.depth; ++i) {
      const LeadTree::Span span = scratch.spans[found.spans + i];
      ShapeMatcher::keep(entry.shape.steps()[i], span.begin, span.end, way.taken);
    }
    if (any) compare(text, scratch);
    any = true;
  }
  return any && tell(false, scratch, out);
}

// The first reading that the plain way finds with half as much work again: all of it is ambiguous.
bool Matcher::match_hard(std::string_view text, const MessageFilter* filter, MatchScratch& scratch, Match& out) const {
  scratch.hard = true;
  scratch.shape.begin(ShapeScratch::enough(text.size()) / 2);
  for (const MatchScratch::Found& found : scratch.found) {
    const Entry& entry = entries_[found.entry];
    if (!counts(entry, filter)) continue;
    scratch.best.entry = found.entry;
    scratch.best.taken.assign(entry.captures.size(), {});
    const Fits fits = entry.shape.match(text, scratch.shape, scratch.best.taken);
    if (fits == Fits::yes) return tell(true, scratch, out);
    if (fits == Fits::hard) break;
  }
  return false;
}

bool Matcher::tell(bool hard, MatchScratch& scratch, Match& out) const {
  out.message = entries_[scratch.best.entry].message;
  out.ambiguous = false;
  for (Taken& taken : scratch.best.taken) {
    taken.ambiguous |= hard;
    out.ambiguous |= taken.present && taken.ambiguous;
  }
  out.taken = scratch.best.taken;
  return true;
}

}  // namespace tocsin::products
