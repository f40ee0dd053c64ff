// Reads Windows events written as XML: wevtutil, Event Viewer's "save as XML", Get-WinEvent's
// ToXml(), with or without <Events> around them, one a line or spread out, UTF-8 or UTF-16; and
// Sysmon for Linux, which writes the same.
#pragma once
#include "readers/reader.h"

namespace tocsin::xml {
extern const ReaderSpec spec;
}
