// Transfer encodings (RFC 2045 6.7 and 6.8, uuencode), undone piece by piece.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mime/message.h"

namespace tocsin::mime {

// Feed the body in any pieces; the output doesn't depend on where they split. What is no part of the encoding is
// skipped and counted, so that a file with holes still gives what is left of it.
class Decoder {
 public:
  explicit Decoder(Encoding encoding) : encoding_(encoding) {}
  // Appends to `out`.
  void feed(std::string_view piece, std::string& out);
  // The end of the body: what was held back.
  void finish(std::string& out);

  std::uint64_t damaged() const { return damaged_; }            // bytes that are no part of the encoding
  std::uint64_t first_damage() const { return first_damage_; }  // offset in the body; of no meaning when damaged() is 0

 private:
  void base64(std::string_view piece, std::string& out);
  void quoted(std::string_view piece, std::string& out);
  void uuencoded(std::string_view piece, std::string& out);
  void uuline(std::string_view line, std::string& out);
  void note(std::uint64_t offset) {
    if (damaged_++ == 0) first_damage_ = offset;
  }

  const Encoding encoding_;
  std::uint64_t at_ = 0;  // bytes fed before this piece
  std::uint64_t damaged_ = 0, first_damage_ = 0;
  std::uint32_t bits_ = 0;  // base64: the open quantum
  unsigned have_ = 0;       // … of this many characters
  std::string held_;        // quoted-printable, uuencode: an unfinished line or escape
  bool begun_ = false, ended_ = false;
};

struct Decoded {
  std::string bytes;
  bool cut = false;  // there was more than `max`
  std::uint64_t damaged = 0, first_damage = 0;
};
Decoded decode(Encoding encoding, std::string_view body, std::size_t max);
// The offset of the first byte that is no part of the encoding; faster than decoding.
std::optional<std::uint64_t> damage_in(Encoding encoding, std::string_view body);

}  // namespace tocsin::mime
