// Message: raw bytes of a mail split into header fields and body, nothing decoded (RFC 5322 2.2, 3.5). Signatures are
// about bytes, so nothing here is ever re-serialised.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::mailauth {

// What ends a line. On the wire it is CRLF alone; files hold the same mail with bare LF.
enum class LineEnds : unsigned char {
  crlf,  // only CRLF ends a line, a bare LF is a byte like any other
  any,   // LF ends a line, with or without a CR before it, and stands for CRLF
};

struct HeaderField {
  std::string_view raw;    // name to the end of the last folded line, without that line's end
  std::string_view name;   // before the colon, trailing blanks dropped
  std::string_view value;  // after the colon, as it stands, folds included
};

// Case-insensitive for ASCII, which is all that field names have.
bool same_name(std::string_view a, std::string_view b);

class Message {
 public:
  static constexpr std::size_t kFieldsMax = 10'000;

  // Views into `raw`, which must outlive it. An mbox "From " line in front is skipped. Lines that are no field are
  // counted in malformed() and left out; what follows the first empty line is the body.
  static Message parse(std::string_view raw);  // by the first line end that it meets
  static Message parse(std::string_view raw, LineEnds line_ends);

  LineEnds line_ends() const { return line_ends_; }
  const std::vector<HeaderField>& fields() const { return fields_; }
  std::string_view body() const { return body_; }
  std::size_t malformed() const { return malformed_; }
  // The topmost one; nullptr.
  const HeaderField* find(std::string_view name) const;
  std::size_t count(std::string_view name) const;

 private:
  LineEnds line_ends_ = LineEnds::any;
  std::vector<HeaderField> fields_;
  std::string_view body_;
  std::size_t malformed_ = 0;
};

// Folds removed, blanks at both ends dropped: for reading, never for hashing.
std::string unfold(std::string_view value);

// The address in a From or Sender value (RFC 5322 3.4, the first mailbox): "local@domain", comments and display names
// dropped; "" when there is none.
std::string address_of(std::string_view value);
// All of them.
std::vector<std::string> addresses_of(std::string_view value);
std::string_view domain_of(std::string_view address);  // after the last @

}  // namespace tocsin::mailauth
