// Bytes: a reference-counted, immutable block and a span of it. Copies share
// the block; slices keep the whole block alive.
//
// Every block has kPadding readable bytes after its end, so that simdjson and
// SIMD loops may over-read.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

#include "base/check.h"

namespace tocsin {

class Bytes {
 public:
  static constexpr std::size_t kPadding = 64;

  Bytes() = default;

  static Bytes copy(std::string_view text) {
    Bytes bytes = uninitialized(text.size());
    if (!text.empty()) std::memcpy(bytes.writable(), text.data(), text.size());
    return bytes;
  }

  // A block to be filled through writable() before it is shared; the padding is zeroed.
  static Bytes uninitialized(std::size_t size) {
    Bytes bytes;
    bytes.block_ = std::shared_ptr<char[]>(new char[size + kPadding]);
    std::memset(bytes.block_.get() + size, 0, kPadding);
    bytes.data_ = bytes.block_.get();
    bytes.size_ = size;
    return bytes;
  }

  char* writable() { return block_.get() + (data_ - block_.get()); }
  const char* data() const { return data_; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::string_view text() const { return {data_, size_}; }
  std::span<const std::byte> span() const { return {reinterpret_cast<const std::byte*>(data_), size_}; }

  // Past the end of a slice lie the block's other bytes, then the padding.
  Bytes slice(std::size_t offset, std::size_t size) const {
    CHECK(offset <= size_ && size <= size_ - offset);
    Bytes part = *this;
    part.data_ += offset;
    part.size_ = size;
    return part;
  }

 private:
  std::shared_ptr<char[]> block_;
  const char* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace tocsin
