// The header in front of a line's message: RFC 3164, RFC 5424, rsyslog's ISO 8601
// form, the systemd journal's short forms, with or without <PRI>; failing these, a time.
#pragma once
#include <string_view>

#include "readers/text/sink.h"
#include "readers/text/stamp.h"

namespace tocsin::lines {

struct Header {
  bool is_syslog = false;
  int priority = -1;      // facility * 8 + severity
  std::string_view time;  // as written; "" if none
  text::Stamp stamp;      // valid if `time` isn't empty
  std::string_view host, program, pid, msgid;
  std::string_view tag;         // what stood before a router's mark and its facility, the program
  std::string_view structured;  // RFC 5424 6.3, with its brackets; "" if none
  std::string_view message;
};

Header read_header(std::string_view line);

// The parameters of RFC 5424 structured data as `sd-id.name`.
void put_structured(std::string_view structured, text::Sink& sink);

std::string_view facility_name(int priority);
std::string_view severity_name(int priority);

}  // namespace tocsin::lines
