// Input: a tap's bytes with a look ahead.
#pragma once
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

#include "evidence/tap.h"

namespace tocsin::evidence {

class Input {
 public:
  static constexpr std::size_t kSize = 256 * 1024;

  explicit Input(Tap& tap) : tap_(tap), buffer_(new char[kSize]) {}

  // What is buffered, at least `size` bytes (of at most kSize) unless the end is nearer.
  std::string_view need(std::size_t size) {
    if (filled_ - at_ < size && !over_) {
      std::memmove(buffer_.get(), buffer_.get() + at_, filled_ - at_);
      filled_ -= at_;
      at_ = 0;
      filled_ += tap_.fill(buffer_.get() + filled_, kSize - filled_);
      over_ = filled_ < kSize;
    }
    return {buffer_.get() + at_, filled_ - at_};
  }
  void take(std::size_t size) { at_ += size; }
  // Passes over as many of these bytes as there are.
  void skip(std::uint64_t size) {
    while (size > 0) {
      const std::uint64_t part = std::min<std::uint64_t>(size, need(1).size());
      if (part == 0) return;
      take(part);
      size -= part;
    }
  }
  // No byte comes after those that need() shows.
  bool over() const { return over_; }
  // Of the first byte that need() shows, in the tap.
  std::uint64_t offset() const { return tap_.count() - (filled_ - at_); }

 private:
  Tap& tap_;
  std::unique_ptr<char[]> buffer_;
  std::size_t at_ = 0, filled_ = 0;
  bool over_ = false;
};

}  // namespace tocsin::evidence
