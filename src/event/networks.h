// Networks: which network, and which country, an address belongs to.
#pragma once
#include <cstdint>
#include <string>

#include "base/ip.h"

namespace tocsin {

class Networks {
 public:
  virtual ~Networks() = default;
  // A number that is the same for addresses of one network: the AS number where a database is loaded, else one made of
  // the /16 (IPv4) or /32 (IPv6). Never 0.
  virtual std::uint64_t network_of(const Ip& address) const = 0;
  // "AS64500 Example Net" or "192.0.0.0/16".
  virtual std::string name_of(const Ip& address) const = 0;
  virtual bool knows_as() const = 0;
  virtual std::string country_of(const Ip& address) const = 0;  // ISO 3166 alpha-2; "" unknown
};

const Networks& prefix_networks();  // without a database

}  // namespace tocsin
