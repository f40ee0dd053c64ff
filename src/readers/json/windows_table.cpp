// Windows events as tools export them for people: names of their own, the data
// in a text or in one more JSON document.
#include <algorithm>
#include <array>

#include "readers/json/walk.h"
#include "readers/windows_names.h"

namespace tocsin::json {
namespace {

struct Alias {
  std::string_view from, to;
};
constexpr std::array kColumns = std::to_array<Alias>({
    {"Id", "EventID"},  // Get-WinEvent
    {"LogName", "Channel"},
    {"MachineName", "Computer"},
    {"ProviderName", "Provider_Name"},
    {"ProviderId", "Provider_Guid"},
    {"RecordId", "EventRecordID"},
    {"TimeCreated", "TimeCreated_SystemTime"},
    {"ActivityId", "Correlation_ActivityID"},
    {"RelatedActivityId", "Correlation_RelatedActivityID"},
    {"ProcessId", "Execution_ProcessID"},
    {"ThreadId", "Execution_ThreadID"},
    {"UserId", "Security_UserID"},
    {"EventId", "EventID"},  // EvtxECmd
    {"EventRecordId", "EventRecordID"},
    {"Provider", "Provider_Name"},
    {"Event ID", "EventID"},  // Event Viewer
    {"Source", "Provider_Name"},
    {"Date and Time", "TimeCreated_SystemTime"},
    {"Task Category", "Task"},
});

// Sysmon's message is its data: "Process Create:\r\nUtcTime: …\r\nImage: …".
void put_sysmon_message(const Walk& walk, std::string_view message, WindowsFacts& facts) {
  std::size_t line = message.find('\n');
  while (line != message.npos) {
    const std::size_t next = message.find('\n', line + 1);
    std::string_view text = message.substr(line + 1, next == message.npos ? next : next - line - 1);
    if (text.ends_with('\r')) text.remove_suffix(1);
    line = next;
    const std::size_t colon = text.find(':');
    if (colon == text.npos || text.find(' ') < colon) continue;
    const Value value{text.substr(std::min(text.size(), colon + 2)), Kind::string};
    if (text.substr(0, colon) == "UtcTime") facts.utc_time = value;
    walk.put(text.substr(0, colon), value);
  }
}

// EvtxECmd's Payload: {"EventData":{"Data":[{"@Name":…,"#text":…}]}} as a string.
void put_payload(const Walk& walk, const Node& payload) {
  static thread_local Tape inner;
  const Value text = walk.value(payload);
  const Verdict verdict = inner.parse(text.text());
  if (verdict != Verdict::good && verdict != Verdict::repaired) return;
  const Walk within{inner, walk.sink, walk.valid_utf8};
  for (const Node& section : inner.children(inner.root())) walk_windows_data(within, section);
}

}  // namespace

void walk_windows_table(const Walk& walk, const Node& record, WindowsFacts& facts) {
  Value message;
  for (const Node& member : walk.tape.children(record)) {
    const std::string_view key = walk.key(member);
    if (key == "Payload" && member.type == Type::string) {
      put_payload(walk, member);
      continue;
    }
    if (key == "Properties" && member.type == Type::array) {  // what the message is made of, without names
      for (const Node& property : walk.tape.children(member))
        if (const Node* value = walk.tape.child(property, "Value"); value && !value->is_container())
          walk.put("Data", *value);
      continue;
    }
    if (member.is_container()) {
      walk_member(walk, member, "");
      continue;
    }
    const auto* alias = std::ranges::find(kColumns, key, &Alias::from);
    const std::string_view name = alias == kColumns.end() ? key : alias->to;
    const Value value = normal_system_value(name, walk.value(member), walk.sink.arena());
    if (name == "TimeCreated_SystemTime") facts.time = value;
    if (name == "EventRecordID") facts.record = value;
    if (name == "Provider_Name") facts.provider = value;
    if (name == "Message") message = value;
    walk.put(name, value);
  }
  if (facts.provider.text() == "Microsoft-Windows-Sysmon") put_sysmon_message(walk, message.text(), facts);
}

}  // namespace tocsin::json
