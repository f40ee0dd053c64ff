// Items of Outlook (.msg: MS-OXMSG 2.2, properties by MS-OXPROPS) as the text of a mail (RFC 5322, RFC 2045).
//
// Outlook keeps properties, not the bytes that came over the wire. What the servers wrote is there as text (PidTag-
// TransportMessageHeaders) and is given as it stands, but for the fields on structure; fields that it lacks, bodies and
// attachments are made anew, messages inside as message/rfc822. So nothing that was signed over the raw bytes can be
// checked on it, except S/MIME's clear-signed entity, which Outlook keeps whole.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/anomaly.h"
#include "documents/document.h"

namespace tocsin::documents {

// By the first bytes of a file: it is one; or it is an OLE file whose directory lies further back, so it may be one.
enum class OutlookItem : std::uint8_t { no, perhaps, yes };
OutlookItem recognise_outlook_item(std::string_view head);

struct OutlookMail {
  std::string text;  // line ends CRLF
  // The first field of `text`, which no other field there is named like: who reads it must know what it is.
  static constexpr std::string_view kMark = "X-Tocsin-Made-Of";
  // outlook-body-only-rtf   the body is RTF without HTML or text in it; its words are given
  // outlook-stream-damaged  a property whose stream isn't there or is shorter than it says
  // outlook-too-deep        messages inside messages beyond kDepthMax: left out
  // outlook-too-large       attachments left out, as they are longer than the file that holds them
  // outlook-link-attachment an attachment that lies elsewhere: its path is its text
  // and those of Compound
  std::vector<Anomaly> anomalies;
  static constexpr unsigned kDepthMax = 16;
};

// Nothing when it is no item of Outlook. The text is at most three times as long as the file, and 32 MiB.
std::optional<OutlookMail> outlook_mail(std::string_view bytes);

}  // namespace tocsin::documents
