// Records of the usual form (System beside EventData or UserData) as trees, and back from a reader's fields.
#include <algorithm>
#include <charconv>

#include "base/check.h"
#include "tests/support/evtx_writer.h"

namespace tocsin::evtx_writer {
namespace {

Element optional_leaf(std::string name, Value value) {
  return {.name = std::move(name), .attributes = {}, .content = {Substitution{std::move(value), true}}, .optional = true};
}

Attribute optional_attribute(std::string name, Value value) {
  return {std::move(name), {Substitution{std::move(value), true}}};
}

Value guid_or_null(const std::string& text) { return text.empty() ? Value::null() : Value::guid(text); }

// As Windows builds it: one template for all providers of a computer.
Element system_of(const Record& record, std::uint64_t id) {
  Element provider{.name = "Provider",
                   .attributes = {optional_attribute("Name", Value::text(record.provider)),
                                  optional_attribute("Guid", guid_or_null(record.provider_guid))},
                   .content = {}};
  Element event_id = optional_leaf("EventID", Value::u16(record.event_id));
  event_id.attributes.push_back(
      optional_attribute("Qualifiers", record.qualifiers ? Value::u16(*record.qualifiers) : Value::null()));
  event_id.optional = false;
  Element system{.name = "System", .attributes = {}, .content = {}};
  const auto add = [&](Element element) { system.content.emplace_back(std::move(element)); };
  add(std::move(provider));
  add(std::move(event_id));
  add(optional_leaf("Version", Value::u8(record.version)));
  add(optional_leaf("Level", Value::u8(record.level)));
  add(optional_leaf("Task", Value::u16(record.task)));
  add(optional_leaf("Opcode", Value::u8(record.opcode)));
  add(optional_leaf("Keywords", Value::hex64(record.keywords)));
  add({.name = "TimeCreated", .attributes = {optional_attribute("SystemTime", Value::filetime(record.time))}, .content = {}});
  add(optional_leaf("EventRecordID", Value::u64(id)));
  add({.name = "Correlation",
       .attributes = {optional_attribute("ActivityID", guid_or_null(record.activity_id)),
                      optional_attribute("RelatedActivityID", guid_or_null(record.related_activity_id))},
       .content = {}});
  add({.name = "Execution",
       .attributes = {optional_attribute("ProcessID", Value::u32(record.process_id)),
                      optional_attribute("ThreadID", Value::u32(record.thread_id))},
       .content = {}});
  add(optional_leaf("Channel", Value::text(record.channel)));
  add({.name = "Computer", .attributes = {}, .content = {Constant{record.computer}}});
  add({.name = "Security",
       .attributes = {optional_attribute("UserID", record.user_sid.empty() ? Value::null() : Value::sid(record.user_sid))},
       .content = {}});
  return system;
}

Element event_data(const std::vector<Named>& data) {
  Element out{.name = "EventData", .attributes = {}, .content = {}};
  for (const auto& [name, value] : data) {
    Element item{.name = "Data", .attributes = {}, .content = {Substitution{value}}};
    if (!name.empty()) item.attributes.push_back({"Name", {Constant{name}}});
    out.content.emplace_back(std::move(item));
  }
  return out;
}

}  // namespace

Element event_of(const Record& record, std::uint64_t id) {
  Element event{.name = "Event",
                .attributes = {{"xmlns", {Constant{"http://schemas.microsoft.com/win/2004/08/events/event"}}}},
                .content = {}};
  event.content.emplace_back(system_of(record, id));
  if (record.user_data) {
    event.content.emplace_back(Element{.name = "UserData", .attributes = {}, .content = {Nested{{*record.user_data}}}});
  } else if (!record.data.empty()) {
    event.content.emplace_back(Nested{{event_data(record.data)}});
  }
  return event;
}

Record from_fields(const std::vector<tocsin::Record::Entry>& fields) {
  Record out;
  out.provider.clear(), out.channel.clear(), out.computer.clear();
  std::vector<std::string_view> known;  // a name of System's that comes again belongs to the data
  for (const auto& [name, value] : fields) {
    const std::string_view text = value.text();
    if (std::ranges::find(known, name) != known.end() && name != "Data") {
      out.data.emplace_back(name, Value::infer(text, value.kind));
      continue;
    }
    known.push_back(name);
    const auto number = [&](auto& into) {
      const bool hex = text.starts_with("0x");
      std::from_chars(text.data() + (hex ? 2 : 0), text.data() + text.size(), into, hex ? 16 : 10);
    };
    const auto guid = [&](std::string& into) {
      if (Value::infer(text).type == 0x0f) into = text;
    };
    if (name == "Provider_Name") out.provider = text;
    else if (name == "Provider_Guid") guid(out.provider_guid);
    else if (name == "EventID") number(out.event_id);
    else if (name == "EventID_Qualifiers") number(out.qualifiers.emplace());
    else if (name == "Version") number(out.version);
    else if (name == "Level") number(out.level);
    else if (name == "Task") number(out.task);
    else if (name == "Opcode") number(out.opcode);
    else if (name == "Keywords") number(out.keywords);
    else if (name == "TimeCreated_SystemTime") out.time = Time::parse_iso(text).value_or(out.time);
    else if (name == "EventRecordID") number(out.id);
    else if (name == "Correlation_ActivityID") guid(out.activity_id);
    else if (name == "Correlation_RelatedActivityID") guid(out.related_activity_id);
    else if (name == "Execution_ProcessID") number(out.process_id);
    else if (name == "Execution_ThreadID") number(out.thread_id);
    else if (name == "Channel") out.channel = text;
    else if (name == "Computer") out.computer = text;
    else if (name == "Security_UserID") {
      if (Value::infer(text).type == 0x13) out.user_sid = text;
    } else {
      out.data.emplace_back(name == "Data" ? "" : std::string(name), Value::infer(text, value.kind));
    }
  }
  return out;
}

}  // namespace tocsin::evtx_writer
