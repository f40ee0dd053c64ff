// Mailbox: one file of mail taken apart into messages, as they stand in it.
//
// mbox in its four dialects (mboxo, mboxrd, mboxcl, mboxcl2; RFC 4155 for the "From " line): a message begins at a
// "From " line with a date, at the start or after an empty line; where Content-Length leads exactly to such a line or
// the end, it decides, so that mboxcl2's unquoted "From " lines stay inside. A file without a "From " line is one
// message.
//
// Memory is one message of at most `whole_max` bytes; longer ones are given in pieces.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "evidence/stream.h"

namespace tocsin::mail {

// "From alice@example.org Mon Aug 24 08:00:00 2020", with variations that are met in the wild.
bool is_from_line(std::string_view line);
// A message begins here: header fields that mail has, within the first lines.
bool looks_like_message(std::string_view head);
bool looks_like_mbox(std::string_view head);

struct MailPiece {
  std::uint64_t offset = 0;  // of the message's first byte in the file (its "From " line, where it has one)
  std::string_view bytes;    // all of the message, or a piece of it; lives during the call
  bool begins = true, ends = true;
};

class Mailbox {
 public:
  static constexpr std::size_t kWholeMax = 32u << 20;

  explicit Mailbox(Stream& stream, bool mbox, std::size_t whole_max = kWholeMax)
      : stream_(stream), mbox_(mbox), whole_max_(whole_max) {}
  // The next piece; false at the end. A stream's error ends it, what was read before stands.
  Result<bool> next(MailPiece& out);

 private:
  Result<bool> fill();                     // reads more; false at the end
  std::size_t message_end(bool& certain);  // in buffer_ from start_

  Stream& stream_;
  const bool mbox_;
  const std::size_t whole_max_;
  std::string buffer_;
  std::size_t start_ = 0;    // of the open message in buffer_
  std::size_t scanned_ = 0;  // up to here no message ends
  std::uint64_t base_ = 0;   // of buffer_ in the file
  bool at_end_ = false, split_ = false;
};

}  // namespace tocsin::mail
