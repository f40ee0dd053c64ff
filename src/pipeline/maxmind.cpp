#include "pipeline/maxmind.h"

#include <maxminddb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <charconv>
#include <cstring>

namespace tocsin {
namespace {

class Maxmind final : public Networks {
 public:
  explicit Maxmind(const MMDB_s& database) : database_(database) {}
  Maxmind(const Maxmind&) = delete;
  Maxmind& operator=(const Maxmind&) = delete;
  ~Maxmind() override { MMDB_close(&database_); }

  std::uint64_t network_of(const Ip& address) const override {
    const std::uint32_t number = as_of(address);
    // Above what prefixes take: an AS is never one of those.
    return number != 0 ? std::uint64_t{3} << 32 | number : prefix_networks().network_of(address);
  }

  std::string name_of(const Ip& address) const override {
    const std::uint32_t number = as_of(address);
    if (number == 0) return prefix_networks().name_of(address);
    std::string out = "AS" + std::to_string(number);
    for (const char* key : {"autonomous_system_organization", "as_name", "organization", "name"})
      if (const std::string name = text(address, {key, nullptr}); !name.empty()) return out + " " + name;
    return out;
  }

  bool knows_as() const override { return true; }

  std::string country_of(const Ip& address) const override {
    for (const Path& path : {Path{"country", "iso_code"}, Path{"country_code", nullptr}, Path{"country", nullptr}})
      if (const std::string code = text(address, path); code.size() == 2) return code;
    return "";
  }

 private:
  struct Path {
    const char *first, *second;
  };

  bool entry(const Ip& address, MMDB_entry_s& out) const {
    int error = MMDB_SUCCESS;
    MMDB_lookup_result_s result;
    if (address.is_v4()) {
      sockaddr_in at{};
      at.sin_family = AF_INET;
      std::memcpy(&at.sin_addr, address.bytes.data() + 12, 4);
      result = MMDB_lookup_sockaddr(&database_, reinterpret_cast<const sockaddr*>(&at), &error);
    } else {
      sockaddr_in6 at{};
      at.sin6_family = AF_INET6;
      std::memcpy(&at.sin6_addr, address.bytes.data(), 16);
      result = MMDB_lookup_sockaddr(&database_, reinterpret_cast<const sockaddr*>(&at), &error);
    }
    if (error != MMDB_SUCCESS || !result.found_entry) return false;
    out = result.entry;
    return true;
  }

  bool value(const Ip& address, const Path& path, MMDB_entry_data_s& out) const {
    MMDB_entry_s at;
    if (!entry(address, at)) return false;
    const char* const keys[] = {path.first, path.second, nullptr};
    return MMDB_aget_value(&at, &out, keys) == MMDB_SUCCESS && out.has_data;
  }

  std::string text(const Ip& address, const Path& path) const {
    MMDB_entry_data_s found;
    if (!value(address, path, found) || found.type != MMDB_DATA_TYPE_UTF8_STRING) return "";
    return {found.utf8_string, std::min<std::size_t>(found.data_size, 200)};
  }

  // autonomous_system_number (MaxMind, DB-IP) is a number, asn (IPinfo) a text "AS64500".
  std::uint32_t as_of(const Ip& address) const {
    MMDB_entry_data_s found;
    if (value(address, {"autonomous_system_number", nullptr}, found) && found.type == MMDB_DATA_TYPE_UINT32)
      return found.uint32;
    std::string number = text(address, {"asn", nullptr});
    if (number.starts_with("AS")) number.erase(0, 2);
    std::uint32_t out = 0;
    std::from_chars(number.data(), number.data() + number.size(), out);
    return out;
  }

  mutable MMDB_s database_;  // the library's lookups take no const; they change nothing
};

}  // namespace

Result<std::unique_ptr<const Networks>> open_maxmind(const std::string& path) {
  MMDB_s database;
  if (const int error = MMDB_open(path.c_str(), MMDB_MODE_MMAP, &database); error != MMDB_SUCCESS)
    return fail(std::string("this is no address database that can be read: ") + MMDB_strerror(error), path,
                "a file in MaxMind's format, such as GeoLite2-ASN.mmdb");
  return std::unique_ptr<const Networks>(new Maxmind(database));
}

}  // namespace tocsin
