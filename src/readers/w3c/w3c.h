// W3C extended logs (www.w3.org/TR/WD-logfile): IIS, proxies, the Windows firewall, CloudFront; and Exchange's logs,
// the same with commas. Columns by the latest #Fields line, under their own names; `-` gives no field; `cs-uri` is
// added where only its stem and query stand there. Source "iis", "exchange", "w3c-proxy", "windows-firewall", or "w3c".
#pragma once
#include "readers/reader.h"

namespace tocsin::w3c {
extern const ReaderSpec spec;
}
