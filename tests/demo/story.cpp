#include "tests/demo/story.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "tests/demo/pack.h"

namespace tocsin::demo {
namespace {

constexpr Person kPeople[] = {
    {"m.holt", "Maja Holt", "WS104", "10.4.7.104"},     {"e.lund", "Elias Lund", "WS117", "10.4.7.117"},
    {"a.dahl", "Anna Dahl", "WS118", "10.4.7.118"},     {"j.moe", "Jonas Moe", "WS119", "10.4.7.119"},
    {"s.vik", "Sara Vik", "WS120", "10.4.7.120"},       {"t.aas", "Tor Aas", "WS121", "10.4.7.121"},
    {"i.falk", "Ida Falk", "WS122", "10.4.7.122"},      {"p.rud", "Per Rud", "WS123", "10.4.7.123"},
    {"k.strand", "Kari Strand", "WS124", "10.4.7.124"}, {"o.lie", "Ola Lie", "WS125", "10.4.7.125"},
    {"l.bakke", "Lea Bakke", "WS126", "10.4.7.126"},    {"n.sand", "Nils Sand", "WS127", "10.4.7.127"},
    {"r.haug", "Rita Haug", "WS128", "10.4.7.128"},     {"d.eide", "Dag Eide", "WS129", "10.4.7.129"},
    {"h.torp", "Hege Torp", "WS130", "10.4.7.130"},     {"b.wold", "Bo Wold", "WS131", "10.4.7.131"},
};

}  // namespace

std::span<const Person> people() { return kPeople; }

Time at(std::string_view text) {
  const auto time = Time::parse_iso(std::string(text) + "Z");
  CHECK(time.has_value());
  return *time;
}

std::vector<Time> office_moments(Dice& dice, std::size_t count) {
  std::vector<Time> moments;
  for (std::size_t i = 0; i < count; ++i) {
    Time time = Time::from_civil(2026, 9, 14 + dice.below(2), 6, 30).plus_seconds(dice.below(10 * 3600 + 1800));
    time.nanoseconds = dice.below(10'000'000) * 100;
    time.digits = 7;
    moments.push_back(time);
  }
  std::ranges::sort(moments);
  return moments;
}

std::string guid(std::uint64_t number) {
  Dice dice(number);
  const std::uint64_t high = dice.next(), low = dice.next();
  return fmt::format("{{{:08X}-{:04X}-4{:03X}-8{:03X}-{:012X}}}", high >> 32, high >> 16 & 0xffff, high & 0xfff,
                     low >> 48 & 0xfff, low & 0xffffffffffff);
}

std::map<std::string, std::string> make_evidence() {
  std::map<std::string, std::string> files;
  files["WS117/Sysmon.evtx"] = workstation_sysmon();
  files["DC01/Security.evtx"] = controller_security();
  files["DC01/System.evtx"] = controller_system();
  files["m365/audit.ndjson"] = cloud_audit();
  files["mail1/access.log.gz"] = gzip(webmail_access());
  files["mail1/logs.zip"] = zip({{"audit/audit.log", webmail_audit()}, {"auth.log", webmail_auth()}});
  return files;
}

}  // namespace tocsin::demo
