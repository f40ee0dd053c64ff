// AddressPlan: the invented internet that a rehearsal plays on, with its autonomous systems.
//
// IPv4 lies in 240.0.0.0/4 (RFC 1112: reserved, routed nowhere), IPv6 in 3fff::/20 (RFC 9637: documentation), AS
// numbers in the private range (RFC 6996) and countries among ISO 3166's user-assigned codes: a rehearsal that
// escapes into the wild accuses nobody.
#pragma once
#include <vector>

#include "event/networks.h"
#include "rehearse/random.h"

namespace tocsin::rehearse {

class AddressPlan final : public Networks {
 public:
  AddressPlan();

  std::uint64_t network_of(const Ip& address) const override;
  std::string name_of(const Ip& address) const override;
  bool knows_as() const override { return true; }
  std::string country_of(const Ip& address) const override;

  static constexpr std::uint32_t kHomeProviders = 6, kCarriers = 3, kForeignProviders = 200, kRelays = 3, kClouds = 2;

  static Ip office(std::uint32_t site, std::uint32_t number);  // the egress of a building; sites 0..15
  static Ip workstation(std::uint32_t number);                 // inside, RFC 1918
  // A line at home; provider kHomeProviders - 1 gives IPv6, where `day` changes the lower half.
  static Ip home(std::uint32_t provider, std::uint32_t line, std::uint32_t day);
  static Ip carrier(std::uint32_t carrier, std::uint32_t number);  // numbers 0..393,215 = 6 * /16
  static Ip foreign(std::uint32_t provider, std::uint32_t number);
  static Ip relay(std::uint32_t provider, std::uint32_t number);
  static Ip cloud(std::uint32_t provider, std::uint32_t number);
  // A host in rented netblock `block` of 0..kHostingBlocks-1, each a /24; blocks of one AS lie side by side.
  static constexpr std::uint32_t kHostingBlocks = 1000 * 256;
  static Ip hosting(std::uint32_t block, std::uint32_t number);
  std::uint32_t hosting_systems() const { return static_cast<std::uint32_t>(hosting_.size()); }
  // A netblock of the n-th hosting AS.
  std::uint32_t hosting_block(std::uint32_t system, Rng& rng) const;

 private:
  struct System {
    std::uint32_t first = 0, length = 0;  // in /20s of hosting space
  };
  std::vector<std::uint32_t> number_;  // AS number of each /20 of 240.0.0.0/4
  std::vector<System> hosting_;
};

}  // namespace tocsin::rehearse
