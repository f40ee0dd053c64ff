// TextWindow: the stretch of a stream that a cutter looks at. What is not yet
// cut stays in it, what was cut is kept alive by its block alone.
//
// Text is UTF-8 (see utf8_input.h); source_at() leads back to the evidence. The window is filled whole each time, so
// what a cutter sees doesn't depend on how the stream splits its bytes.
#pragma once
#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "readers/utf8_input.h"

namespace tocsin {

class TextWindow {
 public:
  static constexpr std::size_t kBlock = 1 << 20;

  // A record may fill `record_max` bytes; the window grows to that and a block more.
  explicit TextWindow(std::size_t record_max) : record_max_(record_max) {}

  std::string_view text() const { return {buffer_.data(), used_}; }
  // Forgets what lies before `keep` and reads on. Positions move down by `keep`.
  void advance(Stream& stream, std::size_t keep) {
    const std::size_t kept = used_ - keep;
    std::size_t size = kBlock;
    while (size < 2 * kept) size *= 2;
    size = std::min(size, std::max(record_max_, kept) + kBlock);
    const std::uint64_t source = source_at(keep);
    Bytes fresh = Bytes::uninitialized(size);
    if (kept > 0) std::memcpy(fresh.writable(), buffer_.data() + keep, kept);
    buffer_ = std::move(fresh);
    mark_position_ = 0;
    mark_source_ = source;
    used_ = kept + input_.fill(stream, buffer_.writable() + kept, size - kept);
  }
  // The evidence ends with this text, be it by an error.
  bool ended() const { return input_.ended(); }
  const std::optional<Error>& error() const { return input_.error(); }
  bool utf16() const { return input_.utf16(); }

  Bytes slice(std::size_t from, std::size_t to) const { return buffer_.slice(from, to - from); }
  std::uint64_t source_at(std::size_t position) {
    if (!utf16()) return mark_source_ - mark_position_ + position;
    if (position < mark_position_) {
      mark_source_ -= Utf8Input::source_size(text().substr(position, mark_position_ - position), true);
    } else {
      mark_source_ += Utf8Input::source_size(text().substr(mark_position_, position - mark_position_), true);
    }
    mark_position_ = position;
    return mark_source_;
  }
  std::uint64_t source_size(std::string_view part) const { return Utf8Input::source_size(part, utf16()); }

 private:
  std::size_t record_max_;
  Utf8Input input_;
  Bytes buffer_;
  std::size_t used_ = 0;
  std::size_t mark_position_ = 0;  // a place in the text …
  std::uint64_t mark_source_ = 0;  // … and where that is in the evidence
};

// Places in a block's text back to places in the evidence, while it is decoded.
class SourcePlaces {
 public:
  SourcePlaces(std::string_view text, std::uint64_t offset, bool utf16) : text_(text), offset_(offset), utf16_(utf16) {}
  std::uint64_t of(const char* place) {
    const auto wanted = static_cast<std::size_t>(place - text_.data());
    if (!utf16_) return offset_ + wanted;
    if (wanted < position_) position_ = 0, source_ = 0;
    source_ += Utf8Input::source_size(text_.substr(position_, wanted - position_), true);
    position_ = wanted;
    return offset_ + source_;
  }
  std::uint64_t size(std::string_view part) const { return Utf8Input::source_size(part, utf16_); }

 private:
  std::string_view text_;
  std::uint64_t offset_;
  bool utf16_;
  std::size_t position_ = 0;
  std::uint64_t source_ = 0;
};

// The beginning of damaged or skipped text, for an anomaly's detail.
std::string printable_head(std::string_view text);

}  // namespace tocsin
