#include "decoys/input.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "decoys/host.h"
#include "decoys/input_words.h"

namespace tocsin::decoys {
void NameReader::trouble(std::string what) {
  ++bad_;
  if (troubles_.size() < kTroublesMax) troubles_.push_back({at_, std::move(what)});
}

bool NameReader::known_top(std::string_view host) {
  const std::size_t dot = host.rfind('.');
  std::string top = lower(host.substr(dot + 1));
  if (const auto found = tops_.find(top); found != tops_.end()) return found->second;
  if (tops_.size() > 10'000) tops_.clear();
  const bool known = suffixes_.lists(top);
  tops_.emplace(std::move(top), known);
  return known;
}

bool NameReader::give(std::string_view text) {
  const std::string_view host = host_of(trimmed(text));
  if (host.empty()) return false;
  ++names_;
  take_(host, at_);
  return true;
}

bool NameReader::pieces(std::string_view text) {
  if (give(text)) return true;
  bool any = false;
  while (!text.empty()) {
    const std::size_t begin = text.find_first_not_of(" \t\r\n,;\"'()<>[]{}|");
    if (begin == std::string_view::npos) break;
    text.remove_prefix(begin);
    const std::size_t size = std::min(text.find_first_of(" \t\r\n,;\"'()<>[]{}|"), text.size());
    std::string_view word = text.substr(0, size);
    text.remove_prefix(size);
    for (const std::string_view lead : {"DNS:", "CN=", "dns:", "O="})
      if (word.starts_with(lead)) word.remove_prefix(lead.size());
    while (word.ends_with(':')) word.remove_suffix(1);
    const std::string_view host = host_of(word);
    if (host.empty() || !known_top(host)) continue;
    any = true;
    ++names_;
    take_(host, at_);
  }
  return any;
}

// A line of a list or a log.
void NameReader::words(std::string_view line) {
  const std::string_view text = trimmed(line);
  if (text.empty() || text.front() == '#' || text.front() == ';' ||
      (text.starts_with("//") && text.find('.') == std::string_view::npos))
    return;
  // BIND and dnsmasq say who asked before what: only what comes behind is the name.
  std::string_view from = text;
  if (const std::size_t query = text.find(" query: "); query != std::string_view::npos) {
    from = text.substr(query + 8);
    from = from.substr(0, from.find(' '));
    if (give(from)) return;
    from = text;
  }
  if (!pieces(from)) {
    // A name of one label is a name, too, and can imitate nobody.
    if (text.size() <= 63 && text.find_first_of(" \t,") == std::string_view::npos && is_ascii(text) &&
        text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") ==
            std::string_view::npos)
      return;
    trouble("no name in '" + std::string(text.substr(0, 60)) + (text.size() > 60 ? "…'" : "'"));
  }
}

void NameReader::cells(std::string_view line, char separator) {
  cells_.clear();
  std::string cell;
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quoted) {
      if (c == '"' && i + 1 < line.size() && line[i + 1] == '"')
        cell += line[++i];
      else if (c == '"')
        quoted = false;
      else
        cell += c;
    } else if (c == '"' && cell.empty()) {
      quoted = true;
    } else if (c == separator) {
      cells_.push_back(std::move(cell));
      cell.clear();
    } else if (c != '\r') {
      cell += c;
    }
  }
  cells_.push_back(std::move(cell));
}

bool NameReader::header(std::string_view line) {
  std::string_view text = line;
  if (text.starts_with("#fields\t")) {
    text.remove_prefix(8);
    separator_ = '\t';
  } else {
    separator_ = text.find('\t') != std::string_view::npos  ? '\t'
                 : text.find(';') != std::string_view::npos ? ';'
                                                            : ',';
    if (text.find(separator_) == std::string_view::npos && !names_names(text)) return false;
  }
  cells(text, separator_);
  columns_.clear();
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    if (!host_of(trimmed(cells_[i])).empty() && !names_names(cells_[i])) return false;  // data already
    if (names_names(cells_[i])) columns_.push_back(i);
  }
  return !columns_.empty();
}

void NameReader::table(std::string_view line) {
  if (trimmed(line).empty()) return;
  if (line.front() == '#') {
    if (line.starts_with("#fields\t")) header(line);
    return;
  }
  cells(line, separator_);
  bool any = false;
  for (const std::size_t column : columns_)
    if (column < cells_.size()) any |= pieces(cells_[column]) || cells_[column].empty() || cells_[column] == "-";
  if (!any && cells_.size() <= columns_.front()) trouble("a line with fewer columns than the header");
}

void NameReader::line(std::string_view line) {
  at_ = line_;
  if (cut_) {
    trouble("a line of more than " + std::to_string(kLineMax) + " bytes: its beginning was read");
    cut_ = false;
  }
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  if (mode_ == Mode::unknown) {
    const std::string_view text = trimmed(line);
    if (text.empty() || (text.front() == '#' && !text.starts_with("#fields")) || text.front() == ';') return;
    if (text.starts_with("#fields")) {
      mode_ = header(text) ? Mode::table : Mode::lines;
      return;
    }
    if (looks_like_zone(line)) {
      mode_ = Mode::zone;
    } else if (header(text)) {
      mode_ = Mode::table;
      return;
    } else {
      mode_ = Mode::lines;
    }
  }
  if (mode_ == Mode::zone) return zone(line);
  if (mode_ == Mode::table) return table(line);
  if (line.starts_with("#fields\t") && header(line)) {
    mode_ = Mode::table;
    return;
  }
  words(line);
}

void NameReader::feed(std::string_view piece) {
  // A byte order mark says nothing.
  for (; mark_ < 3 && !piece.empty(); ++mark_) {
    if (piece.front() != "\xef\xbb\xbf"[mark_]) {
      mark_ = 3;
      break;
    }
    piece.remove_prefix(1);
  }
  while (!piece.empty()) {
    if (in_json_) {
      piece.remove_prefix(json(piece));
      continue;
    }
    const std::size_t end = piece.find('\n');
    // JSON begins where a line begins with it; what stands before it on the line has been waited for.
    const bool open_start = trimmed(held_).empty();
    if (open_start && mode_ != Mode::zone) {
      const std::size_t begin = piece.find_first_not_of(" \t\r\n,");
      if (begin != std::string_view::npos && (end == std::string_view::npos || begin < end) &&
          (piece[begin] == '{' || (piece[begin] == '[' && names_ == 0 && mode_ == Mode::unknown))) {
        in_json_ = true;
        held_.clear();
        mode_ = mode_ == Mode::unknown ? Mode::lines : mode_;
        piece.remove_prefix(begin);
        continue;
      }
    }
    const std::string_view part = piece.substr(0, end);
    if (held_.size() + part.size() > kLineMax) {
      held_.append(part.substr(0, kLineMax - std::min(kLineMax, held_.size())));
      cut_ = true;
    } else {
      held_.append(part);
    }
    if (end == std::string_view::npos) return;
    ++line_;
    line(held_);
    held_.clear();
    piece.remove_prefix(end + 1);
  }
}

void NameReader::finish() {
  if (in_json_) {
    at_ = line_ + 1;
    trouble("the end in the middle of an object");
    json_reset();
  }
  if (!held_.empty()) {
    ++line_;
    line(held_);
    held_.clear();
  }
  if (mode_ == Mode::zone && !tokens_.empty()) zone_record();
}

}  // namespace tocsin::decoys
