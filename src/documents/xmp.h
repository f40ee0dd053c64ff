// XMP packets (ISO 16684-1), as PDF and pictures carry them.
#pragma once
#include "documents/document.h"

namespace tocsin::documents {

struct XmpDates {
  std::optional<Stamp> created, modified, metadata;
};
// Fills what is still empty in `out`, tells the rest as facts, and returns the dates for comparison.
XmpDates read_xmp(std::string_view packet, const Limits& limits, Metadata& out);

}  // namespace tocsin::documents
