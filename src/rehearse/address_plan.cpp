#include "rehearse/address_plan.h"

#include <fmt/format.h>

namespace tocsin::rehearse {
namespace {

// 240.0.0.0/4 in /16s: where each kind of network begins, and how many /16s one provider has.
constexpr std::uint32_t kBase = 0xf0000000;
constexpr std::uint32_t kOfficeAt = 0, kHomeAt = 16, kCarrierAt = 64, kRelayAt = 96, kCloudAt = 128, kForeignAt = 256,
                        kHostingAt = 1024;
constexpr std::uint32_t kHomeWide = 4, kCarrierWide = 6, kRelayWide = 8, kCloudWide = 4, kForeignWide = 3,
                        kHostingWide = 1000;
constexpr std::uint32_t kFirstAs = 4200000000;
// The last parts of the AS number tell the kinds apart: thousands.
constexpr std::uint32_t kOfficeAs = kFirstAs + 100, kHomeAs = kFirstAs + 1000, kCarrierAs = kFirstAs + 2000,
                        kRelayAs = kFirstAs + 3000, kCloudAs = kFirstAs + 4000, kForeignAs = kFirstAs + 5000,
                        kHostingAs = kFirstAs + 10000, kNobodyAs = kFirstAs + 99999;

Ip at(std::uint32_t wide, std::uint32_t offset) { return Ip::v4(kBase + (wide << 16) + offset); }

// Host numbers of .0 and .255 look odd in a log and say nothing more.
std::uint32_t host(std::uint32_t number) { return number / 253 * 256 + 1 + number % 253; }

std::string_view kind(std::uint32_t as) {
  if (as < kHomeAs) return "Institution Net";
  if (as < kCarrierAs) return "Home Line";
  if (as < kRelayAs) return "Mobile Carrier";
  if (as < kCloudAs) return "Privacy Relay";
  if (as < kForeignAs) return "Cloud";
  if (as < kHostingAs) return "Foreign Line";
  return as == kNobodyAs ? "Nobody" : "Rented Hosts";
}

}  // namespace

AddressPlan::AddressPlan() : number_(std::size_t{1} << 16, kNobodyAs) {
  const auto give = [&](std::uint32_t wide, std::uint32_t count, std::uint32_t as) {
    for (std::uint32_t i = wide * 16; i < (wide + count) * 16; ++i) number_[i] = as;
  };
  for (std::uint32_t i = 0; i < 16; ++i) give(kOfficeAt + i, 1, kOfficeAs + i);
  for (std::uint32_t i = 0; i < kHomeProviders; ++i) give(kHomeAt + i * kHomeWide, kHomeWide, kHomeAs + i);
  for (std::uint32_t i = 0; i < kCarriers; ++i) give(kCarrierAt + i * kCarrierWide, kCarrierWide, kCarrierAs + i);
  for (std::uint32_t i = 0; i < kRelays; ++i) give(kRelayAt + i * kRelayWide, kRelayWide, kRelayAs + i);
  for (std::uint32_t i = 0; i < kClouds; ++i) give(kCloudAt + i * kCloudWide, kCloudWide, kCloudAs + i);
  for (std::uint32_t i = 0; i < kForeignProviders; ++i)
    give(kForeignAt + i * kForeignWide, kForeignWide, kForeignAs + i);
  // Hosting companies of 1 to 16 /20s, so that a /16 holds several of them.
  Rng rng(0x686f7374);
  for (std::uint32_t i = 0; i < kHostingWide * 16;) {
    const std::uint32_t length = std::min(1 + rng.below(4) * rng.below(6), kHostingWide * 16 - i);
    for (std::uint32_t k = 0; k < length; ++k)
      number_[kHostingAt * 16 + i + k] = kHostingAs + static_cast<std::uint32_t>(hosting_.size());
    hosting_.push_back({i, length});
    i += length;
  }
}

std::uint64_t AddressPlan::network_of(const Ip& address) const {
  if (address.is_v4() && address.v4_value() >= kBase) return number_[(address.v4_value() - kBase) >> 12];
  if (!address.is_v4() && address.bytes[0] == 0x3f && address.bytes[1] == 0xff) return kHomeAs + address.bytes[3];
  return prefix_networks().network_of(address);
}

std::string AddressPlan::name_of(const Ip& address) const {
  const std::uint64_t number = network_of(address);
  if (number >> 32 != 0) return prefix_networks().name_of(address);
  return fmt::format("AS{} {} {}", number, kind(static_cast<std::uint32_t>(number)), number - kFirstAs);
}

std::string AddressPlan::country_of(const Ip& address) const {
  const std::uint64_t number = network_of(address);
  if (number >> 32 != 0) return "";
  if (number < kForeignAs && (number < kRelayAs || number >= kCloudAs)) return "XA";
  return {'X', static_cast<char>('B' + number % 25)};
}

Ip AddressPlan::office(std::uint32_t site, std::uint32_t number) { return at(kOfficeAt + site, 0x0800 + 10 + number); }

Ip AddressPlan::workstation(std::uint32_t number) { return Ip::v4(0x0a010000 + host(number)); }

Ip AddressPlan::home(std::uint32_t provider, std::uint32_t line, std::uint32_t day) {
  if (provider == kHomeProviders - 1) {
    Ip ip;
    ip.bytes = {0x3f, 0xff, 0, static_cast<std::uint8_t>(provider)};
    for (int i = 0; i < 4; ++i) ip.bytes[4 + i] = static_cast<std::uint8_t>(line >> (24 - 8 * i));
    const std::uint64_t lower = mix(line, day);
    for (int i = 0; i < 8; ++i) ip.bytes[8 + i] = static_cast<std::uint8_t>(lower >> (56 - 8 * i));
    return ip;
  }
  return at(kHomeAt + provider * kHomeWide, host(scale(mix(line), kHomeWide * 256 * 253)));
}

Ip AddressPlan::carrier(std::uint32_t carrier, std::uint32_t number) {
  return at(kCarrierAt + carrier * kCarrierWide, number % (kCarrierWide << 16));
}

Ip AddressPlan::foreign(std::uint32_t provider, std::uint32_t number) {
  return at(kForeignAt + provider % kForeignProviders * kForeignWide, host(number % (kForeignWide * 256 * 253)));
}

Ip AddressPlan::relay(std::uint32_t provider, std::uint32_t number) {
  return at(kRelayAt + provider % kRelays * kRelayWide, number % (kRelayWide << 16));
}

Ip AddressPlan::cloud(std::uint32_t provider, std::uint32_t number) {
  return at(kCloudAt + provider % kClouds * kCloudWide, host(number % (kCloudWide * 256 * 253)));
}

Ip AddressPlan::hosting(std::uint32_t block, std::uint32_t number) {
  return at(kHostingAt, block * 256 + 1 + number % 253);
}

std::uint32_t AddressPlan::hosting_block(std::uint32_t system, Rng& rng) const {
  const System& chosen = hosting_[system % hosting_.size()];
  return chosen.first * 16 + rng.below(chosen.length * 16);
}

}  // namespace tocsin::rehearse
