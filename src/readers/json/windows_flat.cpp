// Windows records on one level, and Winlogbeat's, which keeps the event's data
// on one level of its own.
#include <array>
#include <string>

#include "readers/json/walk.h"
#include "readers/windows_names.h"

namespace tocsin::json {
namespace {

struct Alias {
  std::string_view from, to;
};

// Names to aliases, in one probe.
template <std::size_t N>
class AliasTable {
 public:
  explicit AliasTable(const std::array<Alias, N>& aliases) : aliases_(aliases), table_(demand(aliases)) {}
  const Alias* find(std::string_view name) const {
    const FieldTable::Entry* entry = table_.find(name);
    return entry && entry->slot != FieldTable::kNone ? &aliases_[entry->slot] : nullptr;
  }

 private:
  const Demand& demand(const std::array<Alias, N>& aliases) {
    for (const Alias& alias : aliases) names_.add(alias.from);
    return names_;
  }
  const std::array<Alias, N>& aliases_;
  Demand names_;
  FieldTable table_;
};

void note(WindowsFacts& facts, std::string_view name, const Value& value) {
  if (name == "EventRecordID") facts.record = value;
  if (name == "Provider_Name") facts.provider = value;
  if (name == "Channel") facts.channel = value;
  if (name == "TimeCreated_SystemTime") facts.time = value;
}

// What is below winlog (since Beats 7), or stood at the top (Beats 6).
constexpr std::array kWinlog = std::to_array<Alias>({
    {"activity_id", "Correlation_ActivityID"},
    {"channel", "Channel"},
    {"computer_name", "Computer"},
    {"computerObject.name", "Computer"},
    {"event_id", "EventID"},
    {"keywords", "Keywords"},
    {"level", "Level"},
    {"log_name", "Channel"},
    {"opcode", "Opcode"},
    {"process.pid", "Execution_ProcessID"},
    {"process.thread.id", "Execution_ThreadID"},
    {"process_id", "Execution_ProcessID"},
    {"provider_guid", "Provider_Guid"},
    {"provider_name", "Provider_Name"},
    {"record_id", "EventRecordID"},
    {"record_number", "EventRecordID"},
    {"related_activity_id", "Correlation_RelatedActivityID"},
    {"source_name", "Provider_Name"},
    {"task", "Task"},
    {"thread_id", "Execution_ThreadID"},
    {"time_created", "TimeCreated_SystemTime"},
    {"user.identifier", "Security_UserID"},
    {"version", "Version"},
});
// ECS fields into which Winlogbeat's modules move event data: used where the data lacks the name.
constexpr std::array kEcs = std::to_array<Alias>({
    {"destination.ip", "DestinationIp"},
    {"destination.port", "DestinationPort"},
    {"dns.question.name", "QueryName"},
    {"file.path", "TargetFilename"},
    {"process.command_line", "CommandLine"},
    {"process.entity_id", "ProcessGuid"},
    {"process.executable", "Image"},
    {"process.parent.command_line", "ParentCommandLine"},
    {"process.parent.entity_id", "ParentProcessGuid"},
    {"process.parent.executable", "ParentImage"},
    {"process.parent.pid", "ParentProcessId"},
    {"process.pe.company", "Company"},
    {"process.pe.description", "Description"},
    {"process.pe.file_version", "FileVersion"},
    {"process.pe.original_file_name", "OriginalFileName"},
    {"process.pe.product", "Product"},
    {"process.pid", "ProcessId"},
    {"process.working_directory", "CurrentDirectory"},
    {"registry.path", "TargetObject"},
    {"source.ip", "SourceIp"},
    {"source.port", "SourcePort"},
});

const AliasTable<kWinlog.size()>& winlog_names() {
  static const AliasTable table(kWinlog);
  return table;
}

void put_system(const Walk& walk, std::string_view name, const Node& node, WindowsFacts& facts) {
  if (node.type == Type::null) return;
  const Value value = normal_system_value(name, walk.value(node), walk.sink.arena());
  note(facts, name, value);
  walk.put(name, value);
}

// Event data whose names are its own, and whose members may be objects.
void put_data(const Walk& walk, const Node& section) {
  for (const Node& member : walk.tape.children(section)) walk_member(walk, member, "");
}

// `path` is the name below winlog.
void put_winlog(const Walk& walk, std::string_view path, const Node& node, WindowsFacts& facts) {
  struct Frame {
    std::uint32_t at, end, prefix;
  };
  static thread_local std::vector<Frame> stack;
  stack.clear();
  NameBuffer name;
  name.add(path);
  const auto visit = [&](const Node& one) {
    const std::string_view here = name.text();
    if (here == "event_data" || here == "user_data") {
      if (one.type == Type::object) put_data(walk, one);
      return;
    }
    for (const std::string_view section : {"event_data.", "user_data."}) {
      if (!here.starts_with(section)) continue;
      walk_dotted(walk, one, here.substr(section.size()));
      return;
    }
    if (one.is_container() && !name.cut()) {
      stack.push_back({walk.tape.index_of(one) + 1, one.next, static_cast<std::uint32_t>(name.size())});
    } else if (const Alias* alias = winlog_names().find(here)) {
      put_system(walk, alias->to, one, facts);
    } else {
      NameBuffer full;
      full.add("winlog.").add(here);
      walk.put(full.text(), one);
    }
  };
  visit(node);
  while (!stack.empty()) {
    Frame& frame = stack.back();
    if (frame.at == frame.end) {
      stack.pop_back();
      continue;
    }
    const Node& next = walk.tape[frame.at];
    frame.at = next.next;
    name.resize(frame.prefix);
    if (next.key_data) {
      if (frame.prefix > 0) name.add(".");
      name.add(walk.key(next));
    }
    visit(next);
  }
}

bool is_event_data(std::string_view key) {
  return key == "event_data" || key == "user_data" || key.starts_with("event_data.") || key.starts_with("user_data.");
}

// Winlogbeat's Sysmon module moves event data into ECS fields.
void put_moved_data(const Walk& walk, const Node& record) {
  const Tape& tape = walk.tape;
  const Node* winlog = tape.child(record, "winlog");
  const Node* data = winlog ? tape.child(*winlog, "event_data") : nullptr;
  for (const Alias& alias : kEcs) {
    if (!walk.sink.want(alias.to) || (data && tape.child(*data, alias.to))) continue;
    NameBuffer flat;
    flat.add("winlog.event_data.").add(alias.to);
    if (tape.child(record, flat.text())) continue;
    if (const Value value = value_at(walk, record, alias.from); !value.is_null()) walk.put(alias.to, value);
  }
}

}  // namespace

void walk_winlog(const Walk& walk, const Node& record, WindowsFacts& facts) {
  for (const Node& member : walk.tape.children(record)) {
    const std::string_view key = walk.key(member);
    if (key == "winlog") {
      put_winlog(walk, "", member, facts);
    } else if (key.starts_with("winlog.")) {
      put_winlog(walk, key.substr(7), member, facts);
    } else if (is_event_data(key) || (!member.is_container() && winlog_names().find(key))) {
      put_winlog(walk, key, member, facts);
    } else if (key == "@timestamp") {
      facts.received = walk.value(member);
      walk.put(key, member);
    } else {
      walk_member(walk, member, "");
      if (key == "message" && !member.is_container()) walk.put("Message", member);
    }
  }
  if (facts.provider.text() == "Microsoft-Windows-Sysmon") put_moved_data(walk, record);
}

void walk_windows_flat(const Walk& walk, const Node& record, WindowsFacts& facts) {
  bool id = false, computer = false, opcode = false, channel = false;
  for (const Node& member : walk.tape.children(record)) {
    switch (member.key_size) {
      case 7:
        id |= member.key() == "EventID", channel |= member.key() == "Channel";
        break;
      case 8:
        computer |= member.key() == "Computer";
        break;
      case 11:
        opcode |= member.key() == "OpcodeValue";
        break;
      default:
        break;
    }
  }
  for (const Node& member : walk.tape.children(record)) {
    const std::string_view key = walk.key(member);
    if (member.is_container()) {
      if (member.type == Type::object && (key == "EventData" || key == "UserData" || key == "event_data")) {
        put_data(walk, member);
      } else {
        walk_member(walk, member, "");
      }
      continue;
    }
    std::string_view name = normal_flat_name(key);
    if (name != key &&
        ((id && name == "EventID") || (computer && name == "Computer") || (channel && name == "Channel")))
      name = key;
    if (opcode && key == "Opcode") continue;
    if (key == "TimeCreated" || key == "SystemTime" || key == "TimeGenerated" || key == "EventTime" ||
        key == "@timestamp" || key == "_time" || key == "UtcTime") {
      const Value value = walk.value(member);
      (key == "UtcTime"                        ? facts.utc_time
       : key == "EventTime"                    ? facts.local_time
       : key == "@timestamp" || key == "_time" ? facts.received
                                               : facts.time) = value;
      if (key == "TimeCreated" || key == "SystemTime") name = "TimeCreated_SystemTime";
      walk.put(name, value);
    } else if (name != key || name == "Channel" || name == "Keywords" || name == "EventRecordID") {
      put_system(walk, name, member, facts);
    } else {
      walk.put(name, member);
    }
  }
}

}  // namespace tocsin::json
