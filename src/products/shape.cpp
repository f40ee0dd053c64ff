#include "products/shape.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "base/ip.h"
#include "products/byte_class.h"
#include "products/find.h"

namespace tocsin::products {
namespace {

struct Kind {
  ByteClass bytes;
  std::size_t most;  // longest()
};
template <std::size_t... kTypes>
std::array<Kind, sizeof...(kTypes)> kinds(std::index_sequence<kTypes...>) {
  return {Kind{ByteClass([](unsigned char c) { return may_hold(static_cast<Type>(kTypes), c); }),
               longest(static_cast<Type>(kTypes))}...};
}
const auto kKinds = kinds(std::make_index_sequence<std::size(kTypeNames)>());
const ByteClass& class_of(Type type) { return kKinds[static_cast<std::size_t>(type)].bytes; }

bool is_valid(Type type, std::string_view value) {
  switch (type) {
    case Type::ip:
      return value.size() <= 64 && Ip::parse(value);
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

// Where the bytes of a type without a longest value end that begin at `at`, or the delimiter of `until` stands.
std::uint32_t run_end(Type type, char delimiter, std::string_view text, std::uint32_t at, ShapeScratch& scratch) {
  const std::uint32_t what = static_cast<std::uint32_t>(type) << 8 | static_cast<unsigned char>(delimiter);
  ShapeScratch::Run& known = scratch.runs[(what ^ what >> 8) & 15];
  if (known.round == scratch.round && known.what == what && known.begin <= at && at <= known.end) return known.end;
  const auto size = static_cast<std::uint32_t>(text.size());
  std::uint32_t end = at;
  if (type == Type::until) {
    const void* found = at < size ? std::memchr(text.data() + at, delimiter, size - at) : nullptr;
    end = found ? static_cast<std::uint32_t>(static_cast<const char*>(found) - text.data()) : size;
  } else {
    end = class_of(type).run(text, at, size);
  }
  scratch.budget -= (end - at) >> 2;
  known = {scratch.round, at, end, what};
  return end;
}

std::uint32_t munch_now(Type type, char delimiter, std::string_view text, std::uint32_t at, ShapeScratch& scratch) {
  const auto size = static_cast<std::uint32_t>(text.size());
  if (type == Type::until) {
    const std::uint32_t end = run_end(type, delimiter, text, at, scratch);
    return end < size ? end : kNowhere;
  }
  if (type == Type::quoted) {
    if (at >= size || text[at] != '"') return kNowhere;
    for (std::uint32_t i = at + 1; i < size; ++i) {
      if (text[i] == '"') {
        scratch.budget -= i - at;
        return i + 1;
      }
      i += text[i] == '\\';
    }
    scratch.budget -= size - at;
    return kNowhere;
  }
  const std::size_t most = kKinds[static_cast<std::size_t>(type)].most;
  if (most == SIZE_MAX) {
    const std::uint32_t end = run_end(type, '\0', text, at, scratch);
    return end > at && is_valid(type, text.substr(at, end - at)) ? end : kNowhere;
  }
  // One byte more than a value may have is enough to see that it's none, wherever a forger makes us look.
  const std::uint32_t stop = most < size - at ? at + static_cast<std::uint32_t>(most) + 1 : size;
  std::uint32_t end = class_of(type).run(text, at, stop);
  if (type == Type::ip && end < stop && text[end] == '%') {  // a zone: fe80::1%eth0
    ++end;
    end = class_of(Type::id).run(text, end, stop);
  }
  scratch.budget -= end - at;
  return end > at && end - at <= most && is_valid(type, text.substr(at, end - at)) ? end : kNowhere;
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

std::uint32_t munch_digits(std::string_view text, std::uint32_t at, ShapeScratch& scratch) {
  const auto size = static_cast<std::uint32_t>(text.size());
  std::uint32_t end = at, value = 0;
  for (; end < size && end - at < 6; ++end) {
    const auto digit = static_cast<unsigned char>(text[end] - '0');
    if (digit > 9) break;
    value = value * 10 + digit;
  }
  scratch.budget -= end - at;
  return end > at && end - at <= 5 && value <= 65535 ? end : kNowhere;
}

std::uint32_t munch_anew(Type type, char delimiter, std::string_view text, std::uint32_t at, ShapeScratch& scratch) {
  const std::uint32_t end = munch_now(type, delimiter, text, at, scratch);
  ShapeScratch::Munched& known = scratch.munched_at(type, delimiter, at);
  known = {scratch.round, ShapeScratch::key_of(type, delimiter, at), end};
  return end;
}

bool allows(Type type, std::string_view text, std::uint32_t begin, std::uint32_t end, ShapeScratch& scratch) {
  if (type == Type::rest || type == Type::until) return begin <= end;
  if (begin >= end) return false;
  if (type == Type::text) return true;
  scratch.budget -= end - begin;
  if (scratch.budget < 0) return false;
  return class_of(type).run(text, begin, end) == end && is_valid(type, text.substr(begin, end - begin));
}

bool may_end_in(Type type, char c) {
  if (type == Type::quoted) return c == '"';
  return class_of(type).holds(c) || (type == Type::ip && (c == '%' || class_of(Type::id).holds(c)));
}

// From the literal of `step` at `at`, over the captures that follow, to where the next free one begins or the shape
// ends. Returns the place reached.
std::uint32_t ShapeMatcher::run(std::string_view text, std::size_t step, std::uint32_t at, std::span<Taken> taken,
                                ShapeScratch& scratch) const {
  at += static_cast<std::uint32_t>(steps_[step].literal.size());
  for (++step; step < steps_.size() && !steps_[step].free; ++step) {
    const Step& next = steps_[step];
    const std::uint32_t end = munch(next.type, next.type == Type::until ? next.literal[0] : '\0', text, at, scratch);
    if (end == kNowhere || !text.substr(end).starts_with(next.literal)) return kNowhere;
    if (!taken.empty()) keep(next, at, end, taken);
    at = end + static_cast<std::uint32_t>(next.literal.size());
  }
  return at;
}

Fits ShapeMatcher::match(std::string_view text, ShapeScratch& scratch, std::span<Taken> taken) const {
  if (!text.starts_with(prefix_) || !may_end(text)) return Fits::no;
  std::uint32_t at = static_cast<std::uint32_t>(prefix_.size());
  for (const Step& step : steps_) {
    if (step.free) break;
    const std::uint32_t end = munch(step.type, step.type == Type::until ? step.literal[0] : '\0', text, at, scratch);
    if (end == kNowhere || !text.substr(end).starts_with(step.literal)) return Fits::no;
    keep(step, at, end, taken);
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
    if (!allows(step.type, text, at, end, scratch)) return Fits::no;
    keep(step, at, end, taken);
    return Fits::yes;
  }
  std::uint32_t last = kNowhere;
  std::size_t count = 0;
  // What follows is no longer than tail_, so that a text full of such literals is looked at near its end only.
  const std::size_t from = tail_ < size && size - tail_ > at ? size - tail_ : at;
  for (std::size_t place = find_literal(text, step.literal, from); place != std::string_view::npos;
       place = find_literal(text, step.literal, place + 1)) {
    scratch.budget -= kPlaceCost;
    if (scratch.budget < 0) return Fits::hard;
    const auto begin = static_cast<std::uint32_t>(place);
    if (run(text, free, begin, {}, scratch) != size || !allows(step.type, text, at, begin, scratch)) continue;
    last = begin;
    ++count;
  }
  if (scratch.budget < 0) return Fits::hard;
  if (count == 0) return Fits::no;
  run(text, free, last, taken, scratch);
  keep(step, at, last, taken);
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
        if (allows(step.type, text, from->end, begin, scratch)) return true;
        if (step.type != Type::until && from->end < begin && !class_of(step.type).holds(text[begin - 1])) return false;
      }
      return false;
    };
    if (step.literal.empty()) {
      if (reaches(size)) here.push_back({size, size, true});
    } else {
      const std::size_t near = is_last && tail_ < size ? size - tail_ : 0;
      for (std::size_t place = find_literal(text, step.literal, std::max<std::size_t>(near, before[0].end));
           place != std::string_view::npos; place = find_literal(text, step.literal, place + 1)) {
        scratch.budget -= kPlaceCost;
        if (scratch.budget < 0) return Fits::hard;
        const auto begin = static_cast<std::uint32_t>(place);
        const std::uint32_t end = run(text, frees_[k], begin, {}, scratch);
        if (end == kNowhere || (is_last && end != size) || !reaches(begin)) continue;
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
        place.usable = next->usable && allows(step.type, text, place.end, next->begin, scratch);
        if (scratch.budget < 0) return Fits::hard;
      }
    }
  }
  // The last of the ways, from the end.
  std::uint32_t until = kNowhere;
  bool several_behind = false;
  for (std::size_t k = frees_.size() + 1; k-- > 0;) {
    std::size_t count = 0;
    const Place* chosen = nullptr;
    for (const Place& place : places[k]) {
      if (!place.usable) continue;
      ++count;
      if (k == frees_.size() || allows(steps_[frees_[k]].type, text, place.end, until, scratch)) chosen = &place;
    }
    if (chosen == nullptr) return Fits::no;
    const std::size_t first = k == 0 ? 0 : frees_[k - 1], next = k == frees_.size() ? steps_.size() : frees_[k];
    if (k < frees_.size()) {
      keep(steps_[next], chosen->end, until, taken);
      if (steps_[next].capture >= 0 && (count > 1 || several_behind))
        taken[static_cast<std::size_t>(steps_[next].capture)].ambiguous = true;
    }
    if (k > 0) {
      run(text, first, chosen->begin, taken, scratch);
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
