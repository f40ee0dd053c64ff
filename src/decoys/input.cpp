#include "decoys/input.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "decoys/host.h"

namespace tocsin::decoys {
namespace {

// What columns and keys are called that hold names; compared in lower case behind the last dot.
constexpr std::string_view kColumns[] = {
    "all_domains", "answers", "cname", "cn", "common_name", "commonname", "dns", "dns_names", "dnsname", "dnsnames", "dns_query",
    "domain", "domain_name", "domainname", "domains", "email", "fqdn", "from", "host", "host_name", "hostname", "hostnames",
    "http_host", "indicator", "name", "name_value", "names", "ns", "qname", "queries", "query", "query_name", "queryname",
    "question", "question_name", "rrname", "san", "san.dns", "sans", "sender", "server_name", "servername", "sni", "subject",
    "subject_alt_name", "subject_alternative_name", "subject_cn", "subjectaltname", "uri", "url", "urls"};

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

bool names_names(std::string_view key) {
  if (key.size() > 64) return false;
  std::string small = lower(trimmed(key));
  std::replace(small.begin(), small.end(), ' ', '_');
  if (std::ranges::binary_search(kColumns, small)) return true;
  const std::size_t dot = small.rfind('.');
  return dot != std::string::npos && std::ranges::binary_search(kColumns, std::string_view(small).substr(dot + 1));
}

constexpr std::string_view kTypes[] = {"A",   "AAAA", "CAA",  "CNAME", "DNAME", "DNSKEY", "DS",  "HINFO", "HTTPS", "MX",  "NAPTR",
                                       "NS",  "NSEC", "NSEC3", "NSEC3PARAM", "PTR", "RP", "RRSIG", "SOA", "SPF", "SRV", "SSHFP",
                                       "SVCB", "TLSA", "TXT"};
bool is_type(std::string_view word) {
  std::string upper(word);
  for (char& c : upper)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  return std::ranges::find(kTypes, upper) != std::end(kTypes);
}
bool is_class(std::string_view word) {
  const std::string small = lower(word);
  return small == "in" || small == "ch" || small == "hs";
}
// "3600", "1h30m"
bool is_ttl(std::string_view word) {
  return !word.empty() && word[0] >= '0' && word[0] <= '9' &&
         word.find_first_not_of("0123456789smhdwSMHDW") == std::string_view::npos;
}

// Words of one line of a zone: blanks part them, quotes hold them together, ";" ends the line; parentheses by themselves.
void zone_words(std::string_view line, std::vector<std::string>& out) {
  std::string word;
  const auto end = [&] {
    if (!word.empty()) out.push_back(std::move(word));
    word.clear();
  };
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '"') {
      const std::size_t close = std::min(line.find('"', i + 1), line.size());
      word.append(line.substr(i, close - i));
      i = close;
    } else if (c == ';') {
      break;
    } else if (is_blank(c)) {
      end();
    } else if (c == '(' || c == ')') {
      end();
      out.emplace_back(1, c);
    } else {
      word += c;
    }
  }
  end();
}

}  // namespace

void NameReader::trouble(std::string what) {
  ++bad_;
  if (troubles_.size() < kTroublesMax) troubles_.push_back({line_, std::move(what)});
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
  take_(host, line_);
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
    take_(host, line_);
  }
  return any;
}

// A line of a list or a log.
void NameReader::words(std::string_view line) {
  const std::string_view text = trimmed(line);
  if (text.empty() || text.front() == '#' || text.front() == ';' || (text.starts_with("//") && text.find('.') == std::string_view::npos))
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
        text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") == std::string_view::npos)
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
    separator_ = text.find('\t') != std::string_view::npos ? '\t' : text.find(';') != std::string_view::npos ? ';' : ',';
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

bool NameReader::looks_like_zone(std::string_view line) {
  if (line.starts_with("$ORIGIN") || line.starts_with("$TTL") || line.starts_with("$INCLUDE") || line.starts_with("$GENERATE")) return true;
  std::vector<std::string> words;
  zone_words(line, words);
  if (words.size() < 4 || is_blank(line.front())) return false;
  bool said = false;
  for (std::size_t i = 1; i < std::min<std::size_t>(words.size(), 4); ++i) {
    if (is_ttl(words[i]) || is_class(words[i])) {
      said = true;
      continue;
    }
    return said && is_type(words[i]);
  }
  return false;
}

void NameReader::zone_name(std::string_view name) {
  std::string full;
  if (name == "@")
    full = origin_;
  else if (name.ends_with('.') || origin_.empty())
    full = name;
  else
    full = std::string(name) + "." + origin_;
  if (full.size() < 3) return;
  give(full);
}

void NameReader::zone_record() {
  std::vector<std::string> words;
  std::swap(words, tokens_);
  std::erase_if(words, [](const std::string& word) { return word == "(" || word == ")"; });
  if (words.empty()) return;
  if (words[0] == "$ORIGIN") {
    if (words.size() > 1) {
      const bool absolute = words[1].ends_with('.');
      std::string origin = absolute || origin_.empty() ? words[1] : words[1] + "." + origin_;
      if (origin.size() <= 255) origin_ = origin;
    }
    return;
  }
  if (words[0].starts_with('$')) {
    if (words[0] != "$TTL") trouble(words[0] + " is not followed");
    return;
  }
  std::size_t at = 0;
  const bool owner = !blank_owner_;
  if (owner) owner_ = words[at++];
  while (at < words.size() && (is_ttl(words[at]) || is_class(words[at]))) ++at;
  if (at >= words.size() || !is_type(words[at])) {
    trouble("no record in '" + words[0].substr(0, 60) + "…'");
    return;
  }
  const std::string type = lower(words[at++]);
  // Signatures and hashes of names are about names that stand elsewhere.
  if (owner && type != "rrsig" && type != "nsec3") zone_name(owner_);
  std::size_t target = words.size();
  if (type == "ns" || type == "cname" || type == "ptr" || type == "dname") target = at;
  if (type == "mx") target = at + 1;
  if (type == "srv") target = at + 3;
  if (target < words.size()) zone_name(words[target]);
}

void NameReader::zone(std::string_view line) {
  if (tokens_.empty()) blank_owner_ = !line.empty() && is_blank(line.front());
  zone_words(line, tokens_);
  std::size_t opened = 0, closed = 0;
  for (const std::string& word : tokens_) {
    opened += word == "(";
    closed += word == ")";
  }
  open_ = opened > closed && tokens_.size() < 10'000;
  if (!open_) zone_record();
}

void NameReader::line(std::string_view line) {
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

void NameReader::json_reset() {
  in_json_ = in_string_ = escaped_ = false;
  depth_ = 0;
  string_.clear();
}

void NameReader::json_string() {
  Level& level = levels_[depth_];
  if (string_cut_) trouble("a string of more than " + std::to_string(kLineMax) + " bytes: its beginning was read");
  string_cut_ = false;
  if (level.object && !level.value) {
    level.wanted = names_names(string_) || (depth_ > 1 && levels_[depth_ - 1].wanted && string_ != "type" && string_ != "rrtype");
  } else if (level.wanted) {
    given_ += pieces(string_);
  } else {
    const std::string_view host = host_of(string_);
    if (!host.empty() && (string_.find("://") != std::string::npos || known_top(host))) given_ += give(string_);
  }
  string_.clear();
}

std::size_t NameReader::json(std::string_view piece) {
  const auto append = [&](std::uint32_t c) {
    if (string_.size() + 4 > kLineMax) {
      string_cut_ = true;
      return;
    }
    if (c < 0x80) {
      string_ += static_cast<char>(c);
    } else if (c < 0x800) {
      string_ += static_cast<char>(0xc0 | c >> 6);
      string_ += static_cast<char>(0x80 | (c & 63));
    } else if (c < 0x10000) {
      string_ += static_cast<char>(0xe0 | c >> 12);
      string_ += static_cast<char>(0x80 | (c >> 6 & 63));
      string_ += static_cast<char>(0x80 | (c & 63));
    } else {
      string_ += static_cast<char>(0xf0 | c >> 18);
      string_ += static_cast<char>(0x80 | (c >> 12 & 63));
      string_ += static_cast<char>(0x80 | (c >> 6 & 63));
      string_ += static_cast<char>(0x80 | (c & 63));
    }
  };
  for (std::size_t i = 0; i < piece.size(); ++i) {
    const char c = piece[i];
    if (c == '\n') {
      ++line_;
      if (in_string_) {
        // No string holds a bare newline: the object is broken, the next line begins anew.
        trouble("a string that does not end");
        json_reset();
        --line_;
        return i;
      }
      continue;
    }
    if (in_string_) {
      if (unicode_left_ > 0) {
        const int digit = c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : 0;
        unicode_ = unicode_ << 4 | static_cast<unsigned>(digit);
        if (--unicode_left_ == 0) {
          if (unicode_ >= 0xd800 && unicode_ < 0xdc00)
            high_ = unicode_;
          else if (unicode_ >= 0xdc00 && unicode_ < 0xe000)
            append(high_ ? 0x10000 + ((high_ - 0xd800) << 10) + (unicode_ - 0xdc00) : 0xfffd), high_ = 0;
          else
            append(unicode_);
        }
      } else if (escaped_) {
        escaped_ = false;
        if (c == 'u')
          unicode_ = 0, unicode_left_ = 4;
        else
          append(c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c == 'b' || c == 'f' ? ' ' : static_cast<unsigned char>(c));
      } else if (c == '\\') {
        escaped_ = true;
      } else if (c == '"') {
        in_string_ = false;
        json_string();
      } else if (string_.size() < kLineMax) {
        string_ += c;
      } else {
        string_cut_ = true;
      }
      continue;
    }
    switch (c) {
      case '"':
        in_string_ = true;
        escaped_ = false;
        unicode_left_ = 0;
        high_ = 0;
        break;
      case '{':
      case '[':
        if (depth_ == kDepthMax) {
          trouble("nested more than " + std::to_string(kDepthMax) + " deep");
          json_reset();
          return i + 1;
        }
        ++depth_;
        levels_[depth_] = {c == '{', false, depth_ > 1 && levels_[depth_ - 1].wanted};
        break;
      case '}':
      case ']':
        if (depth_ == 0 || levels_[depth_].object != (c == '}')) {
          trouble("brackets that don't fit");
          json_reset();
          return i + 1;
        }
        if (--depth_ == 0) {
          json_reset();
          return i + 1;
        }
        break;
      case ':':
        levels_[depth_].value = true;
        break;
      case ',':
        if (levels_[depth_].object) levels_[depth_].value = levels_[depth_].wanted = false;
        break;
      default:
        break;
    }
  }
  return piece.size();
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
        if (line_ == 0) line_ = 1;
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
