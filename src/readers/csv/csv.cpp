#include "readers/csv/csv.h"

#include "base/text.h"
#include "readers/csv/rows.h"
#include "readers/json/layouts.h"
#include "readers/text/stamp.h"
#include "readers/text_window.h"

namespace tocsin::csv {
namespace {

struct Header {
  std::string line;  // as it stands
  char delimiter = ',';
  std::vector<std::string> names;
};

struct Row {
  std::uint32_t offset, size;
  bool unclosed;
};
struct Rows {
  std::vector<Row> list;
  std::shared_ptr<const Header> header;
  bool utf16 = false;
};

// Lines that may stand before the header.
bool is_preamble(std::string_view line) {
  return line.find_first_not_of(" \t\r,;") == line.npos || line.starts_with("#TYPE ") || line.starts_with("sep=");
}

// A line of a log rather than a header: it begins with a time, a syslog priority or a bracketed level.
bool is_log_line(std::string_view line) {
  text::Stamp stamp;
  return line.starts_with('[') || line.starts_with('<') || text::read_stamp(line, stamp, true);
}

// In one block: what is kept of a row while it is decoded outweighs a short row.
constexpr std::size_t kRowsAtOnce = 16384;

class Cutter {
 public:
  explicit Cutter(const ReadOptions& options)
      : record_max_(std::clamp<std::size_t>(options.record_max, 64, 1u << 30)), window_(record_max_) {}

  const std::shared_ptr<const Header>& header() const { return header_; }

  Result<std::optional<Block>> next(Stream& stream, std::vector<Anomaly>& anomalies) {
    while (true) {
      if (!window_.ended() && list_full_) {
        list_full_ = false;  // the window holds more rows
      } else if (!window_.ended()) {
        const std::size_t keep = at_;
        window_.advance(stream, keep);
        at_ = 0;
        one_line_until_ -= std::min(one_line_until_, keep);
        if (first_ && window_.text().starts_with("\xef\xbb\xbf")) at_ = 3;
        first_ = false;
      }
      scan(anomalies);
      if (!list_.empty()) return take_block();
      if (!window_.ended()) continue;
      if (window_.error()) return std::unexpected(*window_.error());
      return std::nullopt;
    }
  }

 private:
  void scan(std::vector<Anomaly>& anomalies) {
    const std::string_view text = window_.text();
    while (at_ < text.size()) {
      if (list_.size() == kRowsAtOnce) {
        list_full_ = true;
        return;
      }
      if (skipping_) {
        const std::size_t line = std::min(text.find('\n', at_), text.size());
        skipped_.size += window_.source_size(text.substr(at_, line - at_));
        at_ = std::min(line + 1, text.size());
        if (line == text.size() && !window_.ended()) return;
        skipping_ = false;
        anomalies.push_back(std::move(skipped_));
        continue;
      }
      const bool one_line = at_ < one_line_until_;
      RowEnd row = find_row_end(text, at_, header_ ? header_->delimiter : ',', window_.ended(), one_line);
      bool unclosed = false;
      const bool full = !window_.ended() && text.size() - at_ >= record_max_;
      if (row.answer == RowEnd::Answer::unclosed || (row.answer == RowEnd::Answer::need_more && full)) {
        // A quote that nothing closes: its line is damaged, and line ends are believed up to here.
        one_line_until_ = text.size();
        row = find_row_end(text, at_, ',', window_.ended(), true);
        unclosed = true;
        if (row.answer == RowEnd::Answer::need_more) {
          skipped_ = too_long({});
          skipped_.detail = printable_head(text.substr(at_));
          skipping_ = true;
          continue;
        }
      }
      if (row.answer == RowEnd::Answer::need_more) return;
      add(row, unclosed, anomalies);
      at_ = row.next;
    }
  }

  void add(const RowEnd& row, bool unclosed, std::vector<Anomaly>& anomalies) {
    const std::string_view text = window_.text().substr(at_, row.end - at_);
    if (!header_) {
      if (!is_preamble(text)) read_header(text);
      return;
    }
    if (text.empty() || text == header_->line) return;  // files put together repeat their header
    if (text.size() > record_max_) return anomalies.push_back(too_long(text));
    list_.push_back({static_cast<std::uint32_t>(at_), static_cast<std::uint32_t>(text.size()), unclosed});
  }

  Anomaly too_long(std::string_view text) {
    ++record_;
    return {"csv-record-too-long", window_.source_at(at_), window_.source_size(text), printable_head(text)};
  }

  void read_header(std::string_view line) {
    auto header = std::make_shared<Header>();
    header->line = line;
    header->delimiter = delimiter_of(line).value_or(',');
    Arena arena;
    std::vector<Cell> cells;
    split_row(line, header->delimiter, arena, cells);
    for (const Cell& cell : cells) {
      std::string_view name = cell.text;
      while (name.starts_with(' ')) name.remove_prefix(1);
      while (name.ends_with(' ')) name.remove_suffix(1);
      header->names.push_back(name.empty() ? "column" + std::to_string(header->names.size() + 1) : to_utf8(name));
    }
    header_ = std::move(header);
  }

  Block take_block() {
    const std::size_t first = list_.front().offset, end = list_.back().offset + list_.back().size;
    auto context = std::make_shared<Rows>();
    context->utf16 = window_.utf16();
    context->header = header_;
    for (Row& row : list_) row.offset -= static_cast<std::uint32_t>(first);
    context->list = std::move(list_);
    list_.clear();
    Block block{window_.slice(first, end), window_.source_at(first), record_, context};
    record_ += context->list.size();
    return block;
  }

  std::size_t record_max_;
  TextWindow window_;
  std::size_t at_ = 0;              // in the window's text
  std::size_t one_line_until_ = 0;  // before this, no row reaches past its line
  bool first_ = true, skipping_ = false, list_full_ = false;
  Anomaly skipped_;
  std::uint64_t record_ = 1;
  std::shared_ptr<const Header> header_;
  std::vector<Row> list_;
};

struct Workspace {
  std::vector<Cell> cells;
  json::Tape row, inner;
  std::vector<Field> fields;
};

Workspace& workspace() {
  static thread_local Workspace space;
  return space;
}

class CsvReader final : public Reader {
 public:
  CsvReader(const Demand& demand, const ReadOptions& options)
      : table_(demand), utc_offset_(options.utc_offset_minutes), cutter_(options) {}

  Result<std::optional<Block>> cut(Stream& stream, std::vector<Anomaly>& anomalies) override {
    return cutter_.next(stream, anomalies);
  }

  void decode(const Block& block, Batch& out) const override {
    Workspace& space = workspace();
    out.hold(block.data);
    out.set_access(this);
    const auto& rows = *static_cast<const Rows*>(block.context.get());
    const std::string_view text = block.data.text();
    const bool all_valid = is_ascii(text) || is_utf8(text);
    SourcePlaces places(text, block.offset, rows.utf16);
    std::uint64_t record = block.first_record - 1;
    for (const Row& row : rows.list) {
      ++record;
      const std::string_view raw = text.substr(row.offset, row.size);
      const std::uint64_t offset = places.of(raw.data());
      const auto report = [&](std::string_view name, std::string detail) {
        out.anomalies().push_back({name, offset, places.size(raw), std::move(detail)});
      };
      if (row.unclosed) report("csv-unclosed-quote", "a quote opens a cell and nothing closes it");
      const bool valid = all_valid || is_utf8(raw);
      if (!valid) report("csv-invalid-utf8", "bytes that are no UTF-8 read as U+FFFD");
      space.fields.clear();
      FieldSink sink(table_, out.scratch(), space.fields);
      bool fits = false;
      const json::Heading heading = read(raw, *rows.header, sink, valid, fits);
      if (!fits && !row.unclosed)
        report("csv-columns", (space.cells.size() > rows.header->names.size() ? std::string("more")
                                                                              : std::to_string(space.cells.size())) +
                                  " cells; the header has " + std::to_string(rows.header->names.size()));
      Event& event = out.mutable_events().emplace_back();
      event.time = heading.time;
      event.offset = offset;
      event.record = heading.record ? heading.record : record;
      event.source = heading.source;
      event.raw = raw;
      const std::span<Field> kept = out.scratch().array<Field>(space.fields.size());
      std::uninitialized_copy(space.fields.begin(), space.fields.end(), kept.begin());
      event.fields = kept;
    }
  }

  void describe(const Batch&, const Event& event, Record& out) const override {
    out.clear();
    FieldSink sink(out);
    bool fits = false;
    if (cutter_.header()) read(event.raw, *cutter_.header(), sink, is_utf8(event.raw), fits);
  }

 private:
  json::Heading read(std::string_view raw, const Header& header, FieldSink& sink, bool valid, bool& fits) const {
    Workspace& space = workspace();
    split_row(raw, header.delimiter, sink.arena(), space.cells, header.names.size() + 1);
    space.row.begin_row();
    const std::size_t count = std::min(space.cells.size(), header.names.size());
    for (std::size_t i = 0; i < count; ++i) {
      const Cell& cell = space.cells[i];
      space.row.add_to_row(header.names[i], cell.text, cell.text.empty() && !cell.quoted);
    }
    fits = space.cells.size() == header.names.size();
    json::Heading heading = json::read_object(space.row, space.row.root(), sink, valid, utc_offset_, space.inner);
    if (heading.source == "json") heading.source = "csv";
    return heading;
  }

  FieldTable table_;
  int utc_offset_;
  Cutter cutter_;
};

// A header and at least one row that fits it. One column more or less may be a row's own fault, two rows' are not.
Fit sniff(std::string_view head, bool whole) {
  const std::string text = head_as_utf8(head);
  std::optional<char> delimiter;
  Arena arena;
  std::vector<Cell> cells;
  std::size_t columns = 0, fitting = 0, rows = 0;
  for (std::size_t at = 0; at < text.size() && rows < 20;) {
    const RowEnd row = find_row_end(text, at, delimiter.value_or(','), whole);
    if (row.answer != RowEnd::Answer::found) break;
    const std::string_view line = std::string_view(text).substr(at, row.end - at);
    at = row.next;
    if (!delimiter) {
      if (is_preamble(line)) continue;
      delimiter = delimiter_of(line);
      if (!delimiter || line.starts_with('#') || is_log_line(line)) return Fit::none;
      split_row(line, *delimiter, arena, cells);
      columns = cells.size();
      continue;
    }
    if (line.empty()) continue;
    ++rows;
    split_row(line, *delimiter, arena, cells);
    fitting += cells.size() == columns;
  }
  if (fitting == 0 || 4 * fitting < 3 * rows) return Fit::none;
  if (columns == 2 && fitting < 3) return Fit::weak;
  return Fit::fair;
}

std::unique_ptr<Reader> open(const Demand& demand, const ReadOptions& options) {
  return std::make_unique<CsvReader>(demand, options);
}

}  // namespace

const ReaderSpec spec{"csv", "CSV", "tables with a header line: comma, semicolon, tab or bar between cells", sniff,
                      open};

}  // namespace tocsin::csv
