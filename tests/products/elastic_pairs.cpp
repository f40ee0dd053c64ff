#include "tests/products/elastic_pairs.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/time.h"

namespace tocsin::tests {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::string slurp(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return std::move(out).str();
}

std::string text_of(const json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

void flatten(const json& value, const std::string& name, EcsFields& out) {
  if (value.is_object()) {
    for (const auto& [key, inner] : value.items()) flatten(inner, name.empty() ? key : name + "." + key, out);
    return;
  }
  if (!is_scored(name) || value.is_null() || value == "") return;  // an empty text says nothing
  std::vector<std::string>& values = out[name];
  if (value.is_array())
    for (const json& each : value) values.push_back(text_of(each));
  else
    values.push_back(text_of(value));
  std::ranges::sort(values);
}

// What stands behind `key:` in a test's configuration, without quotes; these files hold a few plain lines.
std::optional<std::string> config_value(const std::string& config, std::string_view key) {
  std::istringstream lines(config);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t at = line.find_first_not_of(" \t-");
    if (at == std::string::npos || line[at] == '#' || line.compare(at, key.size(), key) != 0) continue;
    std::string value = line.substr(line.find(':', at) + 1);
    value.erase(0, value.find_first_not_of(' '));
    const char quote = value.empty() ? '\0' : value[0];
    if (quote == '"' || quote == '\'') {
      value = value.substr(1, value.rfind(quote) - 1);
      if (quote == '"') RE2::GlobalReplace(&value, R"(\\\\)", R"(\\)");
    }
    return value;
  }
  return std::nullopt;
}

int offset_minutes(const std::string& zone) {
  int hours = 0, minutes = 0;
  std::string sign;
  if (!RE2::FullMatch(zone, R"(([+-])(\d\d):?(\d\d))", &sign, &hours, &minutes)) return 0;
  return (sign == "-" ? -1 : 1) * (hours * 60 + minutes);
}

// Many configurations aren't in the corpus: the zone that more than half of the expected times are told in.
int offset_of_most(const json& expected) {
  std::map<int, std::size_t> counts;
  for (const json& event : expected) {
    if (!event.is_object() || !event.contains("@timestamp")) continue;
    const std::string time = text_of(event["@timestamp"]);
    ++counts[time.size() > 6 ? offset_minutes(time.substr(time.size() - 6)) : 0];
  }
  for (const auto& [minutes, count] : counts)
    if (2 * count > expected.size()) return minutes;
  return 0;
}

std::vector<std::pair<std::size_t, std::size_t>> cut_lines(const std::string& text, const std::string& first_line) {
  const RE2 starts(first_line.empty() ? "" : first_line);
  std::vector<std::pair<std::size_t, std::size_t>> out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = std::string_view(text).substr(at, end - at);
    const bool blank = line.find_first_not_of(" \t\r") == std::string_view::npos;
    const bool goes_on = !first_line.empty() && !out.empty() && !RE2::PartialMatch(line, starts);
    if (goes_on)
      out.back().second = end + 1;
    else if (!blank)
      out.emplace_back(at, end + 1);
    at = end + 1;
  }
  return out;
}

// What of a shipper's event stands in the evidence.
std::string evidence_of(const json& event) {
  if (event.contains("winlog")) return event.dump();
  for (const char* whole : {"o365audit", "json"})
    if (event.contains(whole)) return event[whole].dump();
  const json::json_pointer original("/event/original");
  if (event.contains(original)) return text_of(event[original]);
  return event.contains("message") ? text_of(event["message"]) : event.dump();
}

PairsFile load_one(const fs::path& raw, const fs::path& expected_path) {
  PairsFile out{raw.filename().string(), {}, 0, {}};
  const std::string config = slurp(raw.string() + "-config.yml") + slurp(raw.parent_path() / "test-common-config.yml");
  if (const auto zone = config_value(config, "tz_offset")) out.utc_offset_minutes = offset_minutes(*zone);
  std::vector<std::pair<std::size_t, std::size_t>> ranges;
  if (raw.extension() == ".json") {
    const json wrapped = json::parse(slurp(raw));
    for (const json& event : wrapped["events"]) {
      const std::size_t begin = out.evidence.size();
      out.evidence += evidence_of(event) + "\n";
      ranges.emplace_back(begin, out.evidence.size());
    }
  } else {
    out.evidence = slurp(raw);
    ranges = cut_lines(out.evidence, config_value(config, "first_line_pattern").value_or(""));
  }
  const json whole = json::parse(slurp(expected_path));
  const json& expected = whole["expected"];
  if (out.utc_offset_minutes == 0) out.utc_offset_minutes = offset_of_most(expected);
  for (std::size_t i = 0; i < std::min(ranges.size(), expected.size()); ++i) {
    Pair pair{ranges[i].first, ranges[i].second, expected[i].is_null(), {}};
    flatten(expected[i], "", pair.expected);
    out.pairs.push_back(std::move(pair));
  }
  return out;
}

}  // namespace

bool is_scored(std::string_view field) {
  static constexpr std::array kFields{
      std::string_view("@timestamp"),          std::string_view("source.ip"),
      std::string_view("destination.ip"),      std::string_view("client.ip"),
      std::string_view("source.port"),         std::string_view("destination.port"),
      std::string_view("client.port"),         std::string_view("user.name"),
      std::string_view("user.email"),          std::string_view("user.domain"),
      std::string_view("event.outcome"),       std::string_view("event.category"),
      std::string_view("http.request.method"), std::string_view("http.response.status_code"),
      std::string_view("user_agent.original"), std::string_view("dns.question.name"),
      std::string_view("dns.question.type"),   std::string_view("host.name"),
      std::string_view("network.protocol")};
  return std::ranges::find(kFields, field) != kFields.end() || field.starts_with("url.") ||
         field.starts_with("process.");
}

std::vector<std::string> data_streams() {
  std::vector<std::string> out;
  std::error_code absent;
  for (const auto& package : fs::directory_iterator(kElastic, absent))
    for (const auto& stream : fs::directory_iterator(package.path() / "data_stream", absent))
      out.push_back(package.path().filename().string() + "/" + stream.path().filename().string());
  std::ranges::sort(out);
  return out;
}

std::vector<PairsFile> load_pairs(const std::string& data_stream) {
  const std::size_t slash = data_stream.find('/');
  const fs::path folder = fs::path(kElastic) / data_stream.substr(0, slash) / "data_stream" /
                          data_stream.substr(slash + 1) / "_dev/test/pipeline";
  static constexpr std::string_view kEnding = "-expected.json";
  std::vector<PairsFile> out;
  std::error_code absent;
  for (const auto& entry : fs::directory_iterator(folder, absent)) {
    const std::string path = entry.path().string();
    if (!path.ends_with(kEnding)) continue;
    const fs::path raw = path.substr(0, path.size() - kEnding.size());
    if (fs::exists(raw)) out.push_back(load_one(raw, entry.path()));
  }
  std::ranges::sort(out, {}, &PairsFile::name);
  return out;
}

bool same_values(std::string_view field, const std::vector<std::string>& expected,
                 const std::vector<std::string>& got) {
  if (field != "@timestamp") {
    std::vector<std::string> sorted = got;
    std::ranges::sort(sorted);
    return sorted == expected;
  }
  if (expected.size() != 1 || got.size() != 1) return false;
  const auto want = Time::parse_iso(expected[0]);
  const auto have = Time::parse_iso(got[0]);
  if (!want || !have || want->seconds != have->seconds) return false;
  std::uint32_t unit = 1'000'000'000;  // the pairs have milliseconds where the source had more: cut, not rounded
  for (unsigned digits = std::max<unsigned>(want->digits, 3); digits > 0; --digits) unit /= 10;
  return want->nanoseconds / unit == have->nanoseconds / unit;
}

}  // namespace tocsin::tests
