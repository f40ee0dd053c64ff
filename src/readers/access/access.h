// Access logs of web servers (common, combined, with a virtual host in front or more fields behind), HAProxy and Squid.
//
// Sources "webserver", "haproxy", "squid", with the W3C names of line.cpp; `cs-uri` is the whole request target,
// escapes resolved, a malformed request as it came. A line of another shape is source "text" with its `message`.
#pragma once
#include "readers/reader.h"

namespace tocsin::access {
extern const ReaderSpec spec;
}
