// One format: how it is known, and its two questions. The table stands in document.cpp.
#pragma once
#include "documents/document.h"

namespace tocsin::documents {

struct FormatSpec {
  std::string_view (*recognise)(std::string_view head);  // the format's name, "" for another
  void (*describe)(std::string_view bytes, const Limits& limits, Metadata& out);
  std::string (*text)(std::string_view bytes, const Limits& limits);
};

extern const FormatSpec packed_spec;  // OOXML and OpenDocument
extern const FormatSpec ole_spec;
extern const FormatSpec pdf_spec;
extern const FormatSpec rtf_spec;
extern const FormatSpec picture_spec;
extern const FormatSpec plain_spec;  // HTML and text; last, for it takes most

// For formats: values and facts within the limits, in UTF-8 without control characters.
std::string clean(std::string_view value, const Limits& limits);
void add_fact(Metadata& out, const Limits& limits, std::string_view name, std::string_view value);
void add_person(Metadata& out, const Limits& limits, std::string_view name);
void add_anomaly(Metadata& out, std::string_view name, std::string detail, std::uint64_t offset = 0);
// ISO 8601 as W3C-DTF writes it: also "2017", "2017-03", "2017-03-02"; without a zone it is local.
std::optional<Stamp> parse_stamp(std::string_view text);

}  // namespace tocsin::documents
