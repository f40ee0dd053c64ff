// Networks and countries from a database in MaxMind's format (https://maxmind.github.io/MaxMind-DB/), the user's own:
// GeoLite2-ASN, -Country, -City, DB-IP, IPinfo and others by the names of their fields.
#pragma once
#include <memory>
#include <string>

#include "base/result.h"
#include "event/networks.h"

namespace tocsin {

// Of addresses that the database doesn't know, and in a database without AS numbers, the prefix stands for the network.
Result<std::unique_ptr<const Networks>> open_maxmind(const std::string& path);

}  // namespace tocsin
