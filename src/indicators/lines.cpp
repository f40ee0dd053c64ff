// CSV and plain lists. The first lines decide: a line (or comment) with a separator and a known column name is a
// header.
#include <algorithm>
#include <charconv>
#include <memory>
#include <vector>

#include "indicators/read.h"

namespace tocsin::indicators {
namespace {

constexpr std::size_t kLineMax = 64 * 1024;

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

// RFC 4180, one line.
std::vector<std::string> cells_of(std::string_view line, char separator) {
  std::vector<std::string> out(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quoted) {
      if (c == '"' && i + 1 < line.size() && line[i + 1] == '"')
        out.back() += line[++i];
      else if (c == '"')
        quoted = false;
      else
        out.back() += c;
    } else if (c == '"' && trimmed(out.back()).empty()) {
      out.back().clear();
      quoted = true;
    } else if (c == separator) {
      out.emplace_back();
    } else {
      out.back() += c;
    }
  }
  for (std::string& cell : out) cell = std::string(trimmed(cell));
  return out;
}

enum class Column : std::uint8_t { other, value, type, confidence, first, last, until, name, agent };
struct ColumnName {
  std::string_view name;
  Column column;
};
constexpr ColumnName kColumns[] = {{"value", Column::value},
                                   {"indicator", Column::value},
                                   {"ioc", Column::value},
                                   {"ioc_value", Column::value},
                                   {"indicator_value", Column::value},
                                   {"observable", Column::value},
                                   {"ip", Column::value},
                                   {"dst_ip", Column::value},
                                   {"ip_address", Column::value},
                                   {"ipaddress", Column::value},
                                   {"address", Column::value},
                                   {"cidr", Column::value},
                                   {"network", Column::value},
                                   {"domain", Column::value},
                                   {"hostname", Column::value},
                                   {"host", Column::value},
                                   {"fqdn", Column::value},
                                   {"url", Column::value},
                                   {"uri", Column::value},
                                   {"hash", Column::value},
                                   {"md5", Column::value},
                                   {"md5_hash", Column::value},
                                   {"sha1", Column::value},
                                   {"sha1_hash", Column::value},
                                   {"sha256", Column::value},
                                   {"sha256_hash", Column::value},
                                   {"sha512", Column::value},
                                   {"email", Column::value},
                                   {"mail", Column::value},
                                   {"user_agent", Column::agent},
                                   {"user-agent", Column::agent},
                                   {"useragent", Column::agent},
                                   {"type", Column::type},
                                   {"ioc_type", Column::type},
                                   {"indicator_type", Column::type},
                                   {"confidence", Column::confidence},
                                   {"confidence_level", Column::confidence},
                                   {"first_seen", Column::first},
                                   {"first_seen_utc", Column::first},
                                   {"firstseen", Column::first},
                                   {"date", Column::first},
                                   {"created", Column::first},
                                   {"valid_from", Column::first},
                                   {"dateadded", Column::first},
                                   {"last_seen", Column::last},
                                   {"last_seen_utc", Column::last},
                                   {"lastseen", Column::last},
                                   {"last_online", Column::last},
                                   {"modified", Column::last},
                                   {"valid_until", Column::until},
                                   {"expires", Column::until},
                                   {"expiration", Column::until},
                                   {"tags", Column::name},
                                   {"description", Column::name},
                                   {"malware", Column::name},
                                   {"malware_printable", Column::name},
                                   {"threat", Column::name},
                                   {"name", Column::name},
                                   {"comment", Column::name}};

Column column_of(std::string_view cell) {
  std::string name = lowered(trimmed(cell));
  std::ranges::replace(name, ' ', '_');
  for (const ColumnName& known : kColumns)
    if (known.name == name) return known.column;
  return Column::other;
}

// The columns, where this is a header: two known ones, or a known one alone in its line.
std::vector<Column> header_of(std::string_view line, char& separator) {
  for (const char candidate : {',', ';', '\t', '|'}) {
    std::vector<Column> columns;
    std::size_t known = 0;
    bool value = false;
    for (const std::string& cell : cells_of(line, candidate)) {
      columns.push_back(column_of(cell));
      known += columns.back() != Column::other;
      value |= columns.back() == Column::value || columns.back() == Column::agent;
    }
    if (!value || known < std::min<std::size_t>(2, columns.size())) continue;
    separator = candidate;
    return columns;
  }
  return {};
}

Time time_of(std::string_view text) {
  if (const auto time = Time::parse_iso(text)) return *time;
  if (text.ends_with(" UTC"))
    if (const auto time = Time::parse_iso(text.substr(0, text.size() - 4))) return *time;
  if (text.size() == 10)
    if (const auto time = Time::parse_iso(std::string(text) + "T00:00:00Z")) return *time;
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error == std::errc() && end == text.data() + text.size() && seconds > 100'000'000) return {seconds, 0, 0};
  return Time::none();
}

std::uint8_t confidence_of(std::string_view text) {
  const std::string low = lowered(text);
  if (low == "high") return 85;
  if (low == "medium" || low == "med" || low == "moderate") return 50;
  if (low == "low") return 15;
  unsigned value = 50;
  const auto [end, error] = std::from_chars(low.data(), low.data() + low.size(), value);
  if (error != std::errc() || (end != low.data() + low.size() && *end != '%')) return 50;
  return static_cast<std::uint8_t>(std::min(value, 100u));
}

class LinesReader final : public TextReader {
 public:
  LinesReader(Taker& taker, FileReport& report) : taker_(taker), report_(report) { report.format = "list"; }

  void feed(std::string_view piece) override {
    while (!piece.empty()) {
      const std::size_t end = piece.find('\n');
      const std::string_view part = piece.substr(0, end);
      if (line_.size() + part.size() <= kLineMax)
        line_ += part;
      else
        long_ = true;
      if (end == std::string_view::npos) return;
      line();
      piece.remove_prefix(end + 1);
    }
  }
  void finish() override {
    if (!line_.empty() || long_) line();
  }

 private:
  void line() {
    std::string_view text = trimmed(line_);
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    if (long_)
      taker_.refuse("a line of more than 64 KiB");
    else if (!text.empty())
      one(text);
    line_.clear();
    long_ = false;
  }

  void one(std::string_view text) {
    const bool comment =
        text.starts_with('#') || text.starts_with(';') || text.starts_with("//") || text.starts_with('!');
    if (comment || !decided_) {
      std::string_view words = text;
      while (!words.empty() && (words[0] == '#' || words[0] == ';' || words[0] == '/' || words[0] == ' '))
        words.remove_prefix(1);
      char separator = ',';
      if (auto header = header_of(words, separator); !header.empty() && (!comment || !decided_)) {
        columns_ = std::move(header);
        separator_ = separator;
        report_.format = "CSV";
        decided_ = decided_ || !comment;
        return;
      }
      if (comment) return;
      decided_ = true;
      if (columns_.empty())
        for (const char candidate : {',', ';', '\t'})
          if (!csv_ && text.find(candidate) != std::string_view::npos) {
            csv_ = true;
            separator_ = candidate;
            report_.format = "CSV";
          }
    }
    if (!columns_.empty())
      row(cells_of(text, separator_));
    else if (csv_)
      loose(cells_of(text, separator_));
    else
      word(text);
  }

  void row(const std::vector<std::string>& cells) {
    Indicator like;
    std::string type;
    for (std::size_t i = 0; i < std::min(cells.size(), columns_.size()); ++i) {
      const std::string& cell = cells[i];
      if (cell.empty()) continue;
      switch (columns_[i]) {
        case Column::type:
          type = lowered(cell);
          break;
        case Column::confidence:
          like.confidence = confidence_of(cell);
          break;
        case Column::first:
          like.first = time_of(cell);
          break;
        case Column::last:
          like.last = time_of(cell);
          break;
        case Column::until:
          like.until = time_of(cell);
          break;
        case Column::name:
          if (like.name.empty() && cell != "None" && cell != "-") like.name = cell;
          break;
        default:
          break;
      }
    }
    if (!like.last.known()) like.last = like.first;
    like.control = lowered(like.name).find("c2") != std::string::npos || type.find("c2") != std::string::npos ||
                   type.find("botnet_cc") != std::string::npos;
    bool taken = false;
    for (std::size_t i = 0; i < std::min(cells.size(), columns_.size()); ++i) {
      if (columns_[i] == Column::value)
        taken |= type.find("agent") != std::string::npos ? agent(cells[i], like) : value(cells[i], like);
      if (columns_[i] == Column::agent) taken |= agent(cells[i], like);
    }
    if (!taken) taker_.refuse("a line without a value that is searched for");
  }

  void loose(const std::vector<std::string>& cells) {
    Indicator like;
    bool taken = false;
    for (const std::string& cell : cells)
      if (!like.last.known()) like.last = like.first = time_of(cell);
    for (const std::string& cell : cells) taken |= value(cell, like);
    if (!taken) taker_.refuse("a line without a value that is searched for");
  }

  void word(std::string_view text) {
    // "192.0.2.1 # seen by", "0.0.0.0 evil.example" (hosts files), "||evil.example^" (filter lists)
    for (const std::string_view sign : {" #", "\t#", " ;", " //"})
      if (const std::size_t at = text.find(sign); at != std::string_view::npos) text = trimmed(text.substr(0, at));
    for (const std::string_view nowhere : {"0.0.0.0 ", "127.0.0.1 ", "0.0.0.0\t", "127.0.0.1\t"})
      if (text.starts_with(nowhere)) text = trimmed(text.substr(nowhere.size()));
    if (text.starts_with("||")) {
      text.remove_prefix(2);
      text = text.substr(0, text.find('^'));
    }
    if (!value(text, {})) taker_.refuse("a line without a value that is searched for");
  }

  bool value(std::string_view text, const Indicator& like) {
    auto found = guess(text);
    if (!found) return false;
    Indicator indicator = like;
    indicator.type = found->type;
    indicator.value = std::move(found->value);
    taker_.take(std::move(indicator));
    return true;
  }
  bool agent(std::string_view text, const Indicator& like) {
    auto found = normal(Type::agent, text);
    if (!found) return false;
    Indicator indicator = like;
    indicator.type = Type::agent;
    indicator.value = std::move(*found);
    taker_.take(std::move(indicator));
    return true;
  }

  Taker& taker_;
  FileReport& report_;
  std::string line_;
  std::vector<Column> columns_;
  char separator_ = ',';
  bool long_ = false, decided_ = false, csv_ = false;
};

}  // namespace

std::unique_ptr<TextReader> lines_reader(Taker& taker, FileReport& report) {
  return std::make_unique<LinesReader>(taker, report);
}

}  // namespace tocsin::indicators
