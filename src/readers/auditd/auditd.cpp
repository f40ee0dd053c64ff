// Blocks must hold whole events for decode() to join them, so cut() looks at the
// second half of each megabyte for the last place that no event straddles, and
// gives the rest back to the next block.
#include "readers/auditd/auditd.h"

#include <map>
#include <unordered_map>

#include "readers/auditd/record.h"
#include "readers/text/reader.h"

namespace tocsin::auditd {
namespace {

constexpr std::size_t kWindow = text::kBlockBytes / 2;
// An event before the place where the block is cut has no record in this many bytes after it.
constexpr std::size_t kLookAhead = 16u << 10;

struct Joined {
  std::size_t first = 0, last = 0, count = 0;  // into the lines; linked by `next`
  bool contiguous = true;
};

struct Entry {
  RecordLine record;
  text::Line line;
  std::size_t next = 0;
};

class AuditReader final : public Reader {
 public:
  AuditReader(const Demand& demand, const ReadOptions& options)
      : options_(options), cutter_(options.record_max), names_(demand, kNames) {}

  Result<std::optional<Block>> cut(Stream& stream, std::vector<Anomaly>& anomalies) override {
    TRY(std::optional<Block> block, cutter_.next(stream, anomalies));
    if (!block) return block;
    if (!cutter_.at_end() && block->data.size() > kWindow) cutter_.give_back(*block, boundary(block->data.text()));
    block->context = std::make_shared<text::Encoding>(cutter_.encoding());
    return block;
  }

  void decode(const Block& block, Batch& out) const override {
    const auto encoding = *static_cast<const text::Encoding*>(block.context.get());
    out.hold(block.data);
    out.set_access(this);
    std::vector<Entry> entries;
    std::vector<Joined> events;
    using Key = std::pair<std::string_view, std::string_view>;
    std::map<Key, std::size_t> open;
    text::walk(block, encoding, options_.record_max, out, [&](const text::Line& line) {
      Entry entry{{}, line, 0};
      const std::size_t number = entries.size();
      const bool is_record = read_record(line.text, entry.record);
      entries.push_back(entry);
      if (!is_record) {
        events.push_back({number, number, 1, true});
        return;
      }
      const Key key{entry.record.node, entry.record.stamp};
      std::size_t event = events.size();
      if (!events.empty() && entries[events.back().last].record.stamp == key.second &&
          entries[events.back().last].record.node == key.first) {
        event = events.size() - 1;
      } else {
        event = open.try_emplace(key, event).first->second;
      }
      if (event == events.size()) {
        events.push_back({number, number, 1, true});
        return;
      }
      Joined& joined = events[event];
      joined.contiguous &= joined.last + 1 == number;
      entries[joined.last].next = number;
      joined.last = number;
      ++joined.count;
    });

    std::vector<Field> fields;
    std::vector<RecordLine> records;
    for (const Joined& joined : events) {
      const Entry& first = entries[joined.first];
      Event event;
      event.offset = first.line.offset;
      event.shape = text::shape_of(encoding);
      event.raw = raw_of(joined, entries, encoding, out.scratch());
      event.source = "text";
      event.record = first.line.number;
      if (!first.record.stamp.empty()) {
        event.source = "auditd";
        event.time = first.record.time;
        if (first.record.serial) event.record = first.record.serial;
      }
      fields.clear();
      records.clear();
      bool repair = false;
      for (std::size_t i = joined.first, left = joined.count; left > 0; i = entries[i].next, --left) {
        records.push_back(entries[i].record);
        repair |= entries[i].line.repair;
      }
      text::Sink sink(names_, fields, out.scratch());
      sink.set_repair(repair);
      put(records, first.line.text, sink);
      event.fields = text::store(fields, out.scratch());
      out.mutable_events().push_back(event);
    }
  }

  void describe(const Batch&, const Event& event, Record& out) const override {
    out.clear();
    const text::Encoding encoding = text::encoding_of(event);
    std::vector<RecordLine> records;
    std::string_view first;
    bool repair = false;
    text::for_each_line(event.raw, encoding, [&](std::string_view raw, std::size_t) {
      const std::string_view line = text::decode_line(raw, encoding, out.memory);
      if (line.empty()) return;
      if (records.empty()) first = line;
      repair |= !is_ascii(line) && !is_utf8(line);
      RecordLine record;
      read_record(line, record);
      records.push_back(record);
    });
    text::Sink sink(names_, out);
    sink.set_repair(repair);
    put(records, first, sink);
  }

 private:
  static void put(const std::vector<RecordLine>& records, std::string_view first, text::Sink& sink) {
    if (records.empty() || records[0].stamp.empty()) {
      sink.put(kMessage, first);
    } else {
      put_event(records, sink);
    }
  }

  // The evidence's bytes from the first record to the last; copies of the records alone where others stand between.
  static std::string_view raw_of(const Joined& joined, const std::vector<Entry>& entries, text::Encoding encoding,
                                 Arena& arena) {
    const std::string_view first = entries[joined.first].line.raw, last = entries[joined.last].line.raw;
    if (joined.contiguous) return {first.data(), static_cast<std::size_t>(last.data() + last.size() - first.data())};
    static constexpr std::string_view kLineEnds[] = {"\n", {"\n\0", 2}, {"\0\n", 2}};
    const std::string_view line_end = kLineEnds[static_cast<int>(encoding)];
    std::size_t size = 0;
    for (std::size_t i = joined.first, left = joined.count; left > 0; i = entries[i].next, --left)
      size += entries[i].line.raw.size() + line_end.size();
    char* const out = arena.allocate(size);
    char* at = out;
    for (std::size_t i = joined.first, left = joined.count; left > 0; i = entries[i].next, --left) {
      if (at != out) at = std::copy(line_end.begin(), line_end.end(), at);
      at = std::copy(entries[i].line.raw.begin(), entries[i].line.raw.end(), at);
    }
    return {out, static_cast<std::size_t>(at - out)};
  }

  // The last line start in the window that no event straddles and that has the look-ahead behind it.
  std::size_t boundary(std::string_view data) const {
    const text::Encoding encoding = cutter_.encoding();
    Arena arena;
    std::size_t start = text::find_line_end(data, (data.size() - kWindow) & ~std::size_t{1}, encoding);
    if (start == std::string_view::npos) return data.size();
    start += text::unit_size(encoding);
    struct Span {
      std::size_t first, last;
    };
    std::unordered_map<std::string, Span> spans;
    std::vector<std::size_t> starts;
    text::for_each_line(data.substr(start), encoding, [&](std::string_view raw, std::size_t at) {
      starts.push_back(start + at);
      RecordLine record;
      if (!read_record(text::decode_line(raw.substr(0, 4096), encoding, arena), record)) return;
      std::string key(record.node);
      key += ' ';
      key += record.stamp;
      const auto [found, added] = spans.try_emplace(std::move(key), Span{start + at, start + at});
      if (!added) found->second.last = start + at;
    });
    // How many events straddle each line start: a difference array over the line numbers.
    std::map<std::size_t, int> change;
    for (const auto& [key, span] : spans) {
      if (span.first == span.last) continue;
      ++change[span.first + 1];
      --change[span.last + 1];
    }
    std::size_t best = 0;
    int straddling = 0;
    auto next = change.begin();
    for (const std::size_t at : starts) {
      while (next != change.end() && next->first <= at) straddling += (next++)->second;
      if (data.size() - at < kLookAhead) break;
      if (straddling == 0) best = at;
    }
    if (best == 0)
      best = starts.empty() ? start : starts[starts.size() / 2];  // one event all over: its bound is reached
    return best == 0 || best >= data.size() ? data.size() : best;
  }

  ReadOptions options_;
  text::LineCutter cutter_;
  text::Names names_;
};

Fit sniff(std::string_view head, bool whole) {
  if (!text::looks_like_text(head)) return Fit::none;
  Arena arena;
  std::size_t lines = 0, records = 0;
  text::first_lines(text::head_as_utf8(head, arena), whole, 40, [&](std::string_view line) {
    RecordLine record;
    ++lines;
    records += read_record(line, record);
    return true;
  });
  return records * 2 > lines ? Fit::sure : Fit::none;
}

}  // namespace

const ReaderSpec spec = {"auditd", "auditd logs", "Linux audit records, those of one event joined", sniff,
                         [](const Demand& demand, const ReadOptions& options) -> std::unique_ptr<Reader> {
                           return std::make_unique<AuditReader>(demand, options);
                         }};

}  // namespace tocsin::auditd
