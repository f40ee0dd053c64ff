#include "rehearse/formats.h"

#include <fmt/format.h>

#include <array>

#include "rehearse/names.h"

namespace tocsin::rehearse {

std::span<const FormatSpec* const> all_formats() {
  static constexpr std::array<const FormatSpec*, 10> table = {
      &dovecot_format, &entra_format,   &m365_format,      &iis_format,     &roundcube_format,
      &postfix_format, &openssh_format, &fortigate_format, &windows_format, &nginx_format};
  return table;
}

const FormatSpec* find_format(std::string_view name) {
  for (const FormatSpec* spec : all_formats())
    if (spec->name == name) return spec;
  return nullptr;
}

std::string without_domain(std::string_view user) {
  if (user.size() > kDomain.size() && user.ends_with(kDomain) && user[user.size() - kDomain.size() - 1] == '@')
    user.remove_suffix(kDomain.size() + 1);
  return std::string(user);
}

std::string with_domain(std::string_view user) {
  std::string out(user);
  return out.find('@') == std::string::npos ? out.append("@").append(kDomain) : out;
}

Time local(Time time, int utc_offset_minutes) { return time.plus_seconds(60LL * utc_offset_minutes); }

std::string syslog_time(Time time, int utc_offset_minutes) {
  const Civil at = civil(local(time, utc_offset_minutes));
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}{}{:02}:{:02}", at.year, at.month, at.day, at.hour,
                     at.minute, at.second, time.nanoseconds / 1000, utc_offset_minutes < 0 ? '-' : '+',
                     std::abs(utc_offset_minutes) / 60, std::abs(utc_offset_minutes) % 60);
}

std::string uuid(std::uint64_t number) {
  const std::uint64_t more = mix(number, 0x75756964);
  return fmt::format("{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}", number >> 32, number >> 16 & 0xffff, number & 0xfff,
                     more >> 52, more & 0xffffffffffff);
}

}  // namespace tocsin::rehearse
