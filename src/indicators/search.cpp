#include "indicators/search.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace tocsin::indicators {
namespace {

// Kinds of characters of which words are made. Bytes above ASCII count as letters: names may hold them.
enum : unsigned { kOther = 0, kAlnum = 1, kDot = 2, kColon = 4, kAt = 8, kDash = 16 };
constexpr auto kClass = [] {
  std::array<std::uint8_t, 256> table{};
  for (unsigned c = 0; c < 256; ++c) {
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80) table[c] = kAlnum;
  }
  table['.'] = kDot;
  table[':'] = kColon;
  table['@'] = kAt;
  table['-'] = table['_'] = kDash;
  return table;
}();

unsigned kind(char c) { return kClass[static_cast<unsigned char>(c)]; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
bool is_letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }
bool is_hex(char c) { return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f'); }

constexpr bool is_hash_length(std::size_t size) {
  return size == 32 || size == 40 || size == 56 || size == 64 || size == 96 || size == 128;
}

// The dotted quad at `at`, moved behind it; nothing where there is none.
std::optional<std::uint32_t> quad(std::string_view text, std::size_t& at, std::size_t end) {
  std::uint32_t value = 0;
  std::size_t i = at;
  for (int part = 0; part < 4; ++part) {
    if (part > 0 && (i >= end || text[i++] != '.')) return std::nullopt;
    const std::size_t start = i;
    unsigned number = 0;
    while (i < end && i < start + 3 && is_digit(text[i])) number = number * 10 + static_cast<unsigned>(text[i++] - '0');
    if (i == start || number > 255 || (i - start > 1 && text[start] == '0') || (i < end && is_digit(text[i])))
      return std::nullopt;
    value = value << 8 | number;
  }
  at = i;
  return value;
}

bool ends_with_word(std::string_view text, std::string_view word) {
  if (text.size() < word.size()) return false;
  for (std::size_t i = 0; i < word.size(); ++i)
    if (lower(text[text.size() - word.size() + i]) != word[i]) return false;
  return true;
}

bool names_a_version(std::string_view word) {
  for (const std::string_view ending : {"version", "firmware", "release", "build"})
    if (ends_with_word(word, ending)) return true;
  for (const std::string_view whole : {"ver", "rev", "v"})
    if (word.size() == whole.size() && ends_with_word(word, whole)) return true;
  return false;
}

// What stands before the quad at `at`, and the character after it, say that it is a version: "Agent/1.2.3.4",
// "pkg-1.2.3.4", "version: 1.2.3.4". "outside/192.0.2.1(443)", "http://192.0.2.1", "/192.0.2.1" are none.
bool is_version(std::string_view text, std::size_t at, char after) {
  if (at == 0) return false;
  const char before = text[at - 1];
  if (before == '-' || before == '_') return at > 1 && is_letter(text[at - 2]);
  if (before == '/') {
    std::size_t begin = at - 1;
    while (begin > 0 && at - begin < 64 && std::strchr(" \t\"'([<,;=", text[begin - 1]) == nullptr) --begin;
    const std::string_view word = text.substr(begin, at - 1 - begin);
    return !word.empty() && is_letter(word[0]) && word.find('/') == std::string_view::npos && after != '(' &&
           after != '/' && after != ':';
  }
  std::size_t end = at;
  while (end > 0 && at - end < 4 && std::strchr(" \t\"'=:(>", text[end - 1]) != nullptr) --end;
  std::size_t begin = end;
  while (begin > 0 && end - begin < 32 && (is_letter(text[begin - 1]) || text[begin - 1] == '_')) --begin;
  return end < at && names_a_version(text.substr(begin, end - begin));
}

}  // namespace

void Search::begin() {
  found_.clear();
  texts_.clear();
  hosts_.clear();
  tries_ = 0;
}

void Search::text(std::string_view text) {
  texts_.push_back(text);
  scan(text, true);
  if (set_->count(Type::agent) > 0) agents(text);
}

void Search::field(std::string_view name, std::string_view value) {
  texts_.push_back(value);
  scan(value, !names_a_version(name));
  if (set_->count(Type::agent) > 0) agent(value);
}

void Search::scan(std::string_view text, bool addresses) {
  const bool hashes = set_->count(Type::hash) > 0;
  const char* const data = text.data();
  for (std::size_t at = 0, end = text.size(); at < end;) {
    if (kind(data[at]) == kOther) {
      ++at;
      continue;
    }
    const std::size_t begin = at;
    unsigned seen = 0;
    for (; at < end; ++at) {
      const unsigned one = kind(data[at]);
      if (one == kOther) break;
      seen |= one;
    }
    if (seen & (kDot | kColon | kAt))
      run(text, begin, at, seen, addresses);
    else if (hashes && is_hash_length(at - begin))
      hash(text.substr(begin, at - begin));
  }
}

void Search::run(std::string_view text, std::size_t begin, std::size_t end, unsigned seen, bool addresses) {
  if (addresses && seen & kDot) ipv4(text, begin, end);
  if (addresses && seen & kColon) ipv6(text, begin, end);
  // Between colons and @s stand names, ports, hashes.
  for (std::size_t at = begin; at < end;) {
    std::size_t stop = at;
    bool dot = false;
    for (; stop < end && text[stop] != ':' && text[stop] != '@'; ++stop) dot |= text[stop] == '.';
    if (dot)
      names(text, at, stop);
    else if (set_->count(Type::hash) > 0 && is_hash_length(stop - at))
      hash(text.substr(at, stop - at));
    if (stop < end && text[stop] == '@') mail(text, stop, end);
    at = stop + 1;
  }
}

void Search::hash(std::string_view word) {
  if (!std::ranges::all_of(word, is_hex)) return;
  buffer_.assign(word);
  std::ranges::transform(buffer_, buffer_.begin(), lower);
  set_->find(Type::hash, buffer_, found_);
}

void Search::ipv4(std::string_view text, std::size_t begin, std::size_t end) {
  if (set_->count(Type::address) + set_->count(Type::prefix) + set_->count(Type::url) == 0) return;
  for (std::size_t at = begin; at < end; ++at) {
    if (!is_digit(text[at])) continue;
    if (at > begin && (kind(text[at - 1]) == kAlnum || text[at - 1] == '.')) continue;
    std::size_t behind = at;
    const auto value = quad(text, behind, end);
    if (!value) continue;
    const char after = behind < text.size() ? text[behind] : ' ';
    const char then = behind + 1 < text.size() ? text[behind + 1] : ' ';
    if (kind(after) == kAlnum) continue;
    if ((after == '.' || after == '-') && (after == '.' ? kind(then) == kAlnum : is_letter(then))) continue;
    if (is_version(text, at, after)) continue;
    const Ip ip = Ip::v4(*value);
    set_->find(ip, found_);
    if (set_->count(Type::url) > 0) {
      const std::string host = ip.text();
      if (set_->has_url_host(host)) url(text, host, at, behind);
    }
    at = behind;
  }
}

// Groups of hexadecimal digits between colons: the longest row of them is tried. "10:11:12" has too few groups, and no
// "::" that would stand for others.
void Search::ipv6(std::string_view text, std::size_t begin, std::size_t end) {
  if (set_->count(Type::address) + set_->count(Type::prefix) == 0) return;
  const std::string_view word = text.substr(begin, end - begin);
  if (std::ranges::count(word, ':') < 7 && word.find("::") == std::string_view::npos) return;
  for (std::size_t at = begin; at < end;) {
    if (!is_hex(text[at]) && text[at] != ':') {
      // Letters that are hexadecimal by chance belong to the word around them.
      while (at < end && text[at] != ':') ++at;
      if (at + 1 < end && text[at + 1] != ':') ++at;
      continue;
    }
    std::size_t stop = at, colons = 0;
    for (; stop < end && (is_hex(text[stop]) || text[stop] == ':' || text[stop] == '.'); ++stop)
      colons += text[stop] == ':';
    const bool inside_word = stop < end && kind(text[stop]) != kOther;
    std::size_t last = stop;
    if (inside_word)  // give up the group that goes on as a word
      while (last > at && text[last - 1] != ':') --last;
    while (last > at &&
           (text[last - 1] == '.' || (text[last - 1] == ':' && !text.substr(at, last - at).ends_with("::"))))
      --last;
    if (colons >= 2 && last - at <= 45)
      if (const auto ip = Ip::parse(text.substr(at, last - at));
          ip && text.substr(at, last - at).find(':') != std::string_view::npos)
        set_->find(*ip, found_);
    at = std::max(stop, at + 1);
  }
}

// The longest name, then each of its parents down to two labels.
void Search::names(std::string_view text, std::size_t begin, std::size_t end) {
  while (begin < end && kind(text[begin]) != kAlnum) ++begin;
  while (end > begin && kind(text[end - 1]) != kAlnum) --end;
  if (end - begin > kDomainMax) {
    begin = end - kDomainMax;
    while (begin < end && text[begin - 1] != '.') ++begin;
  }
  const std::size_t dot = text.substr(begin, end - begin).rfind('.');
  if (dot == std::string_view::npos) return;
  const std::string_view top = text.substr(begin + dot + 1, end - begin - dot - 1);
  if (std::ranges::none_of(top, [](char c) { return is_letter(c) || static_cast<unsigned char>(c) >= 0x80; })) return;
  buffer_.assign(text.substr(begin, end - begin));
  std::ranges::transform(buffer_, buffer_.begin(), lower);
  if (set_->count(Type::domain) > 0) {
    const std::string_view name = buffer_;
    for (std::size_t at = name.rfind('.'); at != std::string_view::npos;) {
      const std::size_t before = at == 0 ? std::string_view::npos : name.rfind('.', at - 1);
      set_->find(Type::domain, name.substr(before == std::string_view::npos ? 0 : before + 1), found_);
      at = before;
    }
  }
  if (set_->has_url_host(buffer_)) url(text, std::string(buffer_), begin, end);
}

void Search::mail(std::string_view text, std::size_t at, std::size_t end) {
  if (set_->count(Type::mail) == 0) return;
  std::size_t begin = at;
  while (begin > 0 && at - begin < 64) {
    const char c = text[begin - 1];
    if (kind(c) != kAlnum && std::strchr("._%+-", c) == nullptr) break;
    --begin;
  }
  std::size_t stop = at + 1;
  while (stop < end && text[stop] != ':' && text[stop] != '@') ++stop;
  while (stop > at + 1 && kind(text[stop - 1]) != kAlnum) --stop;
  if (begin == at || stop - begin > kMailMax) return;
  buffer_.assign(text.substr(begin, stop - begin));
  std::ranges::transform(buffer_, buffer_.begin(), lower);
  set_->find(Type::mail, buffer_, found_);
}

void Search::find_url(std::string_view key) {
  set_->find(Type::url, key, found_);
  if (const std::size_t query = key.find('?'); query != std::string_view::npos)
    set_->find(Type::url, key.substr(0, query), found_);
}

// A host at [begin, end) that some URL has: what follows may be that URL, and a path elsewhere in the record too.
void Search::url(std::string_view text, std::string_view host, std::size_t begin, std::size_t end) {
  if (++tries_ > kTriesMax) return;
  if (hosts_.size() < 8 && std::ranges::find(hosts_, host) == hosts_.end()) hosts_.emplace_back(host);
  std::string port;
  if (end < text.size() && text[end] == ']') ++end;
  if (end < text.size() && text[end] == ':') {
    std::size_t stop = end + 1;
    while (stop < text.size() && stop < end + 6 && is_digit(text[stop])) ++stop;
    port = text.substr(end, stop - end);
    if (port == ":80" || port == ":443") port.clear();
    end = stop;
  }
  std::size_t stop = end;
  while (stop < text.size() && stop - end < kUrlMax && static_cast<unsigned char>(text[stop]) > ' ' &&
         std::strchr("\"<>#\\", text[stop]) == nullptr)
    ++stop;
  std::string_view rest = text.substr(end, stop - end);
  const bool slashes = begin >= 2 && text[begin - 1] == '/' && text[begin - 2] == '/';
  if (!rest.starts_with('/') && !rest.starts_with('?')) {
    if (!slashes) return;
    rest = {};
  }
  key_ = std::string(host) + port + (rest.starts_with('/') ? "" : "/");
  const std::size_t head = key_.size();
  for (int cut = 0; cut < 4; ++cut) {
    key_.resize(head);
    key_ += rest;
    find_url(key_);
    // "(see http://evil.example/a)." and the like
    if (rest.empty() || std::strchr(".,;:!)]}'", rest.back()) == nullptr) return;
    rest.remove_suffix(1);
  }
}

void Search::paths(std::string_view text) {
  std::size_t words = 0;
  for (std::size_t at = text.find('/'); at != std::string_view::npos && words < 64; at = text.find('/', at + 1)) {
    if (at > 0 && std::strchr(" \t\"'=,|", text[at - 1]) == nullptr) continue;
    ++words;
    std::size_t stop = at;
    while (stop < text.size() && stop - at < kUrlMax && static_cast<unsigned char>(text[stop]) > ' ' &&
           std::strchr("\"<>#\\", text[stop]) == nullptr)
      ++stop;
    for (const std::string& host : hosts_) {
      key_ = host;
      key_ += text.substr(at, stop - at);
      find_url(key_);
    }
    at = std::max(at, stop - 1);
  }
}

void Search::agent(std::string_view value) {
  while (value.ends_with(' ')) value.remove_suffix(1);
  while (value.starts_with(' ')) value.remove_prefix(1);
  if (value.size() >= kAgentMin && value.size() <= kAgentMax) set_->find(Type::agent, value, found_);
}

void Search::agents(std::string_view text) {
  for (const char border : {'"', '\t'}) {
    std::size_t before = border == '\t' ? 0 : std::string_view::npos;
    for (std::size_t at = text.find(border); at != std::string_view::npos; at = text.find(border, at + 1)) {
      if (before != std::string_view::npos) agent(text.substr(before, at - before));
      before = at + 1;
    }
    if (border == '\t' && before != 0) agent(text.substr(before));
  }
  // W3C logs write fields without spaces: + stands for them.
  for (std::size_t plus = text.find('+'); plus != std::string_view::npos; plus = text.find('+', plus + 1)) {
    std::size_t begin = plus, end = plus;
    while (begin > 0 && text[begin - 1] != ' ') --begin;
    while (end < text.size() && text[end] != ' ') ++end;
    if (end - begin <= kAgentMax) {
      buffer_.assign(text.substr(begin, end - begin));
      std::ranges::replace(buffer_, '+', ' ');
      agent(buffer_);
    }
    plus = end - 1;
  }
}

const std::vector<Number>& Search::finish() {
  if (!hosts_.empty())
    for (const std::string_view text : texts_) paths(text);
  std::ranges::sort(found_);
  const auto [first, last] = std::ranges::unique(found_);
  found_.erase(first, last);
  return found_;
}

}  // namespace tocsin::indicators
