// Reads mail: a message a file (RFC 5322; maildir, MH, .eml, Apple's .emlx) or many in one (mbox, four dialects: see
// mailbox.h). Content decides: a log that talks of mail is none.
//
// An event is a message; its source is "mail". Its time is that of delivery: the topmost Received field, which the last
// server wrote and the sender can't choose; else Date; else the mbox "From " line. The names of its fields:
//   Subject, From, To, Message-ID, X-Mailer, …   every header field, decoded (RFC 2047), in its usual spelling
//   From.Address From.Name From.Domain Sender.Address Reply-To.Address Return-Path.Address To.Address Cc.Address
//   Bcc.Address                                  a value an address
//   Sent, Delivered                              ISO 8601: of Date, of the topmost Received
//   Received.Ip                                  of each hop whom it came from, newest first
//   Source.Ip                                    the newest of them that is public and not of a hop between two servers
//   of
//                                                one owner: who handed it in from outside, as the servers tell it
//   Attachment.Name .Type .Extension .Size .Sha256, each with a value an attachment; Attachment.Count
//   Url, Url.Domain                              in text and HTML of the body, entities undone, each once
//   Text                                         the visible text of all bodies, the first kTextMax bytes
//   Html                                         HTML bodies as decoded, the first kHtmlMax bytes
// and those that an Extra adds. Messages inside messages are attachments here.
//
// Anomalies, beside those of mime/message.h:
//   mail-too-long           a message longer than twice ReadOptions::record_max: its head is read
//   mail-date-differs       Date is more than a day behind the first server or a week before delivery
//   mime-encoding-damaged   base64, quoted-printable or uuencode with bytes that are none
//   mime-charset-unknown, mime-charset-damaged
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mime/message.h"
#include "readers/reader.h"

namespace tocsin::mail {

extern const ReaderSpec spec;

inline constexpr std::size_t kTextMax = 256u << 10;
inline constexpr std::size_t kHtmlMax = 64u << 10;
inline constexpr std::size_t kBodyMax = 8u << 20;  // decoded bytes of a text part that are looked at

// The messages of a block that this reader cut.
struct Span {
  std::size_t at, size;  // in Block::data
  std::uint64_t offset;  // in the evidence
};
std::span<const Span> messages_in(const Block& block);

// More fields, which another folder works out from a message (authentication). Called from any thread.
class Extra {
 public:
  virtual ~Extra() = default;
  virtual std::span<const std::string_view> names() const = 0;
  // Names out of names(), a name may stand several times.
  using Fields = std::vector<std::pair<std::string_view, std::string>>;
  virtual void add(std::string_view raw, const mime::Message& message, Fields& out) const = 0;
  // What to ask of messages that were made anew from a mailbox program's own store: without what stands on raw bytes.
  virtual const Extra& for_remade() const { return *this; }
};

}  // namespace tocsin::mail
