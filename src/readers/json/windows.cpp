// Windows records in JSON clothes. Whatever the tool, the fields come out under
// the names that the event's own XML gives them, as the EVTX reader spells them.
//
// Tools differ in where they put attributes: {"#attributes":{"Name":…}} (evtx
// crate), "Provider_attributes" beside "Provider" (the same with separate attributes), "@Name"
// (xmltodict), plain members (Velociraptor).
#include <algorithm>
#include <array>
#include <charconv>

#include "readers/json/walk.h"
#include "readers/windows_names.h"

namespace tocsin::json {
namespace {

bool is_text_key(std::string_view key) {
  return key == "#text" || key == "Value" || key == "_" || key == "$t" || key == "text";
}

bool is_namespace(std::string_view key) { return key.starts_with("xmlns"); }

const Node* text_of(const Tape& tape, const Node& object) {
  if (object.type != Type::object) return nullptr;
  for (const Node& member : tape.children(object))
    if (is_text_key(member.key())) return &member;
  return nullptr;
}

void note(WindowsFacts& facts, std::string_view name, const Value& value) {
  if (name == "TimeCreated_SystemTime") facts.time = value;
  if (name == "EventRecordID") facts.record = value;
  if (name == "Provider_Name") facts.provider = value;
  if (name == "Channel") facts.channel = value;
}

bool is_fact(std::string_view name) {
  return name == "TimeCreated_SystemTime" || name == "EventRecordID" || name == "Provider_Name" || name == "Channel";
}

void put_system(const Walk& walk, std::string_view name, const Node& node, WindowsFacts& facts) {
  if (node.is_container()) return;
  const bool fact = is_fact(name);
  const auto want = walk.sink.want(name);
  if (!want && !fact) return;
  const Value value = normal_system_value(name, walk.value(node), walk.sink.arena());
  if (fact) note(facts, name, value);
  if (want) walk.sink.put(want, name, value);
}

// {"Name":…,"Guid":…} of the element `element`.
void put_attributes(const Walk& walk, std::string_view element, const Node& attributes, WindowsFacts& facts) {
  for (const Node& attribute : walk.tape.children(attributes)) {
    if (is_namespace(attribute.key())) continue;
    NameBuffer name;
    name.add(element).add("_").add(walk.key(attribute));
    put_system(walk, name.text(), attribute, facts);
  }
}

void walk_system(const Walk& walk, const Node& system, WindowsFacts& facts) {
  for (const Node& element : walk.tape.children(system)) {
    std::string_view key = walk.key(element);
    if (key.starts_with('#') || key.starts_with('@')) continue;
    if (key.ends_with("_attributes")) {
      put_attributes(walk, key.substr(0, key.size() - 11), element, facts);
      continue;
    }
    if (!element.is_container()) {
      put_system(walk, key, element, facts);
      continue;
    }
    for (const Node& member : walk.tape.children(element)) {
      const std::string_view inner = walk.key(member);
      if (inner == "#attributes" || inner == "@attributes" || inner == "$") {
        put_attributes(walk, key, member, facts);
      } else if (is_text_key(inner) || !member.key_data) {
        put_system(walk, key, member, facts);
      } else if (!is_namespace(inner) && !is_namespace(inner.substr(1))) {
        NameBuffer name;
        name.add(key).add("_").add(inner.starts_with('@') ? inner.substr(1) : inner);
        put_system(walk, name.text(), member, facts);
      }
    }
  }
}

// One <Data>: a bare value, or {"#attributes":{"Name":…},"#text":…}.
void put_data(const Walk& walk, const Node& data) {
  if (!data.is_container()) {
    if (data.type != Type::null) walk.put("Data", data);
    return;
  }
  std::string_view name = "Data";
  bool named = false;
  for (const Node& member : walk.tape.children(data)) {
    const std::string_view key = walk.key(member);
    const Node* value = &member;
    if (key == "#attributes" || key == "@attributes" || key == "$")
      value = walk.tape.child(member, "Name");
    else if (key != "@Name" && key != "Name")
      continue;
    if (value && value->type == Type::string) name = walk.value(*value).text(), named = true;
  }
  const Node* text = text_of(walk.tape, data);
  if (!text) {
    if (named) walk.put(name, Value{});
  } else if (!text->is_container()) {
    walk.put(name, *text);
  } else {
    for (const Node& item : walk.tape.children(*text))
      if (!item.is_container()) walk.put(name, item);
  }
}

void put_data_attributes(const Walk& walk, std::string_view element, const Node& attributes) {
  for (const Node& attribute : walk.tape.children(attributes)) {
    if (is_namespace(attribute.key()) || attribute.is_container()) continue;
    NameBuffer name;
    name.add(element).add("_").add(walk.key(attribute));
    walk.put(name.text(), attribute);
  }
}

}  // namespace

// Leaves by their own name, however deep they stand.
void walk_windows_data(const Walk& walk, const Node& section) {
  struct Frame {
    std::uint32_t at, end;
    std::string_view element;
  };
  static thread_local std::vector<Frame> stack;
  stack.clear();
  const auto open = [&](const Node& node, std::string_view element) {
    stack.push_back({walk.tape.index_of(node) + 1, node.next, element});
  };
  if (!section.is_container()) return;
  open(section, walk.key(section));
  while (!stack.empty()) {
    Frame& frame = stack.back();
    if (frame.at == frame.end) {
      stack.pop_back();
      continue;
    }
    const Node& node = walk.tape[frame.at];
    frame.at = node.next;
    const std::string_view key = node.key_data ? walk.key(node) : frame.element;
    if (key == "#attributes" || key == "@attributes" || key == "$") {
      put_data_attributes(walk, frame.element, node);
    } else if (key.ends_with("_attributes") && node.type == Type::object) {
      put_data_attributes(walk, key.substr(0, key.size() - 11), node);
    } else if (key.starts_with('@')) {
      NameBuffer name;
      name.add(frame.element).add("_").add(key.substr(1));
      if (!is_namespace(key.substr(1)) && !node.is_container()) walk.put(name.text(), node);
    } else if (key == "Data") {
      if (node.type == Type::array) {
        for (const Node& item : walk.tape.children(node)) put_data(walk, item);
      } else {
        put_data(walk, node);
      }
    } else if (!node.is_container()) {
      walk.put(key == "#text" ? frame.element : key, node);
    } else {
      open(node, key);
    }
  }
}

void walk_windows_event(const Walk& walk, const Node& event, WindowsFacts& facts) {
  for (const Node& member : walk.tape.children(event)) {
    const std::string_view key = walk.key(member);
    if (key == "System") {
      walk_system(walk, member, facts);
    } else if (member.type == Type::object && !key.starts_with('#') && !key.starts_with('@') &&
               !key.ends_with("_attributes")) {
      walk_windows_data(walk, member);  // EventData, UserData, RenderingInfo, ProcessingErrorData, DebugData
    } else if (!member.is_container() && !key.starts_with('@') && !key.starts_with('#') && !is_namespace(key)) {
      walk.put(key, member);
    }
  }
}

}  // namespace tocsin::json
