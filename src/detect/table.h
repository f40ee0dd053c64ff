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
    for (std::size_t at = key & mask_;; at = (at + 1) & mask_) {
      if (slots_[at].key == key) return &slots_[at].value;
      if (slots_[at].key == 0) return nullptr;
    }
  }
  const Value* find(std::uint64_t key) const { return const_cast<Table*>(this)->find(key); }

  // The value of the key, a new one if there was none; `now` in seconds is when it was touched. Pointers hold until
  // the next call.
  Value& touch(std::uint64_t key, std::int64_t now) {
    CHECK(key != 0);
    if (10 * (size_ + 1) > 7 * slots_.size() || size_ >= entries_max_) make_room();
    std::size_t at = key & mask_;
    for (; slots_[at].key != 0; at = (at + 1) & mask_)
      if (slots_[at].key == key) {
        slots_[at].touched = seconds32(now);
        return slots_[at].value;
      }
    slots_[at] = {key, seconds32(now), Value{}};
    ++size_;
    return slots_[at].value;
  }

  bool erase(std::uint64_t key) {
    if (slots_.empty()) return false;
    for (std::size_t at = key & mask_;; at = (at + 1) & mask_) {
      if (slots_[at].key == 0) return false;
      if (slots_[at].key == key) return erase_at(at), true;
    }
  }

  std::size_t size() const { return size_; }
  std::uint64_t evicted() const { return evicted_; }
  std::size_t bytes() const { return slots_.capacity() * sizeof(Slot); }
  // In an order that depends on the contents alone, unlike that of the slots.
  std::vector<std::uint64_t> sorted_keys() const {
    std::vector<std::uint64_t> keys;
    keys.reserve(size_);
    for (const Slot& slot : slots_)
      if (slot.key) keys.push_back(slot.key);
    std::ranges::sort(keys);
    return keys;
  }
  void clear() { slots_.clear(), slots_.shrink_to_fit(), size_ = 0, mask_ = 0; }

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

  void make_room() {
    if (size_ >= entries_max_) sweep();
    if (10 * (size_ + 1) <= 7 * slots_.size()) return;
    std::vector<Slot> old(std::max<std::size_t>(64, slots_.size() * 2));
    old.swap(slots_);
    mask_ = slots_.size() - 1;
    for (Slot& slot : old) {
      if (!slot.key) continue;
      std::size_t at = slot.key & mask_;
      while (slots_[at].key) at = (at + 1) & mask_;
      slots_[at] = std::move(slot);
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
    std::vector<Slot> kept;
    std::vector<Slot> edge;
    kept.reserve(std::max(size_ / 2 + 1, entries_max_ * 3 / 4));
    for (const Slot& slot : slots_)
      if (slot.key && slot.touched >= limit) (slot.touched > limit ? kept : edge).push_back(slot);
    // Of those last touched in the very second of the limit, by key, as many as leave a quarter free.
    std::ranges::sort(edge, {}, &Slot::key);
    const std::size_t keep = entries_max_ * 3 / 4;
    for (const Slot& slot : edge)
      if (kept.size() < keep) kept.push_back(slot);
    evicted_ += size_ - kept.size();
    std::ranges::fill(slots_, Slot{});
    size_ = kept.size();
    for (const Slot& slot : kept) {
      std::size_t at = slot.key & mask_;
      while (slots_[at].key) at = (at + 1) & mask_;
      slots_[at] = slot;
    }
  }

  void erase_at(std::size_t hole) {
    for (std::size_t at = (hole + 1) & mask_; slots_[at].key; at = (at + 1) & mask_) {
      const std::size_t home = slots_[at].key & mask_;
      if (((at - home) & mask_) >= ((at - hole) & mask_)) {
        slots_[hole] = std::move(slots_[at]);
        hole = at;
      }
    }
    slots_[hole] = Slot{};
    --size_;
  }

  std::vector<Slot> slots_;
  std::size_t size_ = 0, mask_ = 0, entries_max_;
  std::uint64_t evicted_ = 0;
};

}  // namespace tocsin::detect
