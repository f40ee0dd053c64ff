// The normal form of Windows records, for every reader of them but EVTX's own:
// what other tools call a System field, and how its value is written.
#pragma once
#include <string_view>

#include "base/arena.h"
#include "event/value.h"

namespace tocsin {

// GUIDs of System become {UPPER CASE}, a decimal Keywords becomes 0x and 16 digits; all else stays.
Value normal_system_value(std::string_view name, const Value& value, Arena& arena);

// The normal-form name of a field of a flat record ("Hostname" → "Computer"); the name itself when it has no other.
std::string_view normal_flat_name(std::string_view name);

// Event.source of a Windows record.
std::string_view windows_source(std::string_view provider);

}  // namespace tocsin
