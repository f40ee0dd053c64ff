// Lines that are columns by position, without a heading: their names are the vendor's own, from its documentation.
#pragma once
#include <string_view>

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

}  // namespace tocsin::lines
