// Message: what a mail is made of, as views into its raw bytes (RFC 5322, RFC 2045, RFC 2046).
//
// Nothing is copied or undone here but names and parameters, so that hashes and offsets stand on the bytes as they
// are. Programs disagree on damaged mail, and attackers live off it; where they do, this reader takes the reading in
// which no part is hidden and names the anomaly.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/anomaly.h"

namespace tocsin::mime {

struct Header {
  std::string_view name;  // as it stands, blanks before the colon dropped
  std::string_view raw;   // after the colon to before the last line's end, folds included: see decode_header()
};

enum class Encoding : std::uint8_t { identity, base64, quoted_printable, uuencode, unknown };  // RFC 2045 6

struct Part {
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};
  std::uint32_t parent = kNone;  // index in Message::parts, always lower than the part's own
  std::uint32_t depth = 0;
  std::uint64_t offset = 0;  // of its first header byte in the message
  std::vector<Header> headers;
  std::string_view body;  // as it stands, transfer encoding not undone; of a multipart all that lies inside it
  std::string type;       // "text/html", lower case; "text/plain" where absent or unreadable
  std::string charset;    // lower case, as stated; "" where absent
  std::string boundary;
  std::string file_name;    // UTF-8, RFC 2231 and 2047 undone; of the disposition, else of the type
  std::string content_id;   // without the angle brackets
  bool attachment = false;  // Content-Disposition: attachment, or uuencoded inside a text
  bool is_inline = false;   // Content-Disposition: inline
  Encoding encoding = Encoding::identity;

  bool is_multipart() const { return type.starts_with("multipart/"); }
  // Topmost first; names in any case. nullptr where there is none.
  const Header* find(std::string_view name) const;
  std::size_t count(std::string_view name) const;
};

struct Message {
  // In document order (preorder); the first is the message itself and always there. The parts of a message/rfc822
  // follow it as its children: first the message inside (its header and body), which may be a multipart.
  // A uuencoded file inside a plain text is a child of that text, without headers.
  std::vector<Part> parts;
  // Offsets are in the message. At most kAnomaliesMax of one name.
  //   mime-header-missing           no header field where a header must begin
  //   mime-header-malformed         a line in a header that is no field; left out
  //   mime-header-unterminated      no empty line between header and body
  //   mime-header-duplicate         a second field of those that may stand once (RFC 5322 3.6, RFC 2045 3)
  //   mime-boundary-missing         a multipart without a boundary; taken from the body where it shows one
  //   mime-boundary-reused          a boundary that an open part around has too
  //   mime-boundary-not-found       a multipart in which no part begins
  //   mime-end-boundary-missing     a multipart that ends without its end boundary
  //   mime-part-after-end           a part that begins after the end boundary; read as a part
  //   mime-encoding-on-multipart    an encoding that a multipart or message may not have; parts are looked for as it
  //   stands mime-encoding-unknown         the body is given as it stands mime-too-deep, mime-too-many-parts,
  //   mime-too-many-headers    Limits; what lies beyond is in a body, not taken apart
  std::vector<Anomaly> anomalies;
};

struct Limits {
  std::uint32_t parts = 10'000;
  std::uint32_t depth = 1'000;      // no program shows mail as deep as a hundred
  std::uint32_t headers = 100'000;  // of all parts
};

inline constexpr std::size_t kAnomaliesMax = 8;

// Views into `raw`, which must outlive the result. Never fails; one pass, no recursion; time grows with raw.size()
// only. An mbox "From " line in front and a byte order mark are skipped.
Message parse(std::string_view raw, const Limits& limits = {});

// The transfer encoding undone, at most `max` bytes; damage is skipped.
std::string decoded(const Part& part, std::size_t max);
// … and as UTF-8, with the charset stated (or, in HTML and damaged mail, guessed); line ends as they stand.
std::string text(const Part& part, std::size_t max);

}  // namespace tocsin::mime
