// Any text, one event a line: what no other reader claims.
//
// Source "syslog" for lines with a header, "text" for others; both carry `timestamp`, `hostname`, `program`, `pid`,
// `message`, `facility`, `severity`, `msgid` and RFC 5424 parameters as `sd-id.name`, each where the line has it. Lines
// of a shape that is known beyond that have a source of their own and its fields: see payload.h.
#pragma once
#include "readers/reader.h"

namespace tocsin::lines {
extern const ReaderSpec spec;
}
