// A record is a fragment: an instance of a template, whose values may be fragments again. Frames stand in a vector, and
// both what a chunk's templates may cost and what its records may give is bounded, because a template may ask for one
// value thousands of times and nest in itself.
#include "readers/evtx/evaluate.h"

#include "readers/evtx/format.h"

namespace tocsin::evtx {
namespace {

constexpr std::int64_t kDefinitionsMax = 2 * kChunkSize;  // whole ones fill a chunk at most once
constexpr std::int64_t kWorkMax = 2 << 20;                // some 20 times what dense chunks need
constexpr std::size_t kFramesMax = 64;
constexpr std::size_t kChainMax = 32;

const Raw kAbsent;

}  // namespace

void Evaluator::Places::clear() {
  used_ = 0;
  if (++round_ != 0) return;
  for (Slot& slot : slots_) slot.round = 0;
  round_ = 1;
}

const std::uint32_t* Evaluator::Places::find(std::uint64_t key) const {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t i = key * 0x9e3779b97f4a7c15 >> 40 & mask;; i = (i + 1) & mask) {
    if (slots_[i].round != round_) return nullptr;
    if (slots_[i].key == key) return &slots_[i].value;
  }
}

void Evaluator::Places::insert(std::uint64_t key, std::uint32_t value) {
  if (2 * ++used_ > slots_.size()) {
    const std::vector<Slot> old = std::move(slots_);
    slots_.assign(2 * old.size(), {});
    used_ = 0;
    for (const Slot& slot : old)
      if (slot.round == round_) insert(slot.key, slot.value);
    ++used_;
  }
  const std::size_t mask = slots_.size() - 1;
  std::size_t i = key * 0x9e3779b97f4a7c15 >> 40 & mask;
  while (slots_[i].round == round_) i = (i + 1) & mask;
  slots_[i] = {key, value, round_};
}

struct Evaluator::ToFields {
  std::vector<Field>& out;
  static constexpr bool kAll = false;
  bool wants(const Leaf& leaf) const { return leaf.slot != Leaf::kNoSlot || leaf.name_parts > 0; }
  void add(Evaluator& self, Frame& frame, const Leaf& leaf, Value value) {
    std::uint32_t slot = leaf.slot;
    if (leaf.name_parts > 0) {
      bool all_null;
      const auto found = self.demand_->find(self.concatenate(frame, leaf.name_part, leaf.name_parts, all_null));
      if (!found) return;
      slot = *found;
    }
    out.push_back({value, static_cast<Slot>(slot)});
  }
};

struct Evaluator::ToRecord {
  Record& out;
  static constexpr bool kAll = true;
  bool wants(const Leaf&) const { return true; }
  void add(Evaluator& self, Frame& frame, const Leaf& leaf, Value value) {
    bool all_null;
    if (leaf.name_parts > 0)
      return out.fields.push_back({self.concatenate(frame, leaf.name_part, leaf.name_parts, all_null), value}), void();
    Bound& bound = *frame.bound;
    if (!bound.names) bound.names = out.memory.copy(bound.made->names).data();
    out.fields.push_back({{bound.names + leaf.name.begin, leaf.name.size}, value});
  }
};

Evaluator::Evaluator() { frames_.reserve(kFramesMax + 1); }

void Evaluator::begin_chunk(View chunk, Arena& arena) {
  chunk_ = chunk;
  arena_ = &arena;
  budget_ = kDefinitionsMax;
  work_ = kWorkMax;
  places_.clear();
  bound_.clear();
}

Outcome Evaluator::demanded(std::size_t begin, std::size_t end, std::vector<Field>& out) {
  return run(begin, end, ToFields{out});
}

Outcome Evaluator::whole(std::size_t begin, std::size_t end, Record& out) { return run(begin, end, ToRecord{out}); }

template <class Sink>
Outcome Evaluator::run(std::size_t begin, std::size_t end, Sink sink) {
  Outcome outcome;
  view_ = chunk_;
  cache_.forget_plain();
  values_used_ = 0;
  whole_ = Sink::kAll;
  frames_.clear();
  push(begin, end);
  frames_.back().outermost = true;
  while (!frames_.empty()) {
    if (work_ < 0) {
      outcome.add(Problem::work);
      break;
    }
    if (frames_.back().bound) {
      if (whole_) frames_.back().all = true;
      fill(sink, outcome);
    } else {
      read_fragment(outcome);
    }
  }
  return outcome;
}

// Up to the next instance or element in the innermost fragment, or to its end.
void Evaluator::read_fragment(Outcome& outcome) {
  Frame& frame = frames_.back();
  while (frame.at < frame.end) {
    switch (view_.bytes[frame.at]) {
      case 0x0f: frame.at += 4; continue;
      case 0x00: ++frame.at; continue;
      case 0x0c:
        ++frame.at;
        if (read_instance(frame, outcome)) {
          if (frame.outermost) note_system(frame, outcome);
          return;
        }
        break;
      case 0x01: case 0x41: {
        work_ -= static_cast<std::int64_t>(frame.end - frame.at);
        const Template* made = cache_.plain(view_, frame.at, frame.end,
                                            frame.outermost ? Dependencies::given : Dependencies::left_out, frame.at);
        if (!made->problem.empty()) outcome.add(Problem::malformed), outcome.detail = made->problem;
        outcome.keywords |= made->keywords;
        frame.bound = &bound_.emplace_back(Bound{made});
        frame.values = values_used_;
        frame.count = frame.next = 0;
        frame.all = false;
        if (frame.outermost) note_system(frame, outcome);
        return;
      }
      default: outcome.add(Problem::malformed); break;
    }
    break;
  }
  frames_.pop_back();
}

bool Evaluator::read_instance(Frame& frame, Outcome& outcome) {
  const char* const bytes = view_.bytes.data();
  if (frame.end - frame.at < 9) return outcome.add(Problem::malformed), false;
  const std::uint32_t id = load32(bytes + frame.at + 1), offset = load32(bytes + frame.at + 5);
  frame.at += 9;
  Bound* const bound = bind(offset, id, frame.at);
  if (view_.at(offset) == frame.at) {  // the definition stands here, before the values
    const auto* header = overlay<TemplateHeader>(view_.bytes, frame.at);
    const std::uint32_t body = bound->made ? bound->made->size : header ? std::uint32_t{header->size} : 0u;
    const std::size_t size = sizeof(TemplateHeader) + body;
    if (size > frame.end - frame.at) return outcome.add(Problem::malformed), false;
    frame.at += size;
  }
  if (!bound->made) return outcome.add(budget_ < 0 ? Problem::work : Problem::template_missing), false;
  const Template& made = *bound->made;
  outcome.keywords |= made.keywords;
  if (!made.problem.empty()) outcome.add(Problem::template_damaged), outcome.detail = made.problem;
  if (frame.end - frame.at < 4) return outcome.add(Problem::values_missing), false;
  const std::uint32_t count = load32(bytes + frame.at);
  frame.at += 4;
  if (count > (frame.end - frame.at) / 4) return outcome.add(Problem::values_missing), false;
  if (count < made.values) outcome.add(Problem::values_missing);

  frame.bound = bound;
  frame.values = values_used_;
  frame.count = count;
  frame.next = 0;
  frame.all = false;
  // Nobody asks for what is in here: it must only be whole.
  if (made.demanded.empty() && !frame.outermost && !whole_ && skip_values(frame)) return true;
  values_used_ += count;
  if (values_used_ > values_.size()) values_.resize(2 * values_used_);
  Raw* value = values_.data() + frame.values;
  const char* descriptor = bytes + frame.at;
  std::size_t at = frame.at + 4 * std::size_t{count};
  for (std::uint32_t i = 0; i < count; ++i, descriptor += 4, ++value) {
    const std::uint32_t size = load16(descriptor);
    if (size > frame.end - at) {
      outcome.add(Problem::values_missing);
      at = frame.end;
      *value = {};
      continue;
    }
    const auto kind = static_cast<std::uint8_t>(descriptor[2]);
    *value = {bytes + at, size, kind};
    if ((kind & ~type::kArray) == type::kAnsi) outcome.keywords = ~std::uint64_t{0};
    if (kind == type::kBinXml && (i >= 64 || !(made.nested >> i & 1))) frame.all = true;
    at += size;
  }
  frame.at = at;
  return true;
}

// False when there is BinXML among the values, or too little: those are looked at one by one.
bool Evaluator::skip_values(Frame& frame) const {
  const char* descriptor = view_.bytes.data() + frame.at;
  std::size_t size = 4 * std::size_t{frame.count};
  bool nested = false;
  for (std::uint32_t i = 0; i < frame.count; ++i, descriptor += 4) {
    const std::uint32_t both = load32(descriptor);
    size += both & 0xffff;
    nested |= (both >> 16 & 0xff) == type::kBinXml;
  }
  if (nested || size > frame.end - frame.at) return false;
  frame.at += size;
  return true;
}

void Evaluator::note_system(const Frame& frame, Outcome& outcome) {
  const Template& made = *frame.bound->made;
  const auto raw = [&](std::int32_t leaf) -> const Raw& {
    if (leaf < 0 || made.leaves[leaf].parts != 1) return kAbsent;
    return value(frame, made.parts[made.leaves[leaf].part].value);
  };
  const auto constant = [&](std::int32_t leaf) -> std::string_view {
    if (leaf < 0 || made.leaves[leaf].parts != 1) return {};
    return made.parts[made.leaves[leaf].part].constant.of(made.constants);
  };
  if (const Raw& time = raw(made.time_leaf); time.type == type::kFiletime && time.size == 8) {
    outcome.time = Time::from_filetime(load64(time.data));
  } else if (!time.is_null()) {
    outcome.time = Time::parse_iso(render(time, *arena_).text()).value_or(Time::none());
  } else {
    outcome.time = Time::parse_iso(constant(made.time_leaf)).value_or(Time::none());
  }
  if (const Raw& id = raw(made.id_leaf); id.size == 8) outcome.id = load64(id.data);
  else if (id.size == 4) outcome.id = load32(id.data);
}

void Evaluator::nest(const Raw& value, Outcome& outcome) {
  if (frames_.size() >= kFramesMax) return outcome.add(Problem::nesting);
  work_ -= 32 + value.size / 16;
  const auto at = static_cast<std::size_t>(value.data - view_.bytes.data());
  push(at, at + value.size);
}

// Made in place: a copied temporary would stall on its own stores.
void Evaluator::push(std::size_t at, std::size_t end) {
  Frame& frame = frames_.emplace_back();
  frame.at = at;
  frame.end = end;
}

// Leaves of the innermost instance, until they are done or nest.
template <class Sink>
void Evaluator::fill(Sink& sink, Outcome& outcome) {
  const std::size_t index = frames_.size() - 1;
  Frame& frame = frames_[index];
  const Template& made = *frame.bound->made;
  const auto leaves = static_cast<std::uint32_t>(frame.all ? made.leaves.size() : made.demanded.size());
  while (frame.next < leaves && work_ >= 0) {
    const Leaf& leaf = made.leaves[frame.all ? frame.next : made.demanded[frame.next]];
    ++frame.next;
    work_ -= 8;
    if (leaf.dependency != Leaf::kAlways && value(frame, leaf.dependency).is_null()) continue;
    const bool wanted = sink.wants(leaf);
    if (leaf.nests || frame.all) {
      const std::size_t before = frames_.size();
      for (std::uint32_t p = leaf.parts; p-- > 0;) {  // the last goes lowest on the stack
        const Part part = made.parts[leaf.part + p];
        if (part.value < 0) continue;
        if (const Raw raw = value(frames_[index], part.value); raw.type == type::kBinXml) nest(raw, outcome);
      }
      if (frames_.size() > before) {
        if (wanted && leaf.parts > 1) put(frames_[index], leaf, sink);
        return;
      }
      if (leaf.nests && leaf.parts == 1 && value(frame, made.parts[leaf.part].value).is_null()) continue;
    }
    if (wanted) put(frame, leaf, sink);
  }
  if (frame.next < leaves) return;
  values_used_ = frame.values;
  frame.bound = nullptr;
  if (frame.outermost) frames_.pop_back();
}

template <class Sink>
void Evaluator::put(Frame& frame, const Leaf& leaf, Sink& sink) {
  const Template& made = *frame.bound->made;
  const auto give = [&](Value value) {
    work_ -= 16 + static_cast<std::int64_t>(value.size);
    sink.add(*this, frame, leaf, value);
  };
  if (leaf.parts == 0) {
    if (!leaf.attribute) give({});
    return;
  }
  if (leaf.parts > 1) {
    bool all_null;
    const std::string_view text = concatenate(frame, leaf.part, leaf.parts, all_null);
    if (!all_null) give({text});
    else if (!leaf.attribute) give({});
    return;
  }
  const Part part = made.parts[leaf.part];
  if (part.value < 0) return give({constants(*frame.bound).substr(part.constant.begin, part.constant.size)});
  const Raw raw = value(frame, part.value);
  if (raw.is_null()) {
    if (!leaf.attribute) give({});
  } else if (raw.type & type::kArray) {  // each item an element of its own
    Items items(raw);
    Raw item;
    bool none = true;
    for (; work_ >= 0 && items.next(item); none = false) give(render(item, *arena_));
    if (none && !leaf.attribute) give({});
  } else {
    give(render(raw, *arena_));
  }
}

// Parts of an element's text, one after the other; items of arrays with a comma between. BinXML among them is left out.
std::string_view Evaluator::concatenate(Frame& frame, std::uint32_t first, std::uint32_t parts, bool& all_null) {
  const Template& made = *frame.bound->made;
  std::string text;
  all_null = true;
  for (std::uint32_t p = first; p < first + parts && work_ >= static_cast<std::int64_t>(text.size()); ++p) {
    const Part part = made.parts[p];
    if (part.value < 0) {
      text += part.constant.of(made.constants);
      all_null = false;
      continue;
    }
    const Raw raw = value(frame, part.value);
    if (raw.is_null() || raw.type == type::kBinXml) continue;
    all_null = false;
    if (raw.type & type::kArray) {
      Items items(raw);
      Raw item;
      for (bool comma = false; items.next(item); comma = true) {
        if (comma) text += ',';
        text += render(item, *arena_).text();
      }
    } else {
      text += render(raw, *arena_).text();
    }
  }
  work_ -= static_cast<std::int64_t>(text.size());
  return arena_->copy(text);
}

const Raw& Evaluator::value(const Frame& frame, std::int32_t number) const {
  return number >= 0 && static_cast<std::uint32_t>(number) < frame.count ? values_[frame.values + number] : kAbsent;
}

std::string_view Evaluator::constants(Bound& bound) {
  if (!bound.constants) bound.constants = arena_->copy(bound.made->constants).data();
  return {bound.constants, bound.made->constants.size()};
}

// `at`: right behind the instance's header, where a definition of its own would stand.
Evaluator::Bound* Evaluator::bind(std::uint32_t offset, std::uint32_t id, std::size_t at) {
  std::size_t place = view_.at(offset);
  std::uint64_t key = std::uint64_t{place} << 32 | id;
  if (const std::uint32_t* known = places_.find(key)) return &bound_[*known];
  const Template* made = cache_.get(view_, place, id, budget_);
  if (!made && place != at) {
    // A carved record lies where it wasn't written, but brings the definition along: its place tells the base.
    const auto* header = overlay<TemplateHeader>(view_.bytes, at);
    if (header && load32(header->guid) == id && offset < kChunkSize) {
      View moved = view_;
      moved.base = static_cast<std::int64_t>(at) - offset;
      if ((made = cache_.get(moved, at, id, budget_))) {
        view_ = moved;
        key = std::uint64_t{at} << 32 | id;
      }
    }
  }
  if (!made) made = lost(id);
  places_.insert(key, static_cast<std::uint32_t>(bound_.size()));
  return &bound_.emplace_back(Bound{made});
}

// A definition of that id in another chunk of the block, through the tables in the chunks' headers.
const Template* Evaluator::lost(std::uint32_t id) {
  const std::string_view bytes = view_.bytes;
  const std::int64_t phase = ((chunk_.base % std::int64_t{kChunkSize}) + kChunkSize) % std::int64_t{kChunkSize};
  for (auto base = static_cast<std::size_t>(phase); const auto* header = overlay<ChunkHeader>(bytes, base);
       base += kChunkSize) {
    if (std::string_view(header->magic, 8) != kChunkMagic || static_cast<std::int64_t>(base) == chunk_.base) continue;
    const View other{bytes, static_cast<std::int64_t>(base)};
    std::uint32_t offset = header->templates[id % 32];
    for (std::size_t hop = 0; hop < kChainMax && offset != 0 && (budget_ -= 16) >= 0; ++hop) {
      const std::size_t place = other.at(offset);
      const auto* found = overlay<TemplateHeader>(bytes, place);
      if (!found) break;
      if (load32(found->guid) == id)
        if (const Template* made = cache_.get(other, place, id, budget_); made && made->problem.empty()) return made;
      offset = found->next;
    }
  }
  return nullptr;
}

}  // namespace tocsin::evtx
