// Zeek's tab-separated logs (docs.zeek.org, "Log Formats"): headings in #separator, #fields, #types …, which may come
// again when logs are joined. Source "zeek.<path>"; fields as in #fields (`id.orig_h`); sets and vectors repeat
// their name; booleans as true and false; unset gives no field, empty an empty string.
#pragma once
#include "readers/reader.h"

namespace tocsin::zeek {
extern const ReaderSpec spec;
}
