// The frame of readers whose files carry their own column headings.
//
// A format supplies: State (apply(line) takes a directive and says whether anything changed, key(), ready() says that
// columns are known), Header (made
// from a State), and three functions: is_directive(line), source(header, line) and put(header, line, sink, options),
// which returns the event's time.
#pragma once
#include <memory>
#include <vector>

#include "readers/text/headers.h"
#include "readers/text/reader.h"

namespace tocsin::text {

template <class Format>
class ColumnReader final : public Reader {
  using State = typename Format::State;
  using Header = typename Format::Header;
  struct Context {
    Encoding encoding;
    State state;
    std::uint32_t header;  // of the lines before the block's first directive
    std::size_t changes;
  };

 public:
  ColumnReader(const Demand& demand, const ReadOptions& options)
      : options_(options), cutter_(options.record_max), names_(demand, Format::names()) {}

  Result<std::optional<Block>> cut(Stream& stream, std::vector<Anomaly>& anomalies) override {
    TRY(std::optional<Block> block, cutter_.next(stream, anomalies));
    if (!block) return block;
    block->context = std::make_shared<Context>(cutter_.encoding(), state_, header_, changes_);
    arena_.clear();
    for_each_line(block->data.text(), cutter_.encoding(), [&](std::string_view raw, std::size_t at) {
      if (raw.empty()) return;
      if (raw.size() > kHeadKept || !Format::may_be_directive(raw, cutter_.encoding())) return;
      if (!state_.apply(decode_line(raw, cutter_.encoding(), arena_))) return;
      header_ = state_.ready() && ++changes_ <= kChangesMax ? headers_.add(state_, names_) : kNoHeader;
      if (header_ == kNoHeader && state_.ready() && !full_) {
        full_ = true;
        anomalies.push_back({"too-many-headings", block->offset + at, raw.size(),
                             "the column headings changed too often; later lines are read without columns"});
      }
    });
    return block;
  }

  void decode(const Block& block, Batch& out) const override {
    const auto& context = *static_cast<const Context*>(block.context.get());
    out.hold(block.data);
    out.set_access(this);
    State state = context.state;
    std::uint32_t number = context.header;
    std::size_t changes = context.changes;
    const Header* header = headers_.at(number);
    std::string_view source = source_of(header, out);
    std::vector<Field> fields;
    std::uint64_t odd = 0, odd_offset = 0;
    walk(block, context.encoding, options_.record_max, out, [&](const Line& line) {
      if (Format::may_be_directive(line.raw, context.encoding)) {
        if (line.raw.size() <= kHeadKept && state.apply(line.text)) {
          number = state.ready() && ++changes <= kChangesMax ? headers_.find(state) : kNoHeader;
          header = headers_.at(number);
          source = source_of(header, out);
        }
        return;
      }
      if (Format::is_heading_copy(line.text)) return;
      Event event;
      event.offset = line.offset;
      event.record = line.number;
      event.raw = line.raw;
      event.shape = shape_of(context.encoding, number);
      fields.clear();
      Sink sink(names_, fields, out.scratch());
      sink.set_repair(line.repair);
      bool fits = true;
      put(header, line.text, sink, event.time, fits);
      event.source = source;
      if (!fits && odd++ == 0) odd_offset = line.offset;
      event.fields = store(fields, out.scratch());
      out.mutable_events().push_back(event);
    });
    if (odd > 0)
      out.anomalies().push_back(
          {"columns-disagree", odd_offset, 0,
           std::to_string(odd) + " lines whose columns are not those of the headings, or without headings"});
  }

  void describe(const Batch&, const Event& event, Record& out) const override {
    out.clear();
    const Described line = text_of(event, out.memory);
    Sink sink(names_, out);
    sink.set_repair(line.repair);
    Time time;
    bool fits;
    put(headers_.at(note_of(event)), line.text, sink, time, fits);
  }

 private:
  static std::string_view source_of(const Header* header, Batch& out) {
    return header ? out.scratch().copy(header->source) : std::string_view("text");
  }

  void put(const Header* header, std::string_view line, Sink& sink, Time& time, bool& fits) const {
    time = Time::none();
    if (!header) {
      sink.put(Format::kMessage, line);
      fits = false;
      return;
    }
    fits = Format::put(*header, line, sink, options_, time);
  }

  ReadOptions options_;
  LineCutter cutter_;
  Names names_;
  Arena arena_;
  State state_;
  std::uint32_t header_ = kNoHeader;
  std::size_t changes_ = 0;
  bool full_ = false;
  Headers<State, Header> headers_;
};

// One column of a Header.
struct Column {
  std::string name;
  int slot;  // -1: not demanded
};

}  // namespace tocsin::text
