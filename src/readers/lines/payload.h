// What a line's message is, where its shape is well known: key=value, CEF, LEEF,
// router marks, a web server's access line, an audit record, an event in XML.
//
// Kept small: what a product's free text means belongs to product definitions, not to the reader.
#pragma once
#include <optional>
#include <string_view>

#include "readers/lines/header.h"
#include "readers/text/sink.h"

namespace tocsin::lines {

enum class Payload : std::uint8_t {
  none,
  key_value,
  fortigate,
  cef,
  leef,
  cisco,
  huawei,
  juniper,
  paloalto,
  checkpoint,
  firepower,
  filterlog,
  comma_pairs,
  sonicwall,
  netfilter,
  sudo,
  access,
  audit,
  json,
  event_xml
};

// The fixed names that lines.cpp and payload.cpp give.
enum Name : std::size_t {
  kTimestamp,
  kHostname,
  kProgram,
  kPid,
  kMessage,
  kFacility,
  kSeverity,
  kMsgid,
  kDeviceVendor,
  kDeviceProduct,
  kDeviceVersion,
  kSignatureId,
  kName,
  kType,
  kSubtype,
  kReceiveTime,
  kSerial,
  kUser,
  kTag,
  kNameCount
};
extern const std::string_view kNames[kNameCount];

// May move the header's fields (a tag `%ASA-6-302013` becomes program, severity and id).
Payload classify(std::string_view line, Header& header);

// The source that such a line's event has.
std::string_view source_of(Payload payload, const Header& header);

// The payload's fields (none for access lines, audit records and JSON and XML, whose readers put their own).
void put_payload(Payload payload, const Header& header, text::Sink& sink);

// The time that the payload itself gives, where that is better than the header's.
std::optional<Time> payload_time(Payload payload, const Header& header, int offset_minutes);

// key=value, key="quoted value" …, separated by blanks; calls sink.put for each pair.
// False where a quotation mark stands in the wrong place (pairs.h).
bool put_key_values(std::string_view text, text::Sink& sink);

}  // namespace tocsin::lines
