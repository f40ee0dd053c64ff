// A line is read in one pass: its header, then what shape its message has. Years that lines lack run along in cut()
// (undated.h), which hands every block the year and month it starts with.
#include "readers/lines/lines.h"

#include <array>
#include <cstring>

#include "readers/access/line.h"
#include "readers/auditd/record.h"
#include "readers/dated.h"
#include "readers/json/embedded.h"
#include "readers/lines/carried.h"
#include "readers/lines/header.h"
#include "readers/lines/payload.h"
#include "readers/lines/undated.h"
#include "readers/text/reader.h"
#include "readers/xml/xml.h"

namespace tocsin::lines {
namespace {

struct Context {
  text::Encoding encoding;
  RunningYear year;
};

// The names of all the shapes that a line may have, each at its base.
constexpr std::size_t kAccessBase = kNameCount;
constexpr std::size_t kAuditBase = kAccessBase + access::kNameCount;
std::span<const std::string_view> all_names() {
  static const auto all = [] {
    std::array<std::string_view, kAuditBase + auditd::kNameCount> names;
    auto end = std::copy(kNames, kNames + kNameCount, names.begin());
    end = std::copy(access::kNames, access::kNames + access::kNameCount, end);
    std::copy(auditd::kNames, auditd::kNames + auditd::kNameCount, end);
    return names;
  }();
  return all;
}

// A line, as far as it could be understood.
struct Parsed {
  Header header;
  Payload payload = Payload::none;
  std::optional<access::Line> access;  // where it is one
  auditd::RecordLine audit;
  std::string_view source;

  explicit Parsed(std::string_view line) : header(read_header(line)), payload(classify(line, header)) {
    source = source_of(payload, header);
    if (payload == Payload::access) {
      access = access::read_line(header.message);
      if (access->shape == access::Shape::none) access.reset();
      if (access) source = access::source_of(access->shape);
    } else if (payload == Payload::audit) {
      if (auditd::read_record(line, audit)) source = "auditd";
    }
  }

  Time time(RunningYear& year, int offset_minutes) const {
    Time time = Time::none();
    if (!header.time.empty()) {
      const int running = header.stamp.dated() ? 0 : year.of(header.stamp.month);
      time = header.stamp.at(running, offset_minutes);
    }
    if (access) return access->stamp.at(0, offset_minutes);
    if (audit.time.known() && !audit.stamp.empty()) return audit.time;
    if (payload == Payload::none) return time;
    return payload_time(payload, header, offset_minutes).value_or(time);
  }

  void put_fields(text::Sink& sink) const {
    const auto put = [&](Name name, std::string_view value) {
      if (!value.empty()) sink.put(name, value);
    };
    if (!access) put(kTimestamp, header.time);
    put(kHostname, header.host);
    put(kProgram, header.program);
    put(kPid, header.pid);
    put(kMsgid, header.msgid);
    put(kTag, header.tag);
    if (payload != Payload::cisco && payload != Payload::firepower) put(kFacility, facility_name(header.priority));
    if (payload != Payload::cef) put(kSeverity, severity_name(header.priority));
    if (!header.structured.empty() && payload != Payload::checkpoint) put_structured(header.structured, sink);
    sink.put(kMessage, header.message);
    if (access) {
      access::put(*access, header.message, sink, kAccessBase);
    } else if (!audit.stamp.empty()) {
      auditd::put_event({&audit, 1}, sink, kAuditBase);
    } else {
      put_payload(payload, header, sink);
    }
  }
};

class LinesReader final : public Reader {
 public:
  LinesReader(const Demand& demand, const ReadOptions& options)
      : options_(options), cutter_(options.record_max), names_(demand, all_names()), table_(demand) {}

  Result<std::optional<Block>> cut(Stream& stream, std::vector<Anomaly>& anomalies) override {
    TRY(std::optional<Block> block, cutter_.next(stream, anomalies));
    if (!block) return block;
    const std::string_view data = block->data.text();
    const text::Encoding encoding = cutter_.encoding();
    const auto context = std::make_shared<Context>(encoding, year_.value_or(RunningYear(kAssumedYear)));
    arena_.clear();
    char month[4] = {};  // of the line before, as it stands: a line that begins alike changes nothing
    text::for_each_line(data, encoding, [&](std::string_view raw, std::size_t at) {
      if (month[0] != '\0' && raw.size() >= 4 && std::memcmp(raw.data(), month, 4) == 0) return;
      const MonthDay date = undated(text::decode_line(raw.substr(0, 128), encoding, arena_));
      if (!date.month) return;
      if (!year_) {
        const std::optional<int> within = options_.year ? std::nullopt : year_within(data, encoding, dated_);
        const int year = options_.year.value_or(within.value_or(kAssumedYear));
        year_.emplace(year);
        context->year = *year_;
        if (options_.year ? options_.year_assumed : !within)
          anomalies.push_back({"year-assumed", block->offset + at, raw.size(),
                               "lines name no year and no dated evidence does; " + std::to_string(year) +
                                   " was assumed: --year sets it"});
      }
      year_->of(date.month);
      month[0] = '\0';
      if (encoding == text::Encoding::utf8 && raw.size() >= 4 && text::month_of(raw.data()) == date.month)
        std::memcpy(month, raw.data(), 4);
    });
    if (!year_ && !dated_ && !options_.year) (void)year_within(data, encoding, dated_);
    block->context = context;
    return block;
  }

  void decode(const Block& block, Batch& out) const override {
    const auto& context = *static_cast<const Context*>(block.context.get());
    out.hold(block.data);
    out.set_access(this);
    RunningYear year = context.year;
    std::vector<Field> fields;
    text::walk(block, context.encoding, options_.record_max, out, [&](const text::Line& line) {
      const Parsed parsed(line.text);
      Event& event = out.mutable_events().emplace_back();
      event.offset = line.offset;
      event.record = line.number;
      event.raw = {line.raw.data(), line.raw.size()};
      event.shape = text::shape_of(context.encoding);
      const Time time = parsed.time(year, options_.utc_offset_minutes);
      event.time.seconds = time.seconds;  // one by one: a copy would wait for them
      event.time.nanoseconds = time.nanoseconds;
      event.time.digits = time.digits;
      event.source = parsed.source;
      fields.clear();
      text::Sink sink(names_, fields, out.scratch());
      sink.set_repair(line.repair);
      parsed.put_fields(sink);
      if (parsed.payload == Payload::json || parsed.payload == Payload::event_xml)
        put_within(parsed, out, fields, event);
      event.fields = text::store(fields, out.scratch());
    });
  }

  void describe(const Batch&, const Event& event, Record& out) const override {
    out.clear();
    const text::Described line = text::text_of(event, out.memory);
    text::Sink sink(names_, out);
    sink.set_repair(line.repair);
    const Parsed parsed(line.text);
    parsed.put_fields(sink);
    FieldSink inner(out);
    (void)read_within(parsed, inner);
  }

 private:
  void put_within(const Parsed& parsed, Batch& out, std::vector<Field>& fields, Event& event) const {
    FieldSink inner(table_, out.scratch(), fields);
    const auto within = read_within(parsed, inner);
    if (!within) return;
    // What wrote it is known better than that it came by syslog; other JSON stays what its line is.
    if (within->source != "json") event.source = within->source;
    if (within->time.known() && (within->source != "json" || !event.time.known())) event.time = within->time;
    if (within->record) event.record = within->record;
  }
  // The record of another format that the message is.
  std::optional<json::Heading> read_within(const Parsed& parsed, FieldSink& sink) const {
    if (parsed.payload == Payload::json)
      return json::read_embedded(parsed.header.message, sink, options_.utc_offset_minutes);
    if (parsed.payload != Payload::event_xml) return std::nullopt;
    const auto event = xml::read_embedded(parsed.header.message, sink, options_.utc_offset_minutes);
    if (!event) return std::nullopt;
    return json::Heading{event->source, event->time, event->record};
  }

  ReadOptions options_;
  text::LineCutter cutter_;
  text::Names names_;
  FieldTable table_;  // the same demand, for the JSON in a message
  Arena arena_;
  std::optional<RunningYear> year_;  // once an undated line was met
  std::optional<Time> dated_;        // a full date before that
};

// A shipper's time is when it read the line, seconds later or, of an old file, years: up to a day apart it is the
// line's time with its zone told; beyond that the line is right.
std::optional<Carried> read_carried(std::string_view line, bool bare, Time near, int offset_minutes, text::Sink sink) {
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  const Parsed parsed(line);
  if (parsed.payload == Payload::json || parsed.payload == Payload::event_xml) return std::nullopt;
  if (parsed.source == "text" && !bare) return std::nullopt;
  sink.set_repair(!is_utf8(line));
  parsed.put_fields(sink);
  constexpr std::int64_t kDay = 86400, kYear = 31556952;
  const bool dateable = near.known() && near.seconds >= 0 && near.seconds < 8000 * kYear;
  const int year = dateable ? static_cast<int>(1970 + near.seconds / kYear) : kAssumedYear;
  const auto in = [&](int which) {
    RunningYear running(which);
    return parsed.time(running, offset_minutes);
  };
  Time own = in(year);
  const bool undated = own != in(year + 1);  // it hangs on a year that the line doesn't name
  if (!dateable) return Carried{parsed.source, undated ? Time::none() : own};
  const auto apart = [&](const Time& time) { return std::abs(time.seconds - near.seconds); };
  for (const int other : {year - 1, year + 1})
    if (const Time time = in(other); undated && time.known() && apart(time) < apart(own)) own = time;
  return Carried{parsed.source, !own.known() || apart(own) <= kDay ? near : own};
}

Fit sniff(std::string_view head, bool) { return text::looks_like_text(head) ? Fit::weak : Fit::none; }

}  // namespace

CarriedLines::CarriedLines(const Demand& demand) : names_(demand, all_names()) {}

std::optional<Carried> CarriedLines::read(std::string_view line, bool bare, Time near, int utc_offset_minutes,
                                          std::vector<Field>& fields, Arena& memory) const {
  return read_carried(line, bare, near, utc_offset_minutes, {names_, fields, memory});
}
std::optional<Carried> CarriedLines::read(std::string_view line, bool bare, Time near, int utc_offset_minutes,
                                          Record& out) const {
  return read_carried(line, bare, near, utc_offset_minutes, {names_, out});
}

const ReaderSpec spec = {"lines", "text lines",
                         "any text, a line an event; syslog headers (RFC 3164, RFC 5424, ISO 8601)", sniff,
                         [](const Demand& demand, const ReadOptions& options) -> std::unique_ptr<Reader> {
                           return std::make_unique<LinesReader>(demand, options);
                         }};

}  // namespace tocsin::lines
