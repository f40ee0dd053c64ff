#include "readers/json/layouts.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <vector>

#include "base/check.h"
#include "base/text.h"
#include "readers/json/layout_table.h"
#include "readers/json/moment.h"
#include "readers/windows_names.h"

namespace tocsin::json {

namespace {

constexpr std::size_t kWords = 4;
using KeySet = std::array<std::uint64_t, kWords>;

// Members that may hold the record proper, as an object or as a string of JSON.
constexpr std::string_view kWrappers[] = {"_source", "Event", "document", "result"};
constexpr std::string_view kEmbedded[] = {"AuditData", "CloudTrailEvent", "_raw"};  // _raw: Splunk

struct Compiled {
  Demand names;
  struct Row {
    KeySet all{}, any{};
    bool has_any = false;
  };
  std::vector<Row> rows;
  KeySet wrappers{}, embedded{};  // of kWrappers, kEmbedded
};

const Compiled& compiled() {
  static const Compiled result = [] {
    Compiled c;
    const auto set = [&](KeySet& keys, std::string_view name) {
      const Slot slot = c.names.add(name);
      CHECK(slot < 64 * kWords);
      keys[slot / 64] |= std::uint64_t{1} << slot % 64;
    };
    for (const Layout& layout : layout_table()) {
      Compiled::Row row;
      for (const std::string_view name : layout.all) set(row.all, name);
      for (const std::string_view name : layout.any) set(row.any, name), row.has_any = true;
      c.rows.push_back(row);
    }
    for (const std::string_view name : kWrappers) set(c.wrappers, name);
    for (const std::string_view name : kEmbedded) set(c.embedded, name);
    return c;
  }();
  return result;
}

const FieldTable& key_table() {
  static const FieldTable keys(compiled().names);
  return keys;
}

KeySet keys_of(const Tape& tape, const Node& root) {
  const FieldTable& keys = key_table();
  KeySet seen{};
  for (const Node& member : tape.children(root))
    if (const FieldTable::Entry* entry = keys.find(member.key()); entry && entry->slot != FieldTable::kNone)
      seen[entry->slot / 64] |= std::uint64_t{1} << entry->slot % 64;
  return seen;
}

bool meets(const KeySet& keys, const KeySet& wanted) {
  std::uint64_t met = 0;
  for (std::size_t word = 0; word < kWords; ++word) met |= keys[word] & wanted[word];
  return met != 0;
}

const Layout& layout_of(const KeySet& keys) {
  const std::vector<Compiled::Row>& rows = compiled().rows;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::uint64_t missing = 0;
    for (std::size_t word = 0; word < kWords; ++word) missing |= rows[i].all[word] & ~keys[word];
    if (!missing && (!rows[i].has_any || meets(keys, rows[i].any))) return layout_table()[i];
  }
  return layout_table().back();
}

Time time_of(const Value& value, int offset) {
  return value.is_null() ? Time::none() : read_moment(value.text(), offset);
}

std::uint64_t number_of(const Value& value) {
  std::uint64_t number = 0;
  const std::string_view text = value.text();
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() ? number : 0;
}

// A member whose name speaks of time and whose value is one.
Time guessed_time(const Walk& walk, const Node& root, int offset) {
  int left = 64;
  for (const Node& member : walk.tape.children(root)) {
    if (--left < 0) break;
    if (member.is_container() || member.size < 8 || member.size > 48) continue;
    const std::string_view key = member.key();
    const auto speaks = [&](std::string_view word) {
      for (std::size_t i = 0; i + word.size() <= key.size(); ++i)
        if (equal_folded(key.substr(i, word.size()), word)) return true;
      return false;
    };
    if (!speaks("time") && !speaks("date")) continue;
    if (const Time time = time_of(walk.value(member), offset); time.known()) return time;
  }
  return Time::none();
}

// The event's own time, in UTC. NXLog's EventTime has no zone: the collector's time, seconds later at most, is
// nearer the truth than a guess at it.
Time windows_time(const WindowsFacts& facts, int offset) {
  const bool zoned = moment_has_zone(facts.time.text());
  if (const Time time = time_of(facts.time, offset); time.known() && (zoned || facts.utc_time.is_null())) return time;
  if (const Time time = time_of(facts.utc_time, 0); time.known()) return time;
  const Time local = time_of(facts.local_time, offset);
  if (local.known() && moment_has_zone(facts.local_time.text())) return local;
  if (const Time time = time_of(facts.received, 0); time.known()) return time;
  return local;
}

// A record that was told apart: its root may lie inside the element (Elasticsearch's _source, Chainsaw's document).
struct Told {
  const Layout* layout = nullptr;
  const Node* root = nullptr;
  const Node* embedded = nullptr;  // a string that holds the record proper as JSON: AuditData, CloudTrailEvent, _raw
};

// One step into a wrapper of one record, or nullptr.
const Node* step_in(const Tape& tape, const Node& root) {
  const auto object = [&](const Node& parent, std::string_view name) -> const Node* {
    const Node* node = tape.child(parent, name);
    return node && node->type == Type::object ? node : nullptr;
  };
  if (const Node* source = object(root, "_source")) return source;
  if (const Node* event = object(root, "Event")) return tape.child(*event, "System") ? event : nullptr;
  if (const Node* document = object(root, "document")) return object(*document, "data");
  if (tape.child(root, "preview") || tape.child(root, "lastrow")) return object(root, "result");
  return nullptr;
}

// journald writes a message that is no UTF-8 as a list of bytes.
void put_bytes(const Walk& walk, const Node& root) {
  const Node* message = walk.tape.child(root, "MESSAGE");
  if (!message || message->type != Type::array) return;
  std::string text;
  for (const Node& one : walk.tape.children(*message)) {
    unsigned byte = 256;
    std::from_chars(one.data, one.data + one.size, byte);
    if (byte > 255) return;
    text += static_cast<char>(byte);
  }
  walk.put("MESSAGE", Value{walk.sink.arena().copy(to_utf8(text)), Kind::string});
}

bool is_word(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || std::strchr("._-/()@", c) != nullptr;
  });
}

// The line that the record carries. Where the record says which program wrote it, with the header that a log daemon
// would have put in front.
std::string_view carried_line(const Walk& walk, const Node& root, const Carrier& carrier, Time time) {
  const Value text = value_at(walk, root, carrier.line);
  if (carrier.line.empty() || text.is_null() || text.kind != Kind::string || text.size == 0) return {};
  const std::string_view program = carrier.program.empty() ? "" : value_at(walk, root, carrier.program).text();
  if (!is_word(program) || !time.known()) return text.text();
  const std::string_view host = value_at(walk, root, carrier.host).text();
  const std::string_view pid = value_at(walk, root, carrier.pid).text();
  std::string line = time.iso();
  line.append(" ").append(is_word(host) ? host : "-").append(" ").append(program);
  if (is_word(pid)) line.append("[").append(pid).append("]");
  line.append(": ").append(text.text());
  return walk.sink.arena().copy(line);
}

Told tell(const Tape& tape, const Node& object) {
  const Node* root = &object;
  KeySet keys = keys_of(tape, *root);
  for (int step = 0; step < 4 && meets(keys, compiled().wrappers); ++step) {
    const Node* inner = step_in(tape, *root);
    if (!inner) break;
    root = inner;
    keys = keys_of(tape, *root);
  }
  Told told{&layout_of(keys), root};
  // A container may write JSON itself.
  if (told.layout->carrier.bare)
    if (const Node* line = tape.child(*root, told.layout->carrier.line);
        line && line->type == Type::string && line->size > 1 && line->data[0] == '{')
      told.embedded = line;
  if (!meets(keys, compiled().embedded)) return told;
  for (const std::string_view name : kEmbedded) {
    const Node* data = tape.child(*root, name);
    if (data && data->type == Type::object) {
      told.root = data;
      told.layout = &layout_of(keys_of(tape, *data));
    } else if (data && data->type == Type::string && data->size > 1 && data->data[0] == '{') {
      told.embedded = data;
    }
  }
  return told;
}

Heading read_record(const Walk& walk, const Told& told, int utc_offset_minutes) {
  const Layout& layout = *told.layout;
  const Node& root = *told.root;
  Heading heading{layout.source};
  if (layout.form == Form::dotted) {
    if (layout.source_of)
      if (const std::string_view source = layout.source_of(walk, root); !source.empty()) heading.source = source;
    for (const std::string_view path : layout.time) {
      const Value value = value_at(walk, root, path);
      if (value.is_null()) continue;
      heading.time = time_of(value, layout.utc ? 0 : utc_offset_minutes);
      if (heading.time.known()) break;
    }
    if (!heading.time.known()) heading.time = guessed_time(walk, root, utc_offset_minutes);
    if (layout.source == "journald") put_bytes(walk, root), heading.verbatim = false;
    walk_dotted(walk, root, "");
    heading.line = carried_line(walk, root, layout.carrier, heading.time);
    heading.bare = layout.carrier.bare;
    return heading;
  }
  WindowsFacts facts;
  switch (layout.form) {
    case Form::windows_event:
      walk_windows_event(walk, root, facts);
      break;
    case Form::windows_flat:
      walk_windows_flat(walk, root, facts);
      break;
    case Form::windows_table:
      walk_windows_table(walk, root, facts);
      break;
    case Form::winlog:
      walk_winlog(walk, root, facts);
      break;
    case Form::hayabusa:
      walk_hayabusa(walk, root, facts);
      break;
    case Form::dotted:
      break;
  }
  heading.verbatim = layout.form != Form::hayabusa && layout.form != Form::windows_table;
  heading.source = windows_source(facts.provider.text());
  heading.time = windows_time(facts, layout.utc ? 0 : utc_offset_minutes);
  heading.record = number_of(facts.record);
  return heading;
}

}  // namespace

Heading read_object(const Tape& tape, const Node& object, FieldSink& sink, bool valid_utf8, int utc_offset_minutes,
                    Tape& inner) {
  const Told told = tell(tape, object);
  if (told.embedded) {
    const std::string_view text = unescaped(told.embedded->text(), told.embedded->escaped, sink.arena());
    const Verdict verdict = inner.parse(text);
    if ((verdict == Verdict::good || verdict == Verdict::repaired) && inner.root().type == Type::object) {
      const Told within = tell(inner, inner.root());
      Heading heading = read_record({inner, sink, valid_utf8}, within, utc_offset_minutes);
      heading.verbatim = false;
      // Splunk's word on where its raw event came from; AuditData and CloudTrailEvent have no such neighbour.
      if (const Node* host = tape.child(*told.root, "host"); host && !host->is_container())
        Walk{tape, sink, valid_utf8}.put("splunk.host", *host);
      return heading;
    }
  }
  return read_record({tape, sink, valid_utf8}, told, utc_offset_minutes);
}

}  // namespace tocsin::json
