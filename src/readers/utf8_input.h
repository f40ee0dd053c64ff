// Utf8Input: a Stream of text, whatever its encoding, as UTF-8.
//
// UTF-16 in both byte orders is told by its byte order mark, or by the zero
// bytes of its first two characters, and converted. Everything else passes as
// it is. The byte order mark stays in the text (as U+FEFF), so that places in it
// can be turned back into offsets of the evidence.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evidence/stream.h"

namespace tocsin {

class Utf8Input {
 public:
  static constexpr std::size_t kLeast = 16;
  // Fills up to `size` bytes (of UTF-16: at least kLeast are needed); 0 is the end.
  Result<std::size_t> read(Stream& stream, char* into, std::size_t size);
  // Fills `size` bytes (of UTF-16: but for fewer than kLeast), unless the evidence ends before. Returns how many; that
  // does not depend on how the stream splits its bytes.
  std::size_t fill(Stream& stream, char* into, std::size_t size);
  // True once the evidence gave all it had, be it by ending or by an error.
  bool ended() const { return ended_; }
  const std::optional<Error>& error() const { return error_; }
  bool utf16() const { return form_ == Form::le || form_ == Form::be; }

  // How many bytes of evidence these bytes of text are.
  static std::uint64_t source_size(std::string_view text, bool utf16) { return utf16 ? utf16_size(text) : text.size(); }

 private:
  enum class Form : std::uint8_t { unknown, bytes, le, be };
  static std::uint64_t utf16_size(std::string_view text);
  Result<std::size_t> read_some(Stream& stream);

  Form form_ = Form::unknown;
  std::vector<char> raw_;  // bytes read ahead: the first ones, later UTF-16 units to be converted
  std::size_t next_ = 0;
  bool end_ = false, ended_ = false;
  std::optional<Error> error_;
};

// The first bytes of a file as UTF-8, for recognising formats; a byte order mark is left out.
std::string head_as_utf8(std::string_view head);

}  // namespace tocsin
