// Walks over a record's tape that put its fields, by the names of the normal form, into a sink.
#pragma once
#include "readers/field_sink.h"
#include "readers/json/tape.h"

namespace tocsin::json {

struct Walk {
  const Tape& tape;
  FieldSink& sink;
  bool valid_utf8 = true;  // else strings are repaired on their way out

  Value value(const Node& node) const;
  std::string_view key(const Node& node) const;
  void put(std::string_view name, const Node& node) const;  // a scalar, when it is wanted
  void put(std::string_view name, const Value& value) const;
};

// The scalar at a dotted path below `root`, be its parts nested or written as one key; null when there is none.
Value value_at(const Walk& walk, const Node& root, std::string_view path);

// Names as they stand, nested ones joined by dots after `prefix`; lists repeat their name. A demanded object gives
// its JSON text.
void walk_dotted(const Walk& walk, const Node& node, std::string_view prefix);
// The same for one member of an object, its own name included.
void walk_member(const Walk& walk, const Node& member, std::string_view prefix);

// What a Windows record says of itself, wanted or not.
struct WindowsFacts {
  Value time, local_time, utc_time, received, record, provider, channel;
};
// {"System":{…},"EventData":{…}} in any of the ways XML is put into JSON.
void walk_windows_event(const Walk& walk, const Node& event, WindowsFacts& facts);
// The members of EventData or UserData.
void walk_windows_data(const Walk& walk, const Node& section);
// EventID, Channel, Hostname … and the event's data on one level: NXLog, Mordor, Sentinel, Splunk.
void walk_windows_flat(const Walk& walk, const Node& record, WindowsFacts& facts);
// One row an event, as tools for people export them: Get-WinEvent, EvtxECmd, Event Viewer.
void walk_windows_table(const Walk& walk, const Node& record, WindowsFacts& facts);
// winlog.event_data.* and the like, nested or with dotted keys.
void walk_winlog(const Walk& walk, const Node& record, WindowsFacts& facts);
// Hayabusa's timeline.
void walk_hayabusa(const Walk& walk, const Node& record, WindowsFacts& facts);

}  // namespace tocsin::json
