// The cutter finds elements, the tape reads one, the layout names its fields.
//
// simdjson validates the encoding of a whole block at once; its parsers are not used, because they
// turn numbers into doubles, refuse integers of more than 64 bits, raw control characters and
// documents nested deeper than they have room for, and because the tape needs one pass where they need two
// (tape_test.cpp holds the two against each other).
#include "readers/json/json.h"

#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/text.h"
#include "readers/json/cutter.h"
#include "readers/json/layouts.h"
#include "readers/lines/carried.h"
#include "readers/text_window.h"

namespace tocsin::json {
namespace {

// What a record needs while it is read; kept, so that nothing is allocated for each.
struct Workspace {
  Tape tape, embedded;
  std::vector<Field> fields;
};

Workspace& workspace() {
  static thread_local Workspace space;
  return space;
}

bool is_valid_utf8(std::string_view text) { return simdjson::validate_utf8(text.data(), text.size()); }

// Whether a \u stands for a character that Event::keywords_elsewhere wants as it is, or that folds to a letter.
bool escapes_plain_text(std::string_view json) {
  while (true) {
    const void* const found = std::memchr(json.data(), '\\', json.size());
    if (found == nullptr) return false;
    json.remove_prefix(static_cast<std::size_t>(static_cast<const char*>(found) - json.data()));
    if (json.size() < 6) return false;
    if (json[1] != 'u') {
      json.remove_prefix(2);
      continue;
    }
    unsigned point = 0;
    std::from_chars(json.data() + 2, json.data() + 6, point, 16);
    const bool letter = (point | 0x20) >= 'a' && (point | 0x20) <= 'z';
    if (letter ||
        (point < 0x80 && point > 0 && std::strchr("0123456789 .,:;_-=()@#!", static_cast<int>(point)) != nullptr) ||
        point == 0x212a || point == 0x17f)
      return true;
    json.remove_prefix(2);
  }
}

class JsonReader final : public Reader {
 public:
  JsonReader(const Demand& demand, const ReadOptions& options)
      : table_(demand),
        lines_(demand),
        watched_(demand.keywords() != nullptr),
        utc_offset_(options.utc_offset_minutes),
        cutter_(options) {}

  Result<std::optional<Block>> cut(Stream& stream, std::vector<Anomaly>& anomalies) override {
    return cutter_.next(stream, anomalies);
  }

  void decode(const Block& block, Batch& out) const override {
    out.hold(block.data);
    out.set_access(this);
    const auto& elements = *static_cast<const Elements*>(block.context.get());
    const std::string_view text = block.data.text();
    Decoding decoding{text, out, {text, block.offset, elements.utf16}, is_valid_utf8(text)};
    std::uint64_t record = block.first_record;
    for (const Element& element : elements.list) decode_element(decoding, element, record++);
  }

  void describe(const Batch&, const Event& event, Record& out) const override {
    out.clear();
    Workspace& space = workspace();
    if (const Verdict verdict = space.tape.parse(event.raw); verdict != Verdict::good && verdict != Verdict::repaired)
      return;
    FieldSink sink(out);
    const Heading heading =
        read_object(space.tape, space.tape.root(), sink, is_valid_utf8(event.raw), utc_offset_, space.embedded);
    const std::size_t own = out.fields.size();
    if (!heading.line.empty() && lines_.read(heading.line, heading.bare, heading.time, utc_offset_, out))
      std::ranges::rotate(out.fields, out.fields.begin() + static_cast<std::ptrdiff_t>(own));
  }

 private:
  struct Decoding {
    std::string_view text;
    Batch& out;
    SourcePlaces places;
    bool valid_utf8;

    void report(std::string_view name, std::string_view part, std::string detail) {
      const std::uint64_t offset = places.of(part.data());
      out.anomalies().push_back({name, offset, places.size(part), std::move(detail)});
    }
  };

  // An element is one object, as a rule; a line may hold several.
  void decode_element(Decoding& decoding, const Element& element, std::uint64_t record) const {
    Workspace& space = workspace();
    std::string_view text = decoding.text.substr(element.offset, element.size);
    while (!text.empty()) {
      const Verdict verdict = space.tape.parse(text);
      if (verdict != Verdict::good && verdict != Verdict::repaired) {
        report_damage(decoding, verdict, text, space.tape.read());
        salvage_lines(decoding, text, record);
        return;
      }
      if (verdict == Verdict::repaired)
        decoding.report("json-repaired", text.substr(0, space.tape.read()), "not JSON by the letter, but read");
      decode_value(decoding, space.tape, text.substr(0, space.tape.read()), record);
      text.remove_prefix(space.tape.read());
    }
  }

  void report_damage(Decoding& decoding, Verdict verdict, std::string_view text, std::size_t at) const {
    const std::string where = "at byte " + std::to_string(at) + " of the record";
    switch (verdict) {
      case Verdict::truncated:
        decoding.report("json-truncated", text, "the record has no end");
        break;
      case Verdict::too_deep:
        decoding.report("json-too-deep", text, "nested deeper than " + std::to_string(kDepthMax));
        break;
      case Verdict::too_many:
        decoding.report("json-too-many-values", text, "more than " + std::to_string(kNodesMax) + " values");
        break;
      default:
        decoding.report("json-damaged", text, where);
    }
  }

  // A record that lost its end may have swallowed whole ones after it: those that begin a line.
  void salvage_lines(Decoding& decoding, std::string_view text, std::uint64_t record) const {
    Workspace& space = workspace();
    for (std::size_t line = text.find("\n{"); line != text.npos; line = text.find("\n{", line + 1)) {
      const std::size_t end = std::min(text.find('\n', line + 1), text.size());
      const std::string_view one = text.substr(line + 1, end - line - 1);
      if (space.tape.parse(one) == Verdict::good && space.tape.read() == one.size())
        decode_value(decoding, space.tape, one, record);
    }
  }

  void decode_value(Decoding& decoding, const Tape& tape, std::string_view text, std::uint64_t record) const {
    const Node& root = tape.root();
    if (root.type == Type::object) {
      decode_object(decoding, tape, root, record);
      return;
    }
    bool found = false;
    for (const Node& member : tape.children(root)) {
      if (member.type != Type::object) continue;
      decode_object(decoding, tape, member, record);
      found = true;
    }
    if (!found) decoding.report("json-garbage", text, "not an object");
  }

  void decode_object(Decoding& decoding, const Tape& tape, const Node& object, std::uint64_t record) const {
    Workspace& space = workspace();
    Batch& out = decoding.out;
    bool valid_utf8 = decoding.valid_utf8;
    if (!valid_utf8 && !(valid_utf8 = is_valid_utf8(object.text())))
      decoding.report("json-invalid-utf8", object.text(), "bytes that are no UTF-8 read as U+FFFD");
    space.fields.clear();
    FieldSink sink(table_, out.scratch(), space.fields);
    Heading heading = read_object(tape, object, sink, valid_utf8, utc_offset_, space.embedded);
    if (sink.left_out()) decoding.report("json-too-many-fields", object.text(), "fields beyond 100,000 are left out");
    const std::size_t own = space.fields.size();
    if (!heading.line.empty())
      if (const auto line =
              lines_.read(heading.line, heading.bare, heading.time, utc_offset_, space.fields, out.scratch())) {
        // A journal's records and a container's stay what they are, unless the line is of a known shape.
        if (line->source != "text" && (line->source != "syslog" || heading.source != "journald"))
          heading.source = line->source;
        heading.time = line->time;
        // What the line says stands first: both call a text "message".
        std::ranges::rotate(space.fields, space.fields.begin() + static_cast<std::ptrdiff_t>(own));
      }
    Event& event = out.mutable_events().emplace_back();
    event.time = heading.time;
    event.offset = decoding.places.of(object.data);
    event.record = heading.record ? heading.record : record;
    event.source = heading.source;
    event.raw = object.text();
    if (watched_ && heading.verbatim && !escapes_plain_text(event.raw)) event.keywords_elsewhere = 0;
    const std::span<Field> fields = out.scratch().array<Field>(space.fields.size());
    std::uninitialized_copy(space.fields.begin(), space.fields.end(), fields.begin());
    event.fields = fields;
  }

  FieldTable table_;
  lines::CarriedLines lines_;
  bool watched_;
  int utc_offset_;
  Cutter cutter_;
};

Fit sniff(std::string_view head, bool whole) {
  const std::string text = head_as_utf8(head);
  std::string_view rest = text;
  while (!rest.empty() && (static_cast<unsigned char>(rest[0]) <= ' ')) rest.remove_prefix(1);
  if (rest.empty() || (rest[0] != '{' && rest[0] != '[')) {
    // A rotated log may begin in the middle of a record: whole ones on the lines after it?
    std::size_t lines = 0, records = 0;
    for (std::size_t line = rest.find('\n'); line != rest.npos && lines < 8; ++lines) {
      const std::size_t next = rest.find('\n', line + 1);
      if (next == rest.npos) break;
      const std::string_view one = rest.substr(line + 1, next - line - 1);
      records += one.starts_with("{\"") && one.find_last_of('}') != one.npos && one.size() - one.find_last_of('}') <= 2;
      line = next;
    }
    return records >= 2 && 2 * records > lines ? Fit::fair : Fit::none;
  }
  Tape tape;
  const Verdict verdict = tape.parse(rest);
  const bool filled = tape.size() > 1;
  switch (verdict) {
    case Verdict::good:
    case Verdict::repaired:
      if (tape.root().type == Type::object) return filled ? Fit::sure : Fit::fair;
      return filled && tape[1].type == Type::object ? Fit::sure : Fit::weak;
    case Verdict::truncated:
      if (rest[0] == '[' && tape.size() > 1 && tape[1].type != Type::object && tape[1].type != Type::array)
        return Fit::weak;
      return whole ? (filled ? Fit::fair : Fit::weak) : Fit::sure;
    case Verdict::too_deep:
    case Verdict::too_many:
      return Fit::sure;
    case Verdict::damaged:
      break;
  }
  // Damaged: still JSON if it got anywhere, or if the following lines do.
  if (rest[0] == '{' && tape.size() > 2) return Fit::fair;
  const std::size_t line = rest.find("\n{\"");
  return line != rest.npos ? Fit::fair : Fit::none;
}

std::unique_ptr<Reader> open(const Demand& demand, const ReadOptions& options) {
  return std::make_unique<JsonReader>(demand, options);
}

}  // namespace

const ReaderSpec spec{
    "json", "JSON",
    "NDJSON, arrays and wrappers: Windows events of any tool, cloud audit logs, Suricata, Zeek and all else", sniff,
    open};

}  // namespace tocsin::json
