// A JSON record inside another format: a syslog message, a container's line.
#pragma once
#include <optional>
#include <string_view>

#include "readers/field_sink.h"
#include "readers/json/layouts.h"

namespace tocsin::json {

// Puts the record's fields into `sink`. Nothing if `text` isn't one JSON object, blanks around it aside.
// `text` must live as long as what the sink fills.
std::optional<Heading> read_embedded(std::string_view text, FieldSink& sink, int utc_offset_minutes);

}  // namespace tocsin::json
