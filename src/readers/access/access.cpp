#include "readers/access/access.h"

#include "readers/access/line.h"
#include "readers/lines/header.h"
#include "readers/text/reader.h"

namespace tocsin::access {
namespace {

class AccessReader final : public Reader {
 public:
  AccessReader(const Demand& demand, const ReadOptions& options)
      : options_(options), cutter_(options.record_max), names_(demand, kNames) {}

  Result<std::optional<Block>> cut(Stream& stream, std::vector<Anomaly>& anomalies) override {
    TRY(std::optional<Block> block, cutter_.next(stream, anomalies));
    if (block) block->context = std::make_shared<text::Encoding>(cutter_.encoding());
    return block;
  }

  void decode(const Block& block, Batch& out) const override {
    const auto encoding = *static_cast<const text::Encoding*>(block.context.get());
    out.hold(block.data);
    out.set_access(this);
    std::vector<Field> fields;
    text::walk(block, encoding, options_.record_max, out, [&](const text::Line& line) {
      const Line parsed = read_line(line.text);
      Event event;
      event.offset = line.offset;
      event.record = line.number;
      event.raw = line.raw;
      event.shape = text::shape_of(encoding);
      event.source = source_of(parsed.shape);
      if (!parsed.time.empty()) {
        event.time = parsed.stamp.at(0, options_.utc_offset_minutes);
      } else if (const lines::Header header = lines::read_header(line.text);
                 !header.time.empty() && header.stamp.dated()) {
        event.time = header.stamp.at(0, options_.utc_offset_minutes);  // an error log's line among them
      }
      fields.clear();
      text::Sink sink(names_, fields, out.scratch());
      sink.set_repair(line.repair);
      put(parsed, line.text, sink);
      event.fields = text::store(fields, out.scratch());
      out.mutable_events().push_back(event);
    });
  }

  void describe(const Batch&, const Event& event, Record& out) const override {
    out.clear();
    const text::Described line = text::text_of(event, out.memory);
    text::Sink sink(names_, out);
    sink.set_repair(line.repair);
    put(read_line(line.text), line.text, sink);
  }

 private:
  ReadOptions options_;
  text::LineCutter cutter_;
  text::Names names_;
};

// Most of the first lines must be access lines.
Fit sniff(std::string_view head, bool whole) {
  if (!text::looks_like_text(head)) return Fit::none;
  Arena arena;
  std::size_t lines = 0, fit = 0;
  text::first_lines(text::head_as_utf8(head, arena), whole, 40, [&](std::string_view line) {
    if (line[0] == '#') return true;  // a remark
    ++lines;
    fit += read_line(line).shape != Shape::none;
    return true;
  });
  return lines > 0 && fit * 2 > lines ? Fit::sure : Fit::none;
}

}  // namespace

const ReaderSpec spec = {"access", "access logs", "web server (common, combined, vhost), HAProxy and Squid access logs",
                         sniff, [](const Demand& demand, const ReadOptions& options) -> std::unique_ptr<Reader> {
                           return std::make_unique<AccessReader>(demand, options);
                         }};

}  // namespace tocsin::access
