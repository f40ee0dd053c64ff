// The properties of an item of Outlook, as streams of a compound file (MS-OXMSG 2.1 to 2.4).
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "documents/compound.h"

namespace tocsin::documents {

// Property numbers, MS-OXPROPS 2 by their PidTag names.
namespace mapi {
enum : unsigned {
  kMessageClass = 0x001a,
  kSubject = 0x0037,
  kSubmitted = 0x0039,
  kSentForSmtp = 0x5d02,
  kSentForName = 0x0042,
  kReplyToNames = 0x0050,
  kSentForType = 0x0064,
  kSentForAddress = 0x0065,
  kTransportHeaders = 0x007d,
  kRecipientType = 0x0c15,
  kSenderName = 0x0c1a,
  kSenderType = 0x0c1e,
  kSenderAddress = 0x0c1f,
  kSenderSmtp = 0x5d01,
  kDisplayTo = 0x0e04,
  kDelivered = 0x0e06,
  kBody = 0x1000,
  kRtf = 0x1009,
  kHtml = 0x1013,
  kMessageId = 0x1035,
  kReferences = 0x1039,
  kInReplyTo = 0x1042,
  kDisplayName = 0x3001,
  kAddressType = 0x3002,
  kEmailAddress = 0x3003,
  kCreated = 0x3007,
  kModified = 0x3008,
  kAttachData = 0x3701,
  kAttachName = 0x3704,
  kAttachMethod = 0x3705,
  kAttachLongName = 0x3707,
  kAttachPath = 0x3708,
  kAttachLongPath = 0x370d,
  kAttachType = 0x370e,
  kContentId = 0x3712,
  kSmtpAddress = 0x39fe,
  kInternetPage = 0x3fde,
  kMessagePage = 0x3ffd,
  kReminderFile = 0x851f,  // of the common named ones: PidLidReminderFileParameter
};
}  // namespace mapi

inline constexpr std::string_view kPropertyStream = "__properties_version1.0";

// A stream's bytes, at most `max`, out of what `budget` leaves. `cut` is set where that, or the file, holds less.
std::string take(const Compound& file, std::uint32_t stream, std::size_t& budget, std::size_t max, bool* cut);

class Properties {
 public:
  // `front`: bytes before the fixed properties: 32 of a file's message, 24 of one inside, 8 of recipients and
  // attachments. `page`: the code page of what lies around. `budget` is drawn on by every text() and bytes().
  Properties(const Compound& file, std::uint32_t storage, std::size_t front, unsigned page, std::size_t& budget);
  std::string text(unsigned id, std::size_t max = 1u << 20) const;  // UTF-8; "" when it isn't there
  std::string bytes(unsigned id, std::size_t max = SIZE_MAX) const;
  std::optional<std::uint64_t> number(unsigned id) const;
  std::optional<Time> time(unsigned id) const;
  unsigned page() const { return page_; }
  bool cut() const { return cut_; }  // a stream was shorter than it should be

 private:
  std::uint32_t stream(unsigned id, unsigned type) const;
  const Compound& file_;
  const std::uint32_t storage_;
  std::size_t& budget_;
  mutable bool cut_ = false;
  std::map<std::uint32_t, std::uint64_t> fixed_;  // by tag: number << 16 | type
  unsigned page_;
};

// Which number a file gives a named property (MS-OXMSG 2.2.3): those of the set "common" alone, by their names'
// numbers.
class NamedProperties {
 public:
  explicit NamedProperties(const Compound& file);
  std::optional<unsigned> common(unsigned name) const;

 private:
  std::map<unsigned, unsigned> common_;
};

}  // namespace tocsin::documents
