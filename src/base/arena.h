// Arena: memory that is given back all at once. What it hands out lives until
// clear() or the arena's end; clear() keeps the blocks for the next round.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace tocsin {

class Arena {
 public:
  static constexpr std::size_t kBlock = 256 * 1024;

  Arena() = default;
  Arena(Arena&&) = default;
  Arena& operator=(Arena&&) = default;

  char* allocate(std::size_t size, std::size_t alignment = 1) {
    std::size_t start = (reinterpret_cast<std::uintptr_t>(next_) + alignment - 1) / alignment * alignment -
                        reinterpret_cast<std::uintptr_t>(next_);
    if (start + size > left_) {
      grow(size + alignment);
      start = (reinterpret_cast<std::uintptr_t>(next_) + alignment - 1) / alignment * alignment -
              reinterpret_cast<std::uintptr_t>(next_);
    }
    char* out = next_ + start;
    next_ += start + size;
    left_ -= start + size;
    return out;
  }

  // Gives back the unused tail of the latest allocation: reserve the most that
  // a conversion can need, write, then keep only what was written.
  void shrink(char* allocation, std::size_t reserved, std::size_t kept) {
    if (allocation + reserved == next_) {
      next_ -= reserved - kept;
      left_ += reserved - kept;
    }
  }

  std::string_view copy(std::string_view text) {
    if (text.empty()) return {"", 0};
    char* out = allocate(text.size());
    std::memcpy(out, text.data(), text.size());
    return {out, text.size()};
  }

  template <class T>
  std::span<T> array(std::size_t count) {
    static_assert(std::is_trivially_destructible_v<T>);
    return {reinterpret_cast<T*>(allocate(count * sizeof(T), alignof(T))), count};
  }

  void clear() {
    large_.clear();
    current_ = 0;
    next_ = nullptr;
    left_ = 0;
  }

  // Bytes held from the system, used or not.
  std::size_t capacity() const {
    std::size_t sum = blocks_.size() * kBlock;
    for (const auto& block : large_) sum += block.size;
    return sum;
  }

 private:
  struct Large {
    std::unique_ptr<char[]> data;
    std::size_t size;
  };

  void grow(std::size_t size) {
    if (size > kBlock / 2) {
      large_.push_back({std::unique_ptr<char[]>(new char[size]), size});
      next_ = large_.back().data.get();
      left_ = size;
      return;
    }
    if (current_ == blocks_.size()) blocks_.push_back(std::unique_ptr<char[]>(new char[kBlock]));
    next_ = blocks_[current_++].get();
    left_ = kBlock;
  }

  std::vector<std::unique_ptr<char[]>> blocks_;
  std::vector<Large> large_;
  std::size_t current_ = 0;
  char* next_ = nullptr;
  std::size_t left_ = 0;
};

}  // namespace tocsin
