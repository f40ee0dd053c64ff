#include "readers/w3c/w3c.h"

#include "readers/text/columns.h"
#include "readers/text/stamp.h"

namespace tocsin::w3c {
namespace {

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

struct State {
  std::string software, date, fields;
  bool local = false;  // #Time Format: Local

  bool apply(std::string_view line) {
    const auto value = [&](std::string_view name, std::string& out) {
      if (!line.starts_with(name)) return false;
      if (out == trim(line.substr(name.size()))) return false;
      out = trim(line.substr(name.size()));
      return true;
    };
    std::string format;
    if (value("#Time Format:", format)) return std::exchange(local, format == "Local") != local;
    return value("#Software:", software) || value("#Date:", date) || value("#Fields:", fields);
  }
  bool ready() const { return !fields.empty(); }
  // The date matters only to files without a date column; leaving it out keeps the number of headings small.
  bool needs_date() const {
    return (" " + fields + " ").find(" date ") == std::string::npos && fields.find(',') == std::string::npos;
  }
  std::string key() const {
    return software + '\n' + (needs_date() ? date : "") + '\n' + fields + (local ? "\nlocal" : "\n");
  }
};

enum class Part : std::uint8_t { other, date, time, date_time, stem, query, agent };

struct W3cColumn : text::Column {
  Part part = Part::other;
};

enum Name : std::size_t { kMessage, kUri };
constexpr std::string_view kNames[] = {"message", "cs-uri"};

struct Header {
  std::string_view source = "w3c";
  char separator = ' ';
  bool local = false, adds_uri = false;
  std::string date;  // from #Date, where no column gives it
  std::vector<W3cColumn> columns;

  Header(const State& state, const text::Names& names) : local(state.local), date(state.date.substr(0, 10)) {
    std::string_view rest = state.fields;
    if (rest.find('\t') != std::string_view::npos) separator = '\t';
    if (rest.find(',') != std::string_view::npos && rest.find(' ') == std::string_view::npos) separator = ',';
    bool stem = false, uri = false, proxy = state.software.find("SGOS") != std::string::npos;
    while (!rest.empty() && columns.size() < text::kColumnsMax) {
      const std::size_t end = std::min(rest.find(separator), rest.size());
      W3cColumn column;
      column.name = to_utf8(trim(rest.substr(0, end)));
      rest.remove_prefix(std::min(end + 1, rest.size()));
      if (column.name.empty()) continue;
      column.slot = names.find(column.name);
      column.part = part_of(column.name);
      stem |= column.part == Part::stem;
      uri |= column.name == "cs-uri";
      proxy |= column.name == "sc-filter-result" || column.name == "cs-categories" || column.name == "s-hierarchy";
      columns.push_back(std::move(column));
    }
    adds_uri = stem && !uri;
    if (proxy) source = "w3c-proxy";
    if (state.software.find("Internet Information Services") != std::string::npos) source = "iis";
    if (state.software.find("Exchange") != std::string::npos) source = "exchange";
    if (state.software.find("Windows Firewall") != std::string::npos) source = "windows-firewall";
  }

  static Part part_of(std::string_view name) {
    if (name == "date") return Part::date;
    if (name == "time") return Part::time;
    if (name == "date-time" || name == "DateTime" || name == "dateTime" || name == "Timestamp") return Part::date_time;
    if (name == "cs-uri-stem") return Part::stem;
    if (name == "cs-uri-query") return Part::query;
    if (name == "cs(User-Agent)") return Part::agent;
    return Part::other;
  }
};

// One value from the front of `rest`; false at the end. Quoted values are unquoted ("" is a quote).
bool take_value(std::string_view& rest, bool& done, char separator, std::string_view& value, Arena& arena) {
  if (done) return false;
  std::size_t end;
  if (rest.starts_with('"') && separator != '\t') {
    std::size_t i = 1;
    bool doubled = false;
    while (i < rest.size() && (rest[i] != '"' || (i + 1 < rest.size() && rest[i + 1] == '"'))) {
      if (rest[i] == '"') doubled = true, ++i;
      ++i;
    }
    value = rest.substr(1, std::min(i, rest.size()) - 1);
    if (doubled) {
      char* out = arena.allocate(value.size());
      std::size_t size = 0;
      for (std::size_t k = 0; k < value.size(); ++k) {
        out[size++] = value[k];
        if (value[k] == '"') ++k;
      }
      value = {out, size};
    }
    end = std::min(rest.find(separator, std::min(i, rest.size())), rest.size());
  } else {
    end = std::min(rest.find(separator), rest.size());
    value = rest.substr(0, end);
  }
  done = end == rest.size();
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return true;
}

struct Format {
  using State = w3c::State;
  using Header = w3c::Header;
  static constexpr std::size_t kMessage = w3c::kMessage;
  static std::span<const std::string_view> names() { return kNames; }
  static bool may_be_directive(std::string_view raw, text::Encoding encoding) {
    return encoding == text::Encoding::utf16be ? raw.size() > 1 && raw[1] == '#' : raw[0] == '#';
  }
  // Exchange writes the column names once more as a plain CSV line.
  static bool is_heading_copy(std::string_view line) { return line.starts_with("DateTime,RequestId"); }

  static bool put(const Header& header, std::string_view line, text::Sink& sink, const ReadOptions& options,
                  Time& time) {
    char separator = header.separator;
    // CloudFront names its columns with blanks between them and writes tabs between the values.
    if (separator == ' ' && line.find('\t') != std::string_view::npos) separator = '\t';
    std::string_view rest = line, value, date = header.date, clock, stem, query;
    bool done = false;
    std::size_t i = 0;
    while (take_value(rest, done, separator, value, sink.memory())) {
      if (i >= header.columns.size())
        return trim(rest).empty() && value.empty() && finish(header, date, clock, stem, query, sink, options, time);
      const W3cColumn& column = header.columns[i++];
      switch (column.part) {
        case Part::date:
          date = value;
          break;
        case Part::time:
          clock = value;
          break;
        case Part::date_time:
          if (const auto stamp = Time::parse_iso(value, 0)) time = *stamp;
          break;
        case Part::stem:
          stem = value;
          break;
        case Part::query:
          query = value;
          break;
        default:
          break;
      }
      if (!sink.wants_slot(column.slot) || value == "-" || (value.empty() && separator == ',')) continue;
      if (column.part == Part::agent && separator == ' ' && value.find('+') != std::string_view::npos) {
        char* out = sink.memory().allocate(value.size());
        std::replace_copy(value.begin(), value.end(), out, '+', ' ');
        value = {out, value.size()};
      }
      sink.put(column.slot, column.name, value);
    }
    return finish(header, date, clock, stem, query, sink, options, time) && i == header.columns.size();
  }

  static bool finish(const Header& header, std::string_view date, std::string_view clock, std::string_view stem,
                     std::string_view query, text::Sink& sink, const ReadOptions& options, Time& time) {
    if (!clock.empty() && date.size() == 10 && clock.size() <= 24) {
      char text[40];
      char* end = std::copy(date.begin(), date.end(), text);
      *end++ = 'T';
      end = std::copy(clock.begin(), clock.end(), end);
      if (const auto stamp = Time::parse_iso({text, static_cast<std::size_t>(end - text)},
                                             header.local ? options.utc_offset_minutes : 0))
        time = *stamp;
    }
    if (header.adds_uri && !stem.empty() && stem != "-") {
      sink.put_made(kUri, [&](Arena& arena) -> std::string_view {
        if (query.empty() || query == "-") return stem;
        char* out = arena.allocate(stem.size() + 1 + query.size());
        std::copy(stem.begin(), stem.end(), out);
        out[stem.size()] = '?';
        std::copy(query.begin(), query.end(), out + stem.size() + 1);
        return {out, stem.size() + 1 + query.size()};
      });
    }
    return true;
  }
};

Fit sniff(std::string_view head, bool) {
  Arena arena;
  const std::string_view text = text::head_as_utf8(head, arena, 16384);
  Fit fit = Fit::none;
  text::first_lines(text, true, 8, [&](std::string_view line) {
    if (line.starts_with("#Fields:")) fit = Fit::sure;
    return line.starts_with('#') || line.starts_with("DateTime,");
  });
  return fit;
}

}  // namespace

const ReaderSpec spec = {"w3c", "W3C extended logs", "IIS, proxies, Exchange and others with a #Fields line", sniff,
                         [](const Demand& demand, const ReadOptions& options) -> std::unique_ptr<Reader> {
                           return std::make_unique<text::ColumnReader<Format>>(demand, options);
                         }};

}  // namespace tocsin::w3c
