// The demo's evidence: one small intrusion into the invented parliament of Kalmoria, with the daily life around it.
//
// Everything is made up here, from a fixed seed and fixed times, so that each run gives the same bytes. Names end in
// .example (RFC 2606), outside addresses come from the documentation networks (RFC 5737). share/demo/README.md tells
// the story in words.
#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace tocsin::demo {

// Path below share/demo/evidence → content.
std::map<std::string, std::string> make_evidence();

// Its parts.
std::string workstation_sysmon();   // WS117, Sysmon/Operational, EVTX
std::string controller_security();  // DC01, Security, EVTX
std::string controller_system();    // DC01, System, EVTX
std::string cloud_audit();          // Microsoft 365 audit records, one a line
std::string webmail_access();       // mail1, access log in the combined format
std::string webmail_audit();        // mail1, audit.log
std::string webmail_auth();         // mail1, auth.log

inline constexpr std::string_view kDomain = "parliament.kalmoria.example";
inline constexpr std::string_view kOffice = "192.0.2.10";   // the parliament's own way out
inline constexpr std::string_view kExit = "198.51.100.31";  // where the spray and the sign-in come from
inline constexpr std::string_view kWebmailThief = "198.51.100.44";
inline constexpr std::string_view kDrop = "203.0.113.66";  // where the stolen files go

struct Person {
  std::string_view account, name, host, address;
};
std::span<const Person> people();

// SplitMix64 (Steele, Lea, Flood 2014): small, and the same everywhere.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  std::uint32_t below(std::uint32_t bound) { return static_cast<std::uint32_t>(next() % bound); }
  template <class T>
  const T& pick(std::span<const T> items) {
    return items[below(static_cast<std::uint32_t>(items.size()))];
  }

 private:
  std::uint64_t state_;
};

// "2026-09-15T07:42:11" or with a fraction; UTC.
Time at(std::string_view text);
// `count` moments of office hours (06:30 to 17:00 UTC) on the days 14 and 15 September 2026, in order, with fractions.
std::vector<Time> office_moments(Dice& dice, std::size_t count);
// {01234567-89AB-…} from a number.
std::string guid(std::uint64_t number);

}  // namespace tocsin::demo
