// Table: 64-bit keys to small values, open addressing, with a bound.
//
// When the bound is reached, the half that was touched longest ago goes, in one sweep; which half depends on the
// activities alone. Keys are hashes and never 0.
#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/check.h"

namespace tocsin::detect {

// Two keys as one. A constant key: scans of the same evidence must agree (DESIGN.md, decision 6).
inline std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a ^ 0x9e3779b97f4a7c15) * (b ^ 0xd6e8feb86659fd93);
  const std::uint64_t key = static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  return key ? key : 1;
}

template <class Value>
class Table {
 public:
  // `entries_max` is the number of entries at which the sweep comes.
  explicit Table(std::size_t entries_max) : entries_max_(std::max<std::size_t>(entries_max, 64)) {}

  Value* find(std::uint64_t key) {
    if (slots_.empty()) return nullptr;
    const std::size_t at = place_of(key);
    return slots_[at].key == key ? &slots_[at].value : nullptr;
  }
  const Value* find(std::uint64_t key) const { return const_cast<Table*>(this)->find(key); }

  // The value of the key, a new one if there was none; `now` in seconds is when it was touched. Pointers hold until
  // the next call.
  Value& touch(std::uint64_t key, std::int64_t now) {
    CHECK(key != 0);
    if (10 * (size_ + 1) > 7 * slots_.size() || size_ >= entries_max_) make_room();
    const std::size_t at = place_of(key);
    Slot& slot = slots_[at];
    if (slot.key == key) {
      slot.touched = seconds32(now);
      return slot.value;
    }
    slot = {key, seconds32(now), Value{}};
    mark(at);
    ++size_;
    return slot.value;
  }

  // Fetches what find() or touch() of this key will look at, so that many tables' misses pass at once.
  void expect(std::uint64_t key) const {
    if (slots_.empty()) return;
    const char* const at = reinterpret_cast<const char*>(&slots_[kPrinted ? place_of(key) : key & mask_]);
    for (std::size_t i = 0; i < sizeof(Slot); i += 64) __builtin_prefetch(at + i, 1);
    __builtin_prefetch(at + sizeof(Slot) - 1, 1);
  }

  bool erase(std::uint64_t key) {
    if (slots_.empty()) return false;
    const std::size_t at = place_of(key);
    if (slots_[at].key != key) return false;
    erase_at(at);
    return true;
  }

  std::size_t size() const { return size_; }
  std::uint64_t evicted() const { return evicted_; }
  std::size_t bytes() const { return slots_.capacity() * sizeof(Slot) + prints_.capacity(); }
  // In an order that depends on the contents alone, unlike that of the slots.
  std::vector<std::uint64_t> sorted_keys() const {
    std::vector<std::uint64_t> keys;
    keys.reserve(size_);
    for (const Slot& slot : slots_)
      if (slot.key) keys.push_back(slot.key);
    std::ranges::sort(keys);
    return keys;
  }
  void clear() { slots_ = {}, prints_ = {}, size_ = 0, mask_ = 0; }

  // Seconds since 1970 in 32 bits, enough to 2106 and clamped outside.
  static std::uint32_t seconds32(std::int64_t t) {
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(t, 0, UINT32_MAX));
  }

 private:
  struct Slot {
    std::uint64_t key = 0;
    std::uint32_t touched = 0;
    Value value{};
  };
  // Slots larger than a cache line have a byte of their key in a row beside them, 0 where the slot is empty, so that
  // looking for a place doesn't touch the slots of others.
  static constexpr bool kPrinted = sizeof(Slot) > 64;
  static std::uint8_t print_of(std::uint64_t key) { return static_cast<std::uint8_t>(key >> 57 | 0x80); }
  void mark(std::size_t at) {
    if constexpr (kPrinted) prints_[at] = slots_[at].key ? print_of(slots_[at].key) : 0;
  }

  // Where the key stands, or the empty place where it would.
  std::size_t place_of(std::uint64_t key) const {
    std::size_t at = key & mask_;
    if constexpr (kPrinted) {
      const std::uint8_t print = print_of(key);
      while (prints_[at] && !(prints_[at] == print && slots_[at].key == key)) at = (at + 1) & mask_;
    } else {
      while (slots_[at].key && slots_[at].key != key) at = (at + 1) & mask_;
    }
    return at;
  }

  void make_room() {
    if (size_ >= entries_max_) sweep();
    if (10 * (size_ + 1) <= 7 * slots_.size()) return;
    std::vector<Slot> old(std::max<std::size_t>(64, slots_.size() * 2));
    old.swap(slots_);
    if constexpr (kPrinted) prints_.assign(slots_.size(), 0);
    mask_ = slots_.size() - 1;
    for (Slot& slot : old) {
      if (!slot.key) continue;
      const std::size_t at = place_of(slot.key);
      slots_[at] = std::move(slot);
      mark(at);
    }
  }

  void sweep() {
    std::vector<std::uint32_t> ages;
    ages.reserve(size_);
    for (const Slot& slot : slots_)
      if (slot.key) ages.push_back(slot.touched);
    const auto middle = ages.begin() + static_cast<std::ptrdiff_t>(ages.size() / 2);
    std::nth_element(ages.begin(), middle, ages.end());
    const std::uint32_t limit = *middle;
    // Of those last touched in the very second of the limit, by key, as many as leave a quarter free.
    std::vector<std::uint64_t> edge;
    std::size_t kept = 0;
    for (const Slot& slot : slots_) {
      if (!slot.key || slot.touched < limit) continue;
      if (slot.touched > limit)
        ++kept;
      else
        edge.push_back(slot.key);
    }
    std::ranges::sort(edge);
    const std::size_t room = std::max(entries_max_ * 3 / 4, kept) - kept;
    if (edge.size() > room) edge.resize(room);
    kept += edge.size();
    evicted_ += size_ - kept;
    size_ = kept;
    // The others leave holes; what stands behind a hole moves to the first place from its home on, in the order of the
    // slots from a gap that there was before.
    std::size_t gap = 0;
    while (slots_[gap].key) ++gap;
    for (std::size_t at = 0; at < slots_.size(); ++at) {
      Slot& slot = slots_[at];
      if (!slot.key || slot.touched > limit) continue;
      if (slot.touched == limit && std::ranges::binary_search(edge, slot.key)) continue;
      slot.key = 0;
      mark(at);
    }
    for (std::size_t i = 1; i < slots_.size(); ++i) {
      const std::size_t from = (gap + i) & mask_;
      if (!slots_[from].key) continue;
      const std::size_t at = place_of(slots_[from].key);
      if (at == from) continue;
      slots_[at] = std::move(slots_[from]);
      slots_[from].key = 0;
      mark(at), mark(from);
    }
  }

  void erase_at(std::size_t hole) {
    for (std::size_t at = (hole + 1) & mask_; slots_[at].key; at = (at + 1) & mask_) {
      const std::size_t home = slots_[at].key & mask_;
      if (((at - home) & mask_) >= ((at - hole) & mask_)) {
        slots_[hole] = std::move(slots_[at]);
        mark(hole);
        hole = at;
      }
    }
    slots_[hole] = Slot{};
    mark(hole);
    --size_;
  }

  std::vector<Slot> slots_;
  std::vector<std::uint8_t> prints_;
  std::size_t size_ = 0, mask_ = 0, entries_max_;
  std::uint64_t evicted_ = 0;
};

}  // namespace tocsin::detect
