// A shape against a text whose segments are known: which of their places follow one another from where the lead ended.
// What each function answers is what shape.cpp says at length.
#include <algorithm>

#include "products/matcher.h"

namespace tocsin::products {
namespace {

using Places = std::span<const Segments::Place>;

// The first place that begins at `from` or behind; few texts have more than a place or two.
std::size_t first_from(Places places, std::uint32_t from) {
  if (places.size() < 8) {
    std::size_t i = 0;
    while (i < places.size() && places[i].begin < from) ++i;
    return i;
  }
  return static_cast<std::size_t>(std::ranges::lower_bound(places, from, {}, &Segments::Place::begin) - places.begin());
}

}  // namespace

// What must hold of any shape, and is enough where free captures may hold anything.
bool Matcher::may_fit(std::uint32_t entry, std::string_view text, std::uint32_t at, MatchScratch& scratch) const {
  for (const Free& free : frees(entry)) {
    const Places places = segments_.places(free.segment, text, scratch.shape, scratch.segments);
    const bool may_be_empty = free.type == Type::rest || free.type == Type::until;
    const std::size_t first = first_from(places, at + !may_be_empty);
    if (first == places.size()) return scratch.shape.budget < 0;
    at = places[first].end;
  }
  return true;
}

Fits Matcher::fit(std::uint32_t entry, std::string_view text, std::uint32_t at, MatchScratch& scratch,
                  MatchScratch::Way& way) const {
  if (chains_[entry].begin == chains_[entry].end) return at == text.size() ? Fits::yes : Fits::no;
  return entries_[entry].is_loose ? fit_loose(entry, text, at, scratch, way)
                                  : fit_strict(entry, text, at, scratch, way);
}

// Between the first place that can be reached and the last that can still end, all are usable.
Fits Matcher::fit_loose(std::uint32_t entry, std::string_view text, std::uint32_t at, MatchScratch& scratch,
                        MatchScratch::Way& way) const {
  const std::span<Taken> taken(way.taken);
  const ShapeMatcher& shape = entries_[entry].shape;
  const std::span<const Free> chain = frees(entry);
  auto& firsts = scratch.firsts;
  if (firsts.size() < chain.size()) firsts.resize(chain.size());
  std::uint32_t reached = at;
  for (std::size_t k = 0; k < chain.size(); ++k) {
    const Places places = segments_.places(chain[k].segment, text, scratch.shape, scratch.segments);
    firsts[k] = first_from(places, reached + (chain[k].type == Type::text));
    if (firsts[k] == places.size()) return Fits::no;
    reached = places[firsts[k]].end;
  }
  std::uint32_t until = kNowhere;
  bool several_behind = false;
  for (std::size_t k = chain.size(); k-- > 0;) {
    const Places places = segments_.places(chain[k].segment, text, scratch.shape, scratch.segments);
    std::size_t last = places.size() - 1;
    if (k + 1 < chain.size()) {
      const std::uint32_t gap = chain[k + 1].type == Type::text;
      while (last > firsts[k] && places[last].end + gap > until) --last;
      if (places[last].end + gap > until) return Fits::no;
    }
    const Shape::Step* const step = &shape.steps()[chain[k].step];
    const std::size_t steps = (k + 1 < chain.size() ? chain[k + 1].step : shape.steps().size()) - chain[k].step;
    const bool several = last > firsts[k];
    for (std::size_t i = 1; i < steps; ++i) {
      if (step[i].capture < 0) continue;
      const Segments::Span span = scratch.segments.captures[places[last].captures + i - 1];
      ShapeMatcher::keep(step[i], span.begin, span.end, taken);
      taken[static_cast<std::size_t>(step[i].capture)].ambiguous = several;
    }
    if (k + 1 < chain.size()) {  // the free capture behind
      ShapeMatcher::keep(step[steps], places[last].end, until, taken);
      if (step[steps].capture >= 0 && (several || several_behind))
        taken[static_cast<std::size_t>(step[steps].capture)].ambiguous = true;
    }
    until = places[last].begin;
    several_behind = several;
  }
  const Shape::Step& first = shape.steps()[chain[0].step];
  ShapeMatcher::keep(first, at, until, taken);
  if (first.capture >= 0 && several_behind) taken[static_cast<std::size_t>(first.capture)].ambiguous = true;
  return Fits::yes;
}

// Free captures of some type: only what allows their bytes follows one another.
Fits Matcher::fit_strict(std::uint32_t entry, std::string_view text, std::uint32_t at, MatchScratch& scratch,
                         MatchScratch::Way& way) const {
  const std::span<Taken> taken(way.taken);
  using Place = ShapeScratch::Place;
  ShapeScratch& work = scratch.shape;
  const ShapeMatcher& shape = entries_[entry].shape;
  const std::span<const Free> chain = frees(entry);
  auto& places = work.places;
  if (places.size() < chain.size() + 1) places.resize(chain.size() + 1);
  // Forward: places[k + 1] holds where the segment behind the k-th free capture can stand.
  places[0].assign(1, {at, at, true});
  for (std::size_t k = 0; k < chain.size(); ++k) {
    const Type type = chain[k].type;
    auto &before = places[k], &here = places[k + 1];
    here.clear();
    const auto reaches = [&](std::uint32_t begin) {  // from any place before
      if (type == Type::rest || type == Type::until) return before[0].end <= begin;
      if (type == Type::text) return before[0].end < begin;
      if (begin > 0 && !may_hold(type, static_cast<unsigned char>(text[begin - 1]))) return false;
      auto from = std::ranges::upper_bound(before, begin, {}, &Place::end);
      while (from != before.begin()) {
        --from;
        work.budget -= kPlaceCost;
        if (work.budget < 0) return false;
        if (allows(type, text, from->end, begin, work)) return true;
      }
      return false;
    };
    const Places known = segments_.places(chain[k].segment, text, work, scratch.segments);
    for (std::size_t i = first_from(known, before[0].end); i < known.size(); ++i)
      if (reaches(known[i].begin)) here.push_back({known[i].begin, known[i].end, true});
    if (work.budget < 0) return Fits::hard;
    if (here.empty()) return Fits::no;
  }
  // Backward: which of them can still end.
  for (std::size_t k = chain.size(); k-- > 1;) {
    const Type type = chain[k].type;
    for (Place& place : places[k]) {
      place.usable = false;
      if (type == Type::rest || type == Type::text || type == Type::until) {
        const auto next = std::ranges::find_if(places[k + 1].rbegin(), places[k + 1].rend(), &Place::usable);
        place.usable = next != places[k + 1].rend() && place.end + (type == Type::text) <= next->begin;
        continue;
      }
      for (auto next = std::ranges::lower_bound(places[k + 1], place.end, {}, &Place::begin);
           next != places[k + 1].end() && !place.usable; ++next) {
        work.budget -= kPlaceCost;
        place.usable = next->usable && allows(type, text, place.end, next->begin, work);
        if (work.budget < 0) return Fits::hard;
      }
    }
  }
  // The last of the ways, from the end.
  std::uint32_t until = kNowhere;
  bool several_behind = false;
  for (std::size_t k = chain.size() + 1; k-- > 0;) {
    std::size_t count = 0;
    const Place* chosen = nullptr;
    for (const Place& place : places[k]) {
      if (!place.usable) continue;
      ++count;
      if (k == chain.size() || allows(chain[k].type, text, place.end, until, work)) chosen = &place;
    }
    if (chosen == nullptr) return work.budget < 0 ? Fits::hard : Fits::no;
    const std::size_t first = k == 0 ? 0 : chain[k - 1].step;
    const std::size_t next = k == chain.size() ? shape.steps().size() : chain[k].step;
    if (k > 0) {
      shape.keep_run(text, first, chosen->begin, work, taken);
      for (std::size_t i = first + 1; count > 1 && i < next; ++i)
        if (shape.steps()[i].capture >= 0) taken[static_cast<std::size_t>(shape.steps()[i].capture)].ambiguous = true;
    }
    if (k < chain.size()) {
      const Shape::Step& step = shape.steps()[next];
      ShapeMatcher::keep(step, chosen->end, until, taken);
      if (step.capture >= 0 && (count > 1 || several_behind))
        taken[static_cast<std::size_t>(step.capture)].ambiguous = true;
    }
    until = chosen->begin;
    several_behind = count > 1;
  }
  return work.budget < 0 ? Fits::hard : Fits::yes;
}

}  // namespace tocsin::products
