// Writes Windows event logs (.evtx) as Windows lays them out: dense 64 KiB chunks, correct checksums, one BinXML
// template a shape and chunk, names and templates shared inside a chunk, EventData as a nested template.
// For tests, fuzz seeds, the demo's evidence and the benchmarks.
//
//   Writer writer;
//   Record record{.provider = "Microsoft-Windows-Sysmon", .event_id = 1, .time = …, .channel = "…/Operational"};
//   record.data = {{"Image", Value::text("C:\\a.exe")}, {"ProcessId", Value::u32(42)}};
//   writer.add(record);
//   std::string file = writer.finish();
//
// For files that don't fit in memory, or must be made fast (see Prepared): write header() (4 KiB, all zero counts), then
// take() after every few thousand add()s, then close_chunk() and the last take(), then header() again over the start of
// the file.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/time.h"
#include "event/record.h"

namespace tocsin::evtx_writer {

struct Element;

// A value as it stands in the log: its wire type and bytes. The names are those of MS-EVEN6's value types.
struct Value {
  std::uint8_t type = 0;
  std::string bytes;

  static Value null() { return {}; }
  static Value text(std::string_view utf8);
  static Value ansi(std::string_view bytes);
  static Value i8(std::int8_t), u8(std::uint8_t), i16(std::int16_t), u16(std::uint16_t);
  static Value i32(std::int32_t), u32(std::uint32_t), i64(std::int64_t), u64(std::uint64_t);
  static Value real32(float), real64(double);
  static Value boolean(bool);
  static Value binary(std::string_view bytes);
  static Value guid(std::string_view text);  // with or without braces, any case
  static Value pointer(std::uint64_t value, bool wide = true);  // size_t
  static Value filetime(Time), systemtime(Time);
  static Value sid(std::string_view text);  // "S-1-5-21-…"
  static Value hex32(std::uint32_t), hex64(std::uint64_t);
  static Value handle(std::uint64_t);        // EvtHandle
  static Value xml(std::string_view utf8);   // EvtXml
  static Value array(const std::vector<Value>& items);  // all of one type; of text, no item may be empty or hold NUL
  // The value whose normal form is `text`: GUID, SID, hexadecimal, time, number or text. Reading it back gives `text`.
  static Value infer(std::string_view text, Kind kind = Kind::string);

  friend bool operator==(const Value&, const Value&) = default;
};

// Parts of an element's or attribute's content. Constants stand in the template, substitutions in the record.
struct Constant { std::string text; };
struct Substitution { Value value; bool optional = false; };
struct CData { std::string text; };
struct CharacterReference { std::uint16_t unit; };
struct EntityReference { std::string name; };
// A substitution of type BinXML. Holds one element; with a template of its own, else plain.
struct Nested { std::vector<Element> fragment; bool templated = true; };
using Node = std::variant<Constant, Substitution, CData, CharacterReference, EntityReference, Nested, Element>;

struct Attribute {
  std::string name;
  std::vector<Node> content;
};

struct Element {
  std::string name;
  std::vector<Attribute> attributes;
  std::vector<Node> content;
  bool optional = false;  // absent when its first substitution is null
};

using Named = std::pair<std::string, Value>;  // "" as name: <Data> without a Name

// The System part, and either data or user_data.
struct Record {
  std::string provider = "Microsoft-Windows-Security-Auditing";
  std::string provider_guid;  // "" : none
  std::uint16_t event_id = 0;
  std::optional<std::uint16_t> qualifiers;
  std::uint8_t version = 0, level = 4, opcode = 0;
  std::uint16_t task = 0;
  std::uint64_t keywords = 0x8000000000000000;
  Time time = {1'600'000'000, 0, 7};
  std::uint64_t id = 0;  // 0: one more than the record before
  std::string activity_id, related_activity_id;
  std::uint32_t process_id = 4, thread_id = 8;
  std::string channel = "Security";
  std::string computer = "host";
  std::string user_sid;
  std::vector<Named> data;
  std::optional<Element> user_data;
};

// The record as a tree, its number being `id`.
Element event_of(const Record& record, std::uint64_t id);

// The record that a reader described, as one that can be written and altered: System fields go to their places, all
// others to data, with types inferred from their text.
Record from_fields(const std::vector<tocsin::Record::Entry>& fields);

// A record laid out once, to be written many times with another number, time and process.
class Prepared {
 public:
  explicit Prepared(const Record& record);
  Prepared(Prepared&&) noexcept;
  ~Prepared();

 private:
  friend class Writer;
  struct State;
  std::unique_ptr<State> state_;
};

class Writer {
 public:
  struct Options {
    bool templates = true;  // false: plain BinXML without templates; text, integers and times only
    bool dirty = false;     // the file header's dirty flag
  };
  Writer();
  explicit Writer(Options options);
  Writer(Writer&&) noexcept;
  ~Writer();

  // False when the record doesn't fit in a chunk; it is left out then.
  bool add(const Record& record);
  bool add(Prepared& record, std::uint64_t id, Time time, std::uint32_t process_id);
  // Any tree. `time` goes to the record's header.
  bool add(const Element& event, Time time, std::uint64_t id = 0);

  // Ends the chunk: the next record starts another one.
  void close_chunk();
  // Whole chunks since the last take().
  std::string take();
  // The file header that fits all chunks so far.
  std::string header() const;
  // close_chunk(), header() and everything not taken.
  std::string finish();

  std::uint64_t records() const;
  std::size_t chunks() const;  // closed ones

 private:
  struct State;
  std::uint64_t next_id() const;

  std::unique_ptr<State> state_;
};

}  // namespace tocsin::evtx_writer
