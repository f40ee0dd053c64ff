#include "cli/options.h"

#include <fmt/core.h>

#include <charconv>

#include "cli/verb.h"

namespace tocsin::cli {

Result<std::size_t> parse_size(std::string_view text) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (unit.size() > 1 && (unit.ends_with("iB") || unit.ends_with("B"))) unit = unit.substr(0, 1);
  constexpr std::string_view kUnits = "KMGT";
  const std::size_t power = unit.empty() ? 0 : kUnits.find(unit) + 1;
  if (error != std::errc() || unit.size() > 1 || (!unit.empty() && power == 0) || number == 0 ||
      number > (SIZE_MAX >> (10 * power)))
    return fail(fmt::format("'{}' is no size", text), {}, "write it as 512M or 2G");
  return number << (10 * power);
}

Result<Time> parse_time(std::string_view text) {
  if (const auto time = Time::parse_iso(text)) return *time;
  return fail(fmt::format("'{}' is no time", text), {}, "write it as 2020-08-24 or 2020-08-24T01:12:09Z");
}

Result<int> parse_zone(std::string_view text) {
  if (text == "UTC" || text == "Z" || text == "GMT") return 0;
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
    const auto moved = Time::parse_iso(fmt::format("1970-01-02T00:00:00{}", text));
    if (moved) return static_cast<int>((86400 - moved->seconds) / 60);
  }
  return fail(fmt::format("'{}' is no zone", text), {}, "write it as +02:00, -03:30 or UTC");
}

Result<Level> parse_level_option(std::string_view text) {
  if (const auto level = parse_level(text)) return *level;
  return fail(fmt::format("'{}' is no level", text), {}, "informational, low, medium, high or critical");
}

int usage_error(std::string_view verb, const Error& error) {
  fmt::print(stderr, "tocsin {}: {}\n", verb, error.text());
  return kUsage;
}

int failure(std::string_view verb, const Error& error) {
  fmt::print(stderr, "tocsin {}: {}\n", verb, error.text());
  return kFailed;
}

}  // namespace tocsin::cli
