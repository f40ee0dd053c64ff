#include "products/shape.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/ip.h"
#include "products/find.h"

namespace tocsin::products {
namespace {

constexpr std::int64_t kPlaceCost = 16;  // looking at a place costs about as much as reading sixteen bytes

using Table = std::array<bool, 256>;
const std::array<Table, std::size(kTypeNames)> kTables = [] {
  std::array<Table, std::size(kTypeNames)> made{};
  for (std::size_t t = 0; t < made.size(); ++t)
    for (int c = 0; c < 256; ++c)
      made[t][static_cast<std::size_t>(c)] = may_hold(static_cast<Type>(t), static_cast<unsigned char>(c));
  return made;
}();
const Table& table_of(Type type) { return kTables[static_cast<std::size_t>(type)]; }

bool is_v4(std::string_view text) {
  std::size_t at = 0;
  for (int part = 0; part < 4; ++part) {
    if (part > 0 && (at == text.size() || text[at++] != '.')) return false;
    unsigned value = 0;
    const std::size_t start = at;
    while (at < text.size() && at - start < 3 && static_cast<unsigned char>(text[at] - '0') < 10)
      value = value * 10 + static_cast<unsigned>(text[at++] - '0');
    if (at == start || value > 255 || (at - start > 1 && text[start] == '0')) return false;
  }
  return at == text.size();
}

bool is_valid(Type type, std::string_view value) {
  switch (type) {
    case Type::ip:
      return value.size() <= 64 && (is_v4(value) || Ip::parse(value));
    case Type::port: {
      if (value.empty() || value.size() > 5) return false;
      unsigned number = 0;
      for (const char c : value) number = number * 10 + static_cast<unsigned>(c - '0');
      return number <= 65535;
    }
    case Type::integer:
      return !value.empty() && value != "-" && value.find('-', 1) == std::string_view::npos;
    case Type::email:
      return value.find('@') != std::string_view::npos;
    case Type::rest:
    case Type::until:
    case Type::quoted:
      return true;
    default:
      return !value.empty();
  }
}

}  // namespace

ShapeMatcher::ShapeMatcher(const Shape& shape)
    : prefix_(shape.prefix), steps_(shape.steps), least_(shape.prefix.size()) {
  for (std::uint32_t i = 0; i < steps_.size(); ++i) {
    least_ += steps_[i].literal.size();
    if (steps_[i].free) frees_.push_back(i);
  }
  for (std::size_t i = steps_.size(); i-- > 0;) {
    const std::size_t more = steps_[i].literal.size() + (steps_[i].free ? 0 : longest(steps_[i].type));
    tail_ = more < steps_[i].literal.size() || tail_ > SIZE_MAX - more ? SIZE_MAX : tail_ + more;
    if (steps_[i].free) break;
  }
}

void ShapeMatcher::keep(const Step& step, std::uint32_t begin, std::uint32_t end, Taken* taken) const {
  if (step.capture < 0 || taken == nullptr) return;
  const std::uint32_t quotes = step.type == Type::quoted;
  taken[step.capture] = {begin + quotes, end - quotes, true, false};
}

std::size_t ShapeMatcher::find(const Step& step, std::string_view text, std::size_t from, bool next,
                               ShapeScratch& scratch) {
  if (scratch.found.size() < 2 * (step.number + std::size_t{1})) return find_literal(text, step.literal, from);
  ShapeScratch::Found& found = scratch.found[2 * std::size_t{step.number} + next];
  if (found.round != scratch.round || found.from != from) {
    const std::size_t place = find_literal(text, step.literal, from);
    found = {scratch.round, static_cast<std::uint32_t>(from),
             place == std::string_view::npos ? kNone : static_cast<std::uint32_t>(place)};
  }
  return found.place == kNone ? std::string_view::npos : found.place;
}

std::uint32_t ShapeMatcher::munch(Type type, char delimiter, std::string_view text, std::uint32_t at,
                                  ShapeScratch& scratch) {
  const std::uint32_t what = static_cast<std::uint32_t>(type) << 8 | static_cast<unsigned char>(delimiter);
  ShapeScratch::Munched& known = scratch.munched[(at ^ what >> 5) & 31];
  if (known.round != scratch.round || known.at != at || known.what != what)
    known = {scratch.round, at, what, munch_now(type, delimiter, text, at)};
  return known.end;
}

std::uint32_t ShapeMatcher::munch_now(Type type, char delimiter, std::string_view text, std::uint32_t at) {
  const auto size = static_cast<std::uint32_t>(text.size());
  if (type == Type::until) {
    const void* found = at < size ? std::memchr(text.data() + at, delimiter, size - at) : nullptr;
    return found ? static_cast<std::uint32_t>(static_cast<const char*>(found) - text.data()) : kNone;
  }
  if (type == Type::quoted) {
    if (at >= size || text[at] != '"') return kNone;
    for (std::uint32_t i = at + 1; i < size; ++i) {
      if (text[i] == '"') return i + 1;
      i += text[i] == '\\';
    }
    return kNone;
  }
  const Table& table = table_of(type);
  std::uint32_t end = at;
  // One byte more than a value may have is enough to see that it's none, wherever a forger makes us look.
  const std::size_t most = longest(type);
  const std::uint32_t stop = most < size - at ? at + static_cast<std::uint32_t>(most) + 1 : size;
  while (end < stop && table[static_cast<unsigned char>(text[end])]) ++end;
  if (type == Type::ip && end < stop && text[end] == '%') {  // a zone: fe80::1%eth0
    ++end;
    while (end < stop && table_of(Type::id)[static_cast<unsigned char>(text[end])]) ++end;
  }
  return end > at && end - at <= most && is_valid(type, text.substr(at, end - at)) ? end : kNone;
}

// Whether a free capture may be these bytes.
bool ShapeMatcher::allows(const Step& step, std::string_view text, std::uint32_t begin, std::uint32_t end,
                          ShapeScratch& scratch) const {
  if (step.type == Type::rest || step.type == Type::until) return begin <= end;
  if (begin >= end) return false;
  if (step.type == Type::text) return true;
  scratch.budget -= end - begin;
  if (scratch.budget < 0) return false;
  const Table& table = table_of(step.type);
  for (std::uint32_t i = begin; i < end; ++i)
    if (!table[static_cast<unsigned char>(text[i])]) return false;
  return is_valid(step.type, text.substr(begin, end - begin));
}

// From the literal of `step` at `at`, over the captures that follow, to where the next free one begins or the shape
// ends. Returns the place reached.
std::uint32_t ShapeMatcher::run(std::string_view text, std::size_t step, std::uint32_t at, Taken* taken,
                                ShapeScratch& scratch) const {
  at += static_cast<std::uint32_t>(steps_[step].literal.size());
  for (++step; step < steps_.size() && !steps_[step].free; ++step) {
    const Step& next = steps_[step];
    const std::uint32_t end = munch(next.type, next.type == Type::until ? next.literal[0] : '\0', text, at, scratch);
    if (end == kNone || !text.substr(end).starts_with(next.literal)) return kNone;
    keep(next, at, end, taken);
    scratch.budget -= end - at;
    at = end + static_cast<std::uint32_t>(next.literal.size());
  }
  return at;
}

Fits ShapeMatcher::match(std::string_view text, ShapeScratch& scratch, std::span<Taken> taken) const {
  if (!may_end(text)) return Fits::no;
  std::uint32_t at = static_cast<std::uint32_t>(prefix_.size());
  for (const Step& step : steps_) {
    if (step.free) break;
    const std::uint32_t end = munch(step.type, step.type == Type::until ? step.literal[0] : '\0', text, at, scratch);
    if (end == kNone || !text.substr(end).starts_with(step.literal)) return Fits::no;
    keep(step, at, end, taken.data());
    at = end + static_cast<std::uint32_t>(step.literal.size());
  }
  return match_behind(text, at, scratch, taken);
}

Fits ShapeMatcher::match_behind(std::string_view text, std::uint32_t at, ShapeScratch& scratch,
                                std::span<Taken> taken) const {
  if (frees_.empty()) return at == text.size() ? Fits::yes : Fits::no;
  return frees_.size() == 1 ? match_one(text, at, scratch, taken) : match_many(text, at, scratch, taken);
}

// One free capture, from `at` on: what follows it must reach the end.
Fits ShapeMatcher::match_one(std::string_view text, std::uint32_t at, ShapeScratch& scratch,
                             std::span<Taken> taken) const {
  const std::size_t free = frees_[0];
  const Step& step = steps_[free];
  const auto size = static_cast<std::uint32_t>(text.size());
  if (free + 1 == steps_.size()) {
    if (size < at + step.literal.size()) return Fits::no;
    const std::uint32_t end = size - static_cast<std::uint32_t>(step.literal.size());
    if (!allows(step, text, at, end, scratch)) return Fits::no;
    keep(step, at, end, taken.data());
    return Fits::yes;
  }
  std::uint32_t last = kNone;
  std::size_t count = 0;
  // What follows is no longer than tail_, so that a text full of such literals is looked at near its end only.
  const std::size_t from = tail_ < size && size - tail_ > at ? size - tail_ : at;
  for (std::size_t place = find(step, text, from, false, scratch); place != std::string_view::npos;
       place = find(step, text, place + 1, true, scratch)) {
    scratch.budget -= kPlaceCost;
    if (scratch.budget < 0) return Fits::hard;
    const auto begin = static_cast<std::uint32_t>(place);
    if (run(text, free, begin, nullptr, scratch) != size || !allows(step, text, at, begin, scratch)) continue;
    last = begin;
    ++count;
  }
  if (scratch.budget < 0) return Fits::hard;
  if (count == 0) return Fits::no;
  run(text, free, last, taken.data(), scratch);
  keep(step, at, last, taken.data());
  if (count > 1)
    for (std::size_t i = free; i < steps_.size(); ++i)
      if (steps_[i].capture >= 0) taken[static_cast<std::size_t>(steps_[i].capture)].ambiguous = true;
  return Fits::yes;
}

Fits ShapeMatcher::match_many(std::string_view text, std::uint32_t at, ShapeScratch& scratch,
                              std::span<Taken> taken) const {
  using Place = ShapeScratch::Place;
  const auto size = static_cast<std::uint32_t>(text.size());
  auto& places = scratch.places;
  if (places.size() < frees_.size() + 1) places.resize(frees_.size() + 1);
  // Forward: places[k + 1] holds where the literal behind the k-th free capture can stand, ascending.
  places[0].assign(1, {at, at, true});
  for (std::size_t k = 0; k < frees_.size(); ++k) {
    const Step& step = steps_[frees_[k]];
    const bool is_last = k + 1 == frees_.size();
    auto &before = places[k], &here = places[k + 1];
    here.clear();
    const auto reaches = [&](std::uint32_t begin) {  // from any place before
      if (step.type == Type::rest) return before[0].end <= begin;
      if (step.type == Type::text) return before[0].end < begin;
      auto from = std::ranges::upper_bound(before, begin, {}, &Place::end);
      while (from != before.begin()) {
        --from;
        scratch.budget -= kPlaceCost;
        if (scratch.budget < 0) return false;
        if (allows(step, text, from->end, begin, scratch)) return true;
        if (step.type != Type::until && from->end < begin &&
            !table_of(step.type)[static_cast<unsigned char>(text[begin - 1])])
          return false;
      }
      return false;
    };
    if (step.literal.empty()) {
      if (reaches(size)) here.push_back({size, size, true});
    } else {
      const std::size_t near = is_last && tail_ < size ? size - tail_ : 0;
      for (std::size_t place = find(step, text, std::max<std::size_t>(near, before[0].end), false, scratch);
           place != std::string_view::npos; place = find(step, text, place + 1, true, scratch)) {
        scratch.budget -= kPlaceCost;
        if (scratch.budget < 0) return Fits::hard;
        const auto begin = static_cast<std::uint32_t>(place);
        const std::uint32_t end = run(text, frees_[k], begin, nullptr, scratch);
        if (end == kNone || (is_last && end != size) || !reaches(begin)) continue;
        here.push_back({begin, end, true});
      }
    }
    if (scratch.budget < 0) return Fits::hard;
    if (here.empty()) return Fits::no;
  }
  // Backward: which of them can still end. Ends ascend with places, as a capture that isn't free ends where its
  // characters do.
  for (std::size_t k = frees_.size(); k-- > 1;) {
    const Step& step = steps_[frees_[k]];
    for (Place& place : places[k]) {
      place.usable = false;
      if (step.type == Type::rest || step.type == Type::text) {
        for (auto next = places[k + 1].rbegin(); next != places[k + 1].rend() && !place.usable; ++next)
          if (next->usable) {
            place.usable = place.end + (step.type == Type::text) <= next->begin;
            break;
          }
        continue;
      }
      for (auto next = std::ranges::lower_bound(places[k + 1], place.end, {}, &Place::begin);
           next != places[k + 1].end() && !place.usable; ++next) {
        scratch.budget -= kPlaceCost;
        place.usable = next->usable && allows(step, text, place.end, next->begin, scratch);
        if (scratch.budget < 0) return Fits::hard;
      }
    }
  }
  // The last of the ways, from the end.
  std::uint32_t until = kNone;
  bool several_behind = false;
  for (std::size_t k = frees_.size() + 1; k-- > 0;) {
    std::size_t count = 0;
    const Place* chosen = nullptr;
    for (const Place& place : places[k]) {
      if (!place.usable) continue;
      ++count;
      if (k == frees_.size() || allows(steps_[frees_[k]], text, place.end, until, scratch)) chosen = &place;
    }
    if (chosen == nullptr) return Fits::no;
    const std::size_t first = k == 0 ? 0 : frees_[k - 1], next = k == frees_.size() ? steps_.size() : frees_[k];
    if (k < frees_.size()) {
      keep(steps_[next], chosen->end, until, taken.data());
      if (steps_[next].capture >= 0 && (count > 1 || several_behind))
        taken[static_cast<std::size_t>(steps_[next].capture)].ambiguous = true;
    }
    if (k > 0) {
      run(text, first, chosen->begin, taken.data(), scratch);
      if (count > 1)
        for (std::size_t i = first + 1; i < next; ++i)
          if (steps_[i].capture >= 0) taken[static_cast<std::size_t>(steps_[i].capture)].ambiguous = true;
    }
    until = chosen->begin;
    several_behind = count > 1;
  }
  return scratch.budget < 0 ? Fits::hard : Fits::yes;
}

}  // namespace tocsin::products
