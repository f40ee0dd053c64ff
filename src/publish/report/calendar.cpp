#include "publish/report/calendar.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>

namespace tocsin::publish {
namespace {

constexpr std::size_t kSizeMax = std::size_t{16} << 20, kTextMax = 300, kRemarksMax = 20;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  return out;
}

void remark(Calendar& out, std::string text) {
  if (out.remarks.size() < kRemarksMax) out.remarks.push_back(std::move(text));
}

// Adds a mark; a date without a time ends with its day.
void add(Calendar& out, std::string_view start, std::string_view end, std::string_view kind, std::string_view title,
         std::size_t line) {
  const auto from = Time::parse_iso(start);
  const auto to = end.empty() ? from : Time::parse_iso(end);
  if (!from || !to || *to < *from)
    return remark(out, fmt::format("line {}: no time span: '{}' to '{}'", line, start, end));
  if (out.marks.size() >= Calendar::kMarksMax) return remark(out, "too many entries, the rest is left out");
  const bool whole_day = end.empty() ? start.size() <= 10 : end.size() <= 10;
  out.marks.push_back({*from, whole_day ? to->plus_seconds(86400) : *to, lower(kind.substr(0, kTextMax)),
                       std::string(title.substr(0, kTextMax))});
}

// One record of CSV from the front of `text`; quotes may hold line ends.
std::vector<std::string> csv_record(std::string_view& text, std::size_t& line) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  std::size_t i = 0;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') ++line;
    if (quoted) {
      if (c == '"' && i + 1 < text.size() && text[i + 1] == '"')
        cells.back() += '"', ++i;
      else if (c == '"')
        quoted = false;
      else
        cells.back() += c;
    } else if (c == '"' && trimmed(cells.back()).empty()) {
      cells.back().clear();
      quoted = true;
    } else if (c == ',' && cells.size() < 64) {
      cells.emplace_back();
    } else if (c == '\n') {
      ++i;
      break;
    } else {
      cells.back() += c;
    }
  }
  text.remove_prefix(i);
  for (std::string& cell : cells) cell = std::string(trimmed(cell));
  return cells;
}

void read_csv(std::string_view text, Calendar& out) {
  std::size_t line = 1;
  const std::vector<std::string> header = csv_record(text, line);
  const auto column = [&](std::string_view name) {
    for (std::size_t i = 0; i < header.size(); ++i)
      if (lower(header[i]) == name) return std::optional(i);
    return std::optional<std::size_t>();
  };
  const auto start = column("start"), end = column("end"), kind = column("kind"), title = column("title");
  if (!start || !title) return remark(out, "line 1: the header needs start and title (and may have end and kind)");
  while (!text.empty()) {
    const std::size_t at = line;
    const std::vector<std::string> cells = csv_record(text, line);
    const auto cell = [&](std::optional<std::size_t> index) {
      return index && *index < cells.size() ? std::string_view(cells[*index]) : std::string_view();
    };
    if (cells.size() == 1 && cells[0].empty()) continue;
    add(out, cell(start), cell(end), kind ? cell(kind) : "", cell(title), at);
  }
}

std::string ics_text(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      ++i;
      out += text[i] == 'n' || text[i] == 'N' ? ' ' : text[i];
    } else {
      out += text[i];
    }
  }
  return out;
}

// 20170507 or 20170507T180000Z as ISO 8601.
std::string ics_time(std::string_view text) {
  if (text.size() < 8) return std::string(text);
  std::string out = fmt::format("{}-{}-{}", text.substr(0, 4), text.substr(4, 2), text.substr(6, 2));
  if (text.size() >= 15 && text[8] == 'T')
    out += fmt::format("T{}:{}:{}Z", text.substr(9, 2), text.substr(11, 2), text.substr(13, 2));
  return out;
}

void read_ics(std::string_view text, Calendar& out) {
  // RFC 5545, 3.1: a line that starts with a blank goes on where the one before ended.
  std::string unfolded;
  unfolded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r') continue;
    if (text[i] == '\n' && i + 1 < text.size() && (text[i + 1] == ' ' || text[i + 1] == '\t'))
      ++i;
    else
      unfolded += text[i];
  }
  std::string start, end, summary, kind;
  bool inside = false, zones = false;
  std::size_t number = 0;
  for (std::string_view left = unfolded; !left.empty();) {
    const std::string_view line = left.substr(0, left.find('\n'));
    left.remove_prefix(std::min(left.size(), line.size() + 1));
    ++number;
    const std::size_t colon = line.find(':');
    if (colon == line.npos) continue;
    const std::string_view name = line.substr(0, std::min(colon, line.find(';'))),
                           value = trimmed(line.substr(colon + 1));
    if (name == "BEGIN" && value == "VEVENT") {
      inside = true;
      start.clear(), end.clear(), summary.clear(), kind.clear();
    } else if (name == "END" && value == "VEVENT") {
      // The end of a whole-day event is the day after (3.6.1).
      if (inside) add(out, start, end.size() == 10 ? end + "T00:00:00Z" : end, kind, summary, number);
      inside = false;
    } else if (inside && name == "DTSTART") {
      start = ics_time(value);
      zones |= value.size() > 8 && !value.ends_with('Z');
    } else if (inside && name == "DTEND") {
      end = ics_time(value);
    } else if (inside && name == "SUMMARY") {
      summary = ics_text(value);
    } else if (inside && name == "CATEGORIES") {
      kind = ics_text(value.substr(0, value.find(',')));
    }
  }
  if (zones) remark(out, "times without a zone, or with a zone's name, were taken as UTC");
}

}  // namespace

Result<Calendar> load_calendar(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail("the calendar cannot be read", path, "a CSV with start,end,kind,title, or an .ics file");
  std::string text(std::istreambuf_iterator<char>(file), {});
  if (text.size() > kSizeMax) return fail("the calendar is larger than 16 MiB", path);
  return parse_calendar(text, path);
}

Result<Calendar> parse_calendar(std::string_view text, const std::string& name) {
  Calendar out;
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  if (text.starts_with("BEGIN:VCALENDAR"))
    read_ics(text, out);
  else
    read_csv(text, out);
  if (out.marks.empty())
    return fail(out.remarks.empty() ? "the calendar has no entries" : out.remarks.front(), name,
                "a CSV with start,end,kind,title, or an .ics file");
  std::ranges::stable_sort(out.marks, [](const Mark& a, const Mark& b) {
    return std::tuple(a.start, a.end, std::string_view(a.title)) <
           std::tuple(b.start, b.end, std::string_view(b.title));
  });
  return out;
}

}  // namespace tocsin::publish
