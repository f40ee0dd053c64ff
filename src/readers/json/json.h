// Reads JSON: NDJSON, pretty-printed and concatenated objects, arrays of any
// length, wrappers around a list of records; UTF-8 and UTF-16.
//
// What wrote a record is decided record by record (layouts.h).
#pragma once
#include "readers/reader.h"

namespace tocsin::json {
extern const ReaderSpec spec;
}
