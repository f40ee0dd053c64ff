// Little- and big-endian integers of alignment 1: overlay structs of them on
// bytes after one length check.
#pragma once
#include <bit>
#include <cstdint>
#include <cstring>

namespace tocsin {

template <class T, std::endian Order>
class Integer {
 public:
  Integer() = default;
  Integer(T value) { *this = value; }
  Integer& operator=(T value) {
    if constexpr (Order != std::endian::native) value = swap(value);
    std::memcpy(bytes_, &value, sizeof(T));
    return *this;
  }
  operator T() const {
    T value;
    std::memcpy(&value, bytes_, sizeof(T));
    if constexpr (Order != std::endian::native) value = swap(value);
    return value;
  }

 private:
  static T swap(T value) {
    unsigned char in[sizeof(T)], out[sizeof(T)];
    std::memcpy(in, &value, sizeof(T));
    for (std::size_t i = 0; i < sizeof(T); ++i) out[i] = in[sizeof(T) - 1 - i];
    std::memcpy(&value, out, sizeof(T));
    return value;
  }
  unsigned char bytes_[sizeof(T)];
};

using ul16 = Integer<std::uint16_t, std::endian::little>;
using ul32 = Integer<std::uint32_t, std::endian::little>;
using ul64 = Integer<std::uint64_t, std::endian::little>;
using ub16 = Integer<std::uint16_t, std::endian::big>;
using ub32 = Integer<std::uint32_t, std::endian::big>;
using ub64 = Integer<std::uint64_t, std::endian::big>;
static_assert(sizeof(ul64) == 8 && alignof(ul64) == 1);

}  // namespace tocsin
