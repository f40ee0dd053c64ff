// Reads Windows events written as XML: wevtutil, Event Viewer's "save as XML", Get-WinEvent's
// ToXml(), with or without <Events> around them, one a line or spread out, UTF-8 or UTF-16; and
// Sysmon for Linux, which writes the same.
#pragma once
#include <optional>

#include "readers/field_sink.h"
#include "readers/reader.h"

namespace tocsin::xml {
extern const ReaderSpec spec;

// One <Event> inside another format: Sysmon for Linux writes them to syslog.
struct Embedded {
  std::string_view source;
  Time time = Time::none();
  std::uint64_t record = 0;  // 0: it has no number
};
// Puts its fields into `sink`; nothing if `text` isn't one whole event.
std::optional<Embedded> read_embedded(std::string_view text, FieldSink& sink, int utc_offset_minutes);
}
