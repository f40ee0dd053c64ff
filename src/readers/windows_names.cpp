#include "readers/windows_names.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include "readers/field_sink.h"

namespace tocsin {
namespace {

struct Alias {
  std::string_view from, to;
};
constexpr std::array kFlat = std::to_array<Alias>({
    {"ActivityID", "Correlation_ActivityID"},
    {"ComputerName", "Computer"},
    {"EventCode", "EventID"},  // Splunk
    {"EventRecordId", "EventRecordID"},
    {"EventSourceName", "Provider_Name"},  // Sentinel
    {"EventTypeOrignal", "EventType"},     // NXLog, which puts its own severity under EventType
    {"ExecutionProcessID", "Execution_ProcessID"},
    {"ExecutionThreadID", "Execution_ThreadID"},
    {"Hostname", "Computer"},
    {"LogName", "Channel"},
    {"MachineName", "Computer"},
    {"OpcodeValue", "Opcode"},  // NXLog: Opcode is the word, OpcodeValue the number
    {"ProviderGuid", "Provider_Guid"},
    {"ProviderId", "Provider_Guid"},
    {"ProviderName", "Provider_Name"},
    {"RecordId", "EventRecordID"},
    {"RecordNumber", "EventRecordID"},
    {"RelatedActivityID", "Correlation_RelatedActivityID"},
    {"SourceName", "Provider_Name"},
    {"ThreadID", "Execution_ThreadID"},
    {"UserID", "Security_UserID"},
});

bool hex_digit(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

bool is_guid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < 36; ++i)
    if (i == 8 || i == 13 || i == 18 || i == 23 ? text[i] != '-' : !hex_digit(text[i])) return false;
  return true;
}

}  // namespace

Value normal_system_value(std::string_view name, const Value& value, Arena& arena) {
  if (name == "Provider_Guid" || name == "Correlation_ActivityID" || name == "Correlation_RelatedActivityID") {
    std::string_view text = value.text();
    if (text.starts_with('{') && text.ends_with('}')) text = text.substr(1, text.size() - 2);
    if (!is_guid(text)) return value;
    char* const out = arena.allocate(38);
    out[0] = '{';
    std::ranges::transform(text, out + 1, [](char c) { return c >= 'a' && c <= 'f' ? static_cast<char>(c - 32) : c; });
    out[37] = '}';
    return {{out, 38}, value.kind};
  }
  if (name == "Keywords" && value.kind == Kind::integer) {
    const std::string_view text = value.text();
    const char* const end = text.data() + text.size();
    std::uint64_t bits = 0;
    std::int64_t number = 0;
    if (std::from_chars(text.data(), end, number).ec == std::errc{}) {
      bits = static_cast<std::uint64_t>(number);
    } else if (std::from_chars(text.data(), end, bits).ec != std::errc{}) {
      return value;
    }
    char* const out = arena.allocate(18);
    out[0] = '0';
    out[1] = 'x';
    for (int i = 17; i >= 2; --i, bits >>= 4) out[i] = "0123456789abcdef"[bits & 15];
    return {{out, 18}, Kind::string};
  }
  return value;
}

std::string_view normal_flat_name(std::string_view name) {
  static const Demand names = [] {
    Demand demand;
    for (const Alias& alias : kFlat) demand.add(alias.from);
    return demand;
  }();
  static const FieldTable table(names);
  const FieldTable::Entry* entry = table.find(name);
  return entry ? kFlat[entry->slot].to : name;
}

std::string_view windows_source(std::string_view provider) {
  return provider == "Linux-Sysmon" ? "sysmon-linux" : "windows";
}

}  // namespace tocsin
