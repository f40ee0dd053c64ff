// The structure of what network devices write in a line: dialects of pairs. (Columns by position: columns.h.)
//
// Only structure: names are the vendor's own, in the order of its documentation, and values stay as they stand, apart
// from quotes and escapes. A name that stands twice is put twice: who reads them decides (share/tocsin/products). A
// bool is false where the quotation marks don't fit: what follows one may be somebody's choice.
#pragma once
#include <optional>
#include <string_view>

#include "base/time.h"
#include "readers/text/sink.h"

namespace tocsin::lines {

// Check Point's Log Exporter: `[action:"Accept"; src:"192.0.2.1"; sys_message::"…"]`, where structured data stands.
bool is_check_point(std::string_view structured);
bool put_check_point(std::string_view structured, text::Sink& sink);
std::optional<Time> check_point_time(std::string_view structured);

// Cisco FTD's unified events: `SrcIP: 192.0.2.1, DstPort: 80, URL: …`. A value ends before the next `, Key: `.
void put_colon_pairs(std::string_view message, text::Sink& sink);

// Fortinet's other dialect: `date=2020-08-24,time=01:12:09,user=admin,msg="…"`.
bool is_comma_pairs(std::string_view message);
bool put_comma_pairs(std::string_view message, text::Sink& sink);

// `ui="https(192.0.2.1)"` as ui_name and ui_address: where an administrator of a Fortinet device came from.
void put_fortinet_ui(std::string_view message, text::Sink& sink);

// SonicWall: what stands joined in WELF's `src=192.0.2.1:4500:X1:host` and `proto=tcp/https`, as src_ip, src_port,
// src_interface, src_name (dst_… the same), proto_transport and proto_service; url where scheme, name and path are
// known.
bool is_sonicwall(std::string_view message);
void put_sonicwall(std::string_view message, text::Sink& sink);

}  // namespace tocsin::lines
