#include "mime/header.h"

#include <algorithm>
#include <map>

#include "base/text.h"
#include "mime/charset.h"
#include "mime/transfer.h"

namespace tocsin::mime {
namespace {

constexpr std::size_t kValueMax = 1u << 20;  // bytes of a header value that are looked at
constexpr std::size_t kParametersMax = 100;
constexpr std::size_t kParametersBytes = 64u << 10;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = lower(c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// "=?charset?Q?text?=" at the front.
struct Word {
  std::string_view charset, text;
  bool base64 = false;
  std::size_t size = 0;
};

bool word_at(std::string_view text, Word& out) {
  if (!text.starts_with("=?")) return false;
  const std::size_t first = text.substr(0, 90).find('?', 2);
  if (first == std::string_view::npos || first == 2 || first + 2 >= text.size()) return false;
  const char kind = lower(text[first + 1]);
  if ((kind != 'q' && kind != 'b') || text[first + 2] != '?') return false;
  if (text.substr(2, first - 2).find_first_of(" \t\r\n<>@") != std::string_view::npos) return false;
  const std::size_t end = text.find("?=", first + 3);
  if (end == std::string_view::npos) return false;
  out = {text.substr(2, first - 2), text.substr(first + 3, end - first - 3), kind == 'b', end + 2};
  return true;
}

std::string word_bytes(const Word& word) {
  if (word.base64) return decode(Encoding::base64, word.text, kValueMax).bytes;
  std::string out;
  for (std::size_t i = 0; i < word.text.size(); ++i) {
    const char c = word.text[i];
    if (c == '_') {
      out += ' ';
    } else if (c == '=' && i + 2 < word.text.size() && hex(word.text[i + 1]) >= 0 && hex(word.text[i + 2]) >= 0) {
      out += static_cast<char>(hex(word.text[i + 1]) << 4 | hex(word.text[i + 2]));
      i += 2;
    } else {
      out += c;
    }
  }
  return out;
}

// Line ends and other control characters from inside an encoded word would forge lines where the value is shown.
void append_text(std::string& out, std::string_view text) {
  for (const char c : text)
    if (static_cast<unsigned char>(c) >= ' ' || c == '\t')
      out += c == '\t' ? ' ' : c;
    else
      out += ' ';
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] == '%' && i + 2 < text.size() && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0) {
      out += static_cast<char>(hex(text[i + 1]) << 4 | hex(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  return out;
}

// Comments in parentheses, nested and escaped; `at` is behind it afterwards.
std::string_view comment_at(std::string_view text, std::size_t& at) {
  const std::size_t start = at + 1;
  int depth = 0;
  for (; at < text.size(); ++at) {
    if (text[at] == '\\')
      ++at;
    else if (text[at] == '(')
      ++depth;
    else if (text[at] == ')' && --depth == 0) {
      ++at;
      return text.substr(start, at - 1 - start);
    }
  }
  at = text.size();
  return text.substr(std::min(start, text.size()));
}

// One parameter's value: quoted, or up to the next semicolon.
std::string value_at(std::string_view text, std::size_t& at, bool& quoted) {
  std::string out;
  while (at < text.size() && is_blank(text[at])) ++at;
  quoted = at < text.size() && text[at] == '"';
  if (!quoted) {
    const std::size_t end = std::min(text.find(';', at), text.size());
    std::string_view word = trimmed(text.substr(at, end - at));
    // "name=report.pdf (comment)" is rare and "name=my (1).pdf" is not: parentheses stay.
    out = word;
    at = end;
    return out;
  }
  for (++at; at < text.size() && text[at] != '"'; ++at) {
    if (text[at] == '\\' && at + 1 < text.size() && (text[at + 1] == '"' || text[at + 1] == '\\')) ++at;
    if (text[at] != '\r' && text[at] != '\n') out += text[at];
  }
  at = std::min(text.find(';', std::min(at, text.size())), text.size());
  return out;
}

struct Section {  // of one name: RFC 2231 3 and 4
  std::string plain;
  bool has_plain = false;
  std::map<unsigned, std::pair<std::string, bool>> pieces;  // number → value, percent-encoded
};

std::string joined(const Section& section) {
  std::string charset, bytes;
  bool first = true, encoded = false;
  for (const auto& [number, piece] : section.pieces) {
    std::string_view value = piece.first;
    if (piece.second) {
      if (first) {
        const std::size_t one = value.find('\'');
        const std::size_t two = one == std::string_view::npos ? one : value.find('\'', one + 1);
        if (two != std::string_view::npos) {
          charset = value.substr(0, one);
          value.remove_prefix(two + 1);
        }
      }
      bytes += percent_decoded(value);
      encoded = true;
    } else {
      bytes += value;
    }
    first = false;
  }
  std::string out;
  append_text(out, encoded ? convert(bytes, charset).text : decode_header(bytes));
  return out;
}

std::optional<int> number(std::string_view text, std::size_t digits_max) {
  if (text.empty() || text.size() > digits_max) return std::nullopt;
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

std::optional<int> zone_minutes(std::string_view zone) {
  constexpr std::pair<std::string_view, int> kNames[] = {{"GMT", 0},    {"UT", 0},     {"UTC", 0},    {"Z", 0},
                                                         {"EST", -300}, {"EDT", -240}, {"CST", -360}, {"CDT", -300},
                                                         {"MST", -420}, {"MDT", -360}, {"PST", -480}, {"PDT", -420}};
  for (const auto& [name, minutes] : kNames)
    if (same_name(zone, name)) return minutes;
  if (zone.size() != 5 || (zone[0] != '+' && zone[0] != '-')) return std::nullopt;
  const auto hhmm = number(zone.substr(1), 4);
  if (!hhmm || *hhmm % 100 > 59) return std::nullopt;
  const int minutes = *hhmm / 100 * 60 + *hhmm % 100;
  return zone[0] == '-' ? -minutes : minutes;
}

std::string_view take_word(std::string_view& text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n,");
  if (first == std::string_view::npos) return text = {};
  text.remove_prefix(first);
  const std::size_t end = std::min(text.find_first_of(" \t\r\n,"), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(end);
  return word;
}

// One address being read: the words before an angle, the angle, comments.
class AddressReader {
 public:
  std::vector<Address> run(std::string_view text);

 private:
  void finish();
  std::vector<Address> out_;
  std::string words_;    // with blanks, quotes removed: a display name
  std::string compact_;  // without blanks, quotes kept: an address
  std::string angle_, comment_;
  bool has_angle_ = false;
};

void AddressReader::finish() {
  Address address;
  if (has_angle_) {
    address.address = std::move(angle_);
    address.name = decode_header(words_);
  } else if (compact_.find('@') != std::string::npos) {
    address.address = std::move(compact_);
  } else {
    address.name = decode_header(words_);
  }
  if (address.name.empty() && !comment_.empty()) address.name = decode_header(comment_);
  // The whole of it inside encoded words, against the RFC, as some programs accept it.
  if (address.address.find("=?") != std::string::npos) {
    const std::string decoded = decode_header(address.address);
    address.address.clear();
    for (const char c : decoded)
      if (!is_blank(c)) address.address += c;
  } else if (!has_angle_ && address.address.empty() && words_.find("=?") != std::string::npos) {
    const std::size_t open = address.name.rfind('<'), at = address.name.rfind('@'), close = address.name.rfind('>');
    if (open != std::string::npos && at != std::string::npos && close != std::string::npos && open < at && at < close) {
      address.address = address.name.substr(open + 1, close - open - 1);
      address.name = trimmed(std::string_view(address.name).substr(0, open));
    }
  }
  // "@a,@b:user@domain"
  if (address.address.starts_with('@'))
    if (const std::size_t colon = address.address.find(':'); colon != std::string::npos)
      address.address.erase(0, colon + 1);
  address.address = to_utf8(address.address);
  if (!address.address.empty() || !address.name.empty()) out_.push_back(std::move(address));
  words_.clear();
  compact_.clear();
  angle_.clear();
  comment_.clear();
  has_angle_ = false;
}

std::vector<Address> AddressReader::run(std::string_view text) {
  bool in_angle = false, literal = false;
  for (std::size_t i = 0; i < text.size() && out_.size() < kAddressesMax;) {
    const char c = text[i];
    if (c == '(' && !literal) {
      const std::string_view inside = comment_at(text, i);
      if (comment_.empty()) comment_ = inside;
      continue;
    }
    ++i;
    if (c == '"') {
      std::string plain, kept = "\"";
      for (; i < text.size() && text[i] != '"'; ++i) {
        if (text[i] == '\\' && i + 1 < text.size()) kept += text[i++];
        plain += text[i];
        kept += text[i];
      }
      ++i;
      kept += '"';
      if (in_angle) {
        angle_ += kept;
      } else {
        words_ += plain;
        compact_ += kept;
      }
    } else if (c == '<' && !in_angle) {
      // A second angle address without a comma: both are shown, by one program or another.
      if (has_angle_) finish();
      in_angle = has_angle_ = true;
    } else if (c == '>' && in_angle) {
      in_angle = false;
    } else if ((c == ',' || c == ';') && (!in_angle || !angle_.starts_with('@'))) {
      in_angle = literal = false;
      finish();
    } else if (c == ':' && !in_angle && !literal) {
      words_.clear();  // a group's name
      compact_.clear();
    } else if (in_angle) {
      if (!is_blank(c)) angle_ += c;
    } else {
      if (c == '[') literal = true;
      if (c == ']') literal = false;
      words_ += c;
      if (!is_blank(c)) compact_ += c;
    }
  }
  finish();
  return std::move(out_);
}

}  // namespace

bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

std::string lower_ascii(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string decode_header(std::string_view raw) {
  raw = trimmed(raw.substr(0, kValueMax));
  std::string out, bytes, charset, text;
  // Words of one charset in a row are joined before conversion: some split a character between them.
  const auto flush = [&] {
    if (!charset.empty()) append_text(out, convert(bytes, charset).text);
    bytes.clear();
    charset.clear();
  };
  const auto flush_text = [&] {
    if (!text.empty()) append_text(out, is_utf8(text) ? text : convert(text, "").text);
    text.clear();
  };
  bool any = false;
  const std::size_t last = raw.rfind("?=");  // no word begins behind it: the search for its end is never in vain
  for (std::size_t i = 0; i < raw.size();) {
    Word word;
    if (raw[i] == '=' && last != std::string_view::npos && i + 5 <= last && word_at(raw.substr(i), word)) {
      // Blanks between two words are not part of the text.
      if (any && std::ranges::all_of(text, is_blank)) text.clear();
      if (!text.empty()) {
        flush();
        flush_text();
      }
      const std::string name = lower_ascii(word.charset);
      if (name != charset) flush();
      charset = name;
      bytes += word_bytes(word);
      any = true;
      i += word.size;
      continue;
    }
    if (raw[i] != '\r' && raw[i] != '\n') text += raw[i];
    ++i;
    if (any && !is_blank(raw[i - 1])) {
      any = false;
      flush();
    }
  }
  flush();
  flush_text();
  return out;
}

const std::string* Parameters::find(std::string_view name) const {
  for (const auto& [key, text] : list)
    if (key == name) return &text;
  return nullptr;
}

Parameters parameters(std::string_view raw) {
  Parameters out;
  raw = raw.substr(0, kParametersBytes);
  std::size_t at = 0;
  while (at < raw.size() && raw[at] != ';') {
    if (raw[at] == '(') {
      (void)comment_at(raw, at);
      continue;
    }
    if (!is_blank(raw[at])) out.value += lower(raw[at]);
    ++at;
  }
  out.value = to_utf8(out.value);
  std::vector<std::pair<std::string, Section>> sections;
  while (at < raw.size() && sections.size() < kParametersMax) {
    ++at;  // the semicolon
    while (at < raw.size() && (is_blank(raw[at]) || raw[at] == '(')) {
      if (raw[at] == '(')
        (void)comment_at(raw, at);
      else
        ++at;
    }
    const std::size_t end = raw.find_first_of("=;", at);
    if (end == std::string_view::npos) break;
    std::string name = lower_ascii(trimmed(raw.substr(at, end - at)));
    at = end;
    if (raw[end] == ';') continue;
    ++at;
    bool quoted = false;
    std::string value = value_at(raw, at, quoted);
    // name*0*, name*0, name*
    bool encoded = name.ends_with('*');
    if (encoded) name.pop_back();
    std::optional<unsigned> part;
    if (const std::size_t star = name.rfind('*'); star != std::string::npos) {
      if (const auto index = number(std::string_view(name).substr(star + 1), 4)) {
        part = static_cast<unsigned>(*index);
        name.resize(star);
      }
    } else if (encoded) {
      part = 0;
    }
    if (name.empty()) continue;
    auto found = std::ranges::find(sections, name, &std::pair<std::string, Section>::first);
    if (found == sections.end()) found = sections.insert(found, {name, {}});
    if (part) {
      found->second.pieces.try_emplace(*part, std::move(value), encoded);
    } else if (!found->second.has_plain) {
      found->second.has_plain = true;
      found->second.plain = std::move(value);
    }
  }
  for (auto& [name, section] : sections)
    out.list.emplace_back(to_utf8(name), section.pieces.empty() ? decode_header(section.plain) : joined(section));
  return out;
}

std::vector<Address> addresses(std::string_view raw) { return AddressReader().run(raw.substr(0, kValueMax)); }

std::string_view domain_of(std::string_view address) {
  const std::size_t at = address.rfind('@');
  return at == std::string_view::npos ? std::string_view{} : address.substr(at + 1);
}

std::optional<Time> parse_date(std::string_view text) {
  if (const std::size_t comment = text.find('('); comment != std::string_view::npos) text = text.substr(0, comment);
  std::string_view word = take_word(text);
  if (!word.empty() && (word[0] < '0' || word[0] > '9')) word = take_word(text);  // the weekday
  const auto day = number(word, 2);
  constexpr std::string_view kMonths = "janfebmaraprmayjunjulaugsepoctnovdec";
  const std::string month_word = lower_ascii(take_word(text).substr(0, 3));
  const std::size_t month = month_word.size() == 3 ? kMonths.find(month_word) : std::string_view::npos;
  auto year = number(take_word(text), 4);
  if (!day || !year || month == std::string_view::npos || month % 3 != 0 || *day < 1 || *day > 31) return std::nullopt;
  if (*year < 50)
    *year += 2000;
  else if (*year < 1000)
    *year += 1900;
  const std::string_view clock = take_word(text);
  const std::size_t colon = clock.find(':');
  if (clock.size() < 4 || colon == std::string_view::npos) return std::nullopt;
  const auto hour = number(clock.substr(0, colon), 2), minute = number(clock.substr(colon + 1, 2), 2);
  const auto second = clock.size() > colon + 3 ? number(clock.substr(colon + 4), 2) : std::optional(0);
  if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  const auto zone = zone_minutes(take_word(text));
  const Time local =
      Time::from_civil(*year, static_cast<unsigned>(month / 3 + 1), static_cast<unsigned>(*day),
                       static_cast<unsigned>(*hour), static_cast<unsigned>(*minute), static_cast<unsigned>(*second));
  return local.plus_seconds(-60 * zone.value_or(0));
}

}  // namespace tocsin::mime
