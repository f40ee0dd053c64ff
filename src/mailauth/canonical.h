// Canonical forms of headers and bodies (RFC 6376 3.4; RFC 4870 3.4.2 for DomainKeys), streamed to a hash: a body of
// any size costs no memory.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "mailauth/message.h"

namespace tocsin::mailauth {

enum class Canonical : std::uint8_t { simple, relaxed, nofws };

// A field with its CRLF. `emptied`: the value of its b= tag is left out (RFC 6376 3.7), the rest stands as it is.
void append_field(std::string& out, const HeaderField& field, Canonical form, bool emptied = false);

// The canonical body of bytes that come in pieces, given on in pieces.
class BodyCanonical {
 public:
  using Sink = std::function<void(std::string_view)>;
  // No more than `limit` octets are given to the sink.
  BodyCanonical(LineEnds line_ends, Canonical form, Sink sink, std::uint64_t limit = UINT64_MAX);
  void feed(std::string_view bytes);
  std::uint64_t finish();  // the whole length in octets
  // A line longer than kLineMax was met: it is no mail, and what was hashed is not the whole.
  bool overlong() const { return overlong_; }
  static constexpr std::size_t kLineMax = 64u << 20;

 private:
  void line(std::string_view content);
  void put(std::string_view bytes);

  const LineEnds line_ends_;
  const Canonical form_;
  const Sink sink_;
  const std::uint64_t limit_;
  std::uint64_t total_ = 0, empty_lines_ = 0;
  std::string open_;  // a line that has not ended yet
  std::string reduced_;
  bool any_ = false, overlong_ = false;
};

// The same in one go.
std::uint64_t canonical_body(std::string_view body, LineEnds line_ends, Canonical form,
                             const std::function<void(std::string_view)>& sink, std::uint64_t limit = UINT64_MAX);

}  // namespace tocsin::mailauth
