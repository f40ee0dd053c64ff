// The structure of what network devices write in a line: columns by position and three dialects of pairs.
//
// Only structure: names are the vendor's own, in the order of its documentation, and values stay as they stand, apart
// from quotes and escapes. A name that stands twice is put twice: who reads them decides (share/tocsin/products).
#pragma once
#include <optional>
#include <string_view>

#include "base/time.h"
#include "readers/text/sink.h"

namespace tocsin::lines {

// PAN-OS: `1,2020/08/24 01:12:09,serial,TRAFFIC,end,…`, CSV whose columns depend on the fourth ("PAN-OS syslog field
// descriptions", 9.0 to 11.0; names are those of the documentation's parentheses).
bool is_palo_alto(std::string_view message);
void put_palo_alto(std::string_view message, text::Sink& sink);
// The time at which the record was made (its seventh column), else received; "" if it is no PAN-OS record.
std::string_view palo_alto_time(std::string_view message);

// pf's filterlog (pfSense and OPNsense, "Raw Filter Log Format"): columns depend on the IP version and the protocol.
void put_filterlog(std::string_view message, text::Sink& sink);

// Check Point's Log Exporter: `[action:"Accept"; src:"192.0.2.1"; sys_message::"…"]`, where structured data stands.
bool is_check_point(std::string_view structured);
void put_check_point(std::string_view structured, text::Sink& sink);
std::optional<Time> check_point_time(std::string_view structured);

// Cisco FTD's unified events: `SrcIP: 192.0.2.1, DstPort: 80, URL: …`. A value ends before the next `, Key: `.
void put_colon_pairs(std::string_view message, text::Sink& sink);

// Fortinet's other dialect: `date=2020-08-24,time=01:12:09,user=admin,msg="…"`.
bool is_comma_pairs(std::string_view message);
void put_comma_pairs(std::string_view message, text::Sink& sink);

// SonicWall: what stands joined in WELF's `src=192.0.2.1:4500:X1:host` and `proto=tcp/https`, as src_ip, src_port,
// src_interface, src_name (dst_… the same), proto_transport and proto_service.
bool is_sonicwall(std::string_view message);
void put_sonicwall(std::string_view message, text::Sink& sink);

}  // namespace tocsin::lines
