#include "readers/zeek/zeek.h"

#include "readers/text/columns.h"
#include "readers/text/stamp.h"

namespace tocsin::zeek {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 32);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// \xHH, which Zeek writes for separators, control characters and bytes that aren't UTF-8.
std::size_t unescape_into(std::string_view text, char* out) {
  std::size_t size = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      if (text[i + 1] == 'x' && i + 3 < text.size() && hex_digit(text[i + 2]) >= 0 && hex_digit(text[i + 3]) >= 0) {
        out[size++] = static_cast<char>(hex_digit(text[i + 2]) * 16 + hex_digit(text[i + 3]));
        i += 3;
        continue;
      }
      if (text[i + 1] == '\\') ++i;
    }
    out[size++] = text[i];
  }
  return size;
}

std::string unescape(std::string_view text) {
  std::string out(text.size(), '\0');
  out.resize(unescape_into(text, out.data()));
  return out;
}

struct State {
  std::string separator = "\t", set_separator = ",", empty = "(empty)", unset = "-", path = "unknown", fields, types;

  // True if the line was a directive that matters to columns.
  bool apply(std::string_view line) {
    if (line.starts_with("#separator ")) {
      *this = {};  // a new log begins
      separator = unescape(line.substr(11));
      if (separator.size() != 1) separator = "\t";
      return true;
    }
    const auto value = [&](std::string_view name, std::string& out) {
      if (!line.starts_with(name) || line.size() <= name.size() || line[name.size()] != separator[0]) return false;
      if (out == line.substr(name.size() + 1)) return false;
      out = line.substr(name.size() + 1);
      return true;
    };
    return value("#set_separator", set_separator) || value("#empty_field", empty) || value("#unset_field", unset) ||
           value("#path", path) || value("#fields", fields) || value("#types", types);
  }
  bool ready() const { return !fields.empty(); }
  std::string key() const {
    std::string out;
    for (const std::string* part : {&separator, &set_separator, &empty, &unset, &path, &fields, &types})
      out += *part, out += '\n';
    return out;
  }
};

struct ZeekColumn : text::Column {
  Kind kind = Kind::string;
  bool many = false, is_time = false, is_bool = false;
};

struct Header {
  std::string source;
  char separator, set_separator;
  std::string empty, unset;
  std::vector<ZeekColumn> columns;

  Header(const State& state, const text::Names& names)
      : source("zeek." + state.path),
        separator(state.separator[0]),
        set_separator(state.set_separator.empty() ? ',' : state.set_separator[0]),
        empty(state.empty),
        unset(state.unset) {
    std::string_view fields = state.fields, types = state.types;
    const auto next = [&](std::string_view& rest) {
      const std::size_t end = std::min(rest.find(separator), rest.size());
      const std::string_view part = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      return part;
    };
    while (!fields.empty() && columns.size() < text::kColumnsMax) {
      ZeekColumn column;
      column.name = to_utf8(next(fields));
      column.slot = names.find(column.name);
      std::string_view type = next(types);
      if (const std::size_t bracket = type.find('['); bracket != std::string_view::npos && type.ends_with(']')) {
        column.many = true;
        type = type.substr(bracket + 1, type.size() - bracket - 2);
      }
      column.is_time = type == "time" && column.name == "ts";
      column.is_bool = type == "bool";
      if (type == "count" || type == "int" || type == "port") column.kind = Kind::integer;
      if (type == "double" || type == "interval" || type == "time") column.kind = Kind::real;
      if (column.is_bool) column.kind = Kind::boolean;
      columns.push_back(std::move(column));
    }
  }
};

struct Format {
  using State = zeek::State;
  using Header = zeek::Header;
  static constexpr std::size_t kMessage = 0;
  static std::span<const std::string_view> names() {
    static constexpr std::string_view kNames[] = {"message"};
    return kNames;
  }
  static bool may_be_directive(std::string_view raw, text::Encoding encoding) {
    return encoding == text::Encoding::utf16be ? raw.size() > 1 && raw[1] == '#' : raw[0] == '#';
  }
  static bool is_heading_copy(std::string_view) { return false; }

  static void put_one(const ZeekColumn& column, const Header& header, std::string_view value, text::Sink& sink) {
    Kind kind = column.kind;
    if (value == header.empty) {
      value = {}, kind = Kind::string;
    } else if (column.is_bool) {
      value = value == "T" ? "true" : value == "F" ? "false" : value;
    } else if (value.find('\\') != std::string_view::npos) {
      char* out = sink.memory().allocate(value.size());
      value = {out, unescape_into(value, out)};
      sink.set_repair(true);  // escapes may spell bytes that aren't UTF-8
    }
    sink.put(column.slot, column.name, value, kind);
  }

  static bool put(const Header& header, std::string_view line, text::Sink& sink, const ReadOptions&, Time& time) {
    std::size_t at = 0, i = 0;
    while (at <= line.size()) {
      const std::size_t end = std::min(line.find(header.separator, at), line.size());
      if (i >= header.columns.size()) return false;
      const ZeekColumn& column = header.columns[i++];
      std::string_view value = line.substr(at, end - at);
      at = end + 1;
      if (column.is_time)
        if (const auto stamp = text::read_epoch(value)) time = *stamp;
      if (!sink.wants_slot(column.slot) || value == header.unset) continue;
      if (!column.many || value == header.empty) {
        put_one(column, header, value, sink);
        continue;
      }
      while (true) {
        const std::size_t comma = std::min(value.find(header.set_separator), value.size());
        if (const std::string_view part = value.substr(0, comma); part != header.unset)
          put_one(column, header, part, sink);
        if (comma == value.size()) break;
        value.remove_prefix(comma + 1);
      }
    }
    return i == header.columns.size();
  }
};

Fit sniff(std::string_view head, bool) {
  Arena arena;
  const std::string_view text = text::head_as_utf8(head, arena, 4096);
  if (text.starts_with("#separator ")) return Fit::sure;
  return text.starts_with("#fields\t") || (text.starts_with('#') && text.find("\n#fields\t") != std::string_view::npos)
             ? Fit::fair
             : Fit::none;
}

}  // namespace

const ReaderSpec spec = {"zeek", "Zeek logs", "Zeek's tab-separated logs with their #fields", sniff,
                         [](const Demand& demand, const ReadOptions& options) -> std::unique_ptr<Reader> {
                           return std::make_unique<text::ColumnReader<Format>>(demand, options);
                         }};

}  // namespace tocsin::zeek
