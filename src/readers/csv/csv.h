// Reads tables with a header line: comma, semicolon, tab or bar between cells,
// quoted cells with line ends in them, UTF-8 and UTF-16 (RFC 4180 and what Excel makes of it).
//
// A row is read as the JSON object of its header's names, so exports of Windows events, of
// Microsoft 365 (AuditData is opened), Entra or CloudTrail are told apart by the same table (json/layouts.h);
// source "csv" otherwise. An empty cell without quotes is null.
#pragma once
#include "readers/reader.h"

namespace tocsin::csv {
extern const ReaderSpec spec;
}
