// Value: one field's content, as text in its normal form, with the kind that the source gave it.
//
// Numbers stay text ("4688", "0x3e7", "1.5"): rules compare text, and a detector
// that wants a number parses it. A view: it lives as long as its Batch.
#pragma once
#include <cstdint>
#include <string_view>

namespace tocsin {

enum class Kind : std::uint8_t { null, string, integer, real, boolean };

struct Value {
  const char* data = "";
  std::uint32_t size = 0;
  Kind kind = Kind::null;

  Value() = default;
  Value(std::string_view text, Kind a_kind = Kind::string)
      : data(text.data()), size(static_cast<std::uint32_t>(text.size())), kind(a_kind) {}
  std::string_view text() const { return {data, size}; }
  bool is_null() const { return kind == Kind::null; }
};

}  // namespace tocsin
