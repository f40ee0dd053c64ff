#include "indicators/set.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>

#include "base/check.h"
#include "base/hash.h"

namespace tocsin::indicators {
namespace {

constexpr std::size_t kTextsMax = 100'000, kTextMax = 120;  // names kept; bytes of one

std::uint32_t seconds_of(Time time) {
  if (!time.known()) return 0;
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(time.seconds, 1, UINT32_MAX));
}
Time time_of(std::uint32_t seconds) { return seconds == 0 ? Time::none() : Time{seconds, 0, 0}; }

std::string bytes_of(const Ip& ip) { return {reinterpret_cast<const char*>(ip.bytes.data()), ip.bytes.size()}; }

int digit(char c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

// What a value is kept and found by.
std::string key_of(Type type, std::string_view value) {
  switch (type) {
    case Type::address: {
      const auto ip = Ip::parse(value);
      CHECK(ip.has_value());
      return bytes_of(*ip);
    }
    case Type::prefix: {
      const std::size_t slash = value.find('/');
      const auto ip = Ip::parse(value.substr(0, slash));
      int bits = 0;
      CHECK(ip && std::from_chars(value.data() + slash + 1, value.data() + value.size(), bits).ec == std::errc());
      return bytes_of(*ip) + static_cast<char>(bits);
    }
    case Type::hash: {
      std::string out;
      for (std::size_t i = 0; i + 1 < value.size(); i += 2)
        out += static_cast<char>(digit(value[i]) << 4 | digit(value[i + 1]));
      return out;
    }
    default:
      return std::string(value);
  }
}

std::string value_text(Type type, std::string_view key) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  Ip ip;
  switch (type) {
    case Type::address:
      std::memcpy(ip.bytes.data(), key.data(), 16);
      return ip.text();
    case Type::prefix:
      std::memcpy(ip.bytes.data(), key.data(), 16);
      return ip.network_text(static_cast<unsigned char>(key[16]));
    case Type::hash:
      for (const char c : key) {
        out += kDigits[static_cast<unsigned char>(c) >> 4];
        out += kDigits[c & 15];
      }
      return out;
    default:
      return std::string(key);
  }
}

std::string_view host_of(std::string_view url) {
  std::string_view host = url.substr(0, url.find('/'));
  // A port, but not a part of a bare IPv6 address.
  if (const std::size_t colon = host.find(':');
      colon != std::string_view::npos && host.find(':', colon + 1) == std::string_view::npos)
    host = host.substr(0, colon);
  return host;
}

constexpr std::uint64_t kHostSeed = 100;

}  // namespace

Set::Set() : texts_{""} {
  source_sets_.push_back({});
  source_numbers_.emplace(source_sets_[0], 0);
  lists_.emplace_back();
}

std::uint64_t Set::hash_of(Type type, std::string_view key) {
  return hash64(key, static_cast<std::uint64_t>(type) + 1);
}

void Set::begin_source(std::string_view name) { sources_.emplace_back(name); }

std::uint32_t Set::with_source(std::uint32_t set) {
  const auto mine = static_cast<std::uint32_t>(sources_.size() - 1);
  std::vector<std::uint32_t> list = source_sets_[set];
  if (!list.empty() && list.back() == mine) return set;
  list.push_back(mine);
  const auto [found, is_new] = source_numbers_.emplace(list, static_cast<std::uint32_t>(source_sets_.size()));
  if (is_new) source_sets_.push_back(std::move(list));
  return found->second;
}

void Set::grow() {
  const std::size_t size = std::max<std::size_t>(1024, table_.size() * 2);
  table_.assign(size, 0);
  for (Number i = 0; i < entries_.size(); ++i) {
    const Entry& entry = entries_[i];
    std::size_t at = hash_of(static_cast<Type>(entry.type), value_of(entry)) & (size - 1);
    while (table_[at] != 0) at = (at + 1) & (size - 1);
    table_[at] = i + 1;
  }
}

Number* Set::slot(Type type, std::string_view key, std::uint64_t hash) {
  std::size_t at = hash & (table_.size() - 1);
  for (; table_[at] != 0; at = (at + 1) & (table_.size() - 1)) {
    const Entry& entry = entries_[table_[at] - 1];
    if (entry.type == static_cast<std::uint8_t>(type) && value_of(entry) == key) break;
  }
  return &table_[at];
}

bool Set::add(const Indicator& indicator) {
  CHECK(!sources_.empty());
  if (entries_.size() * 3 >= table_.size() * 2) grow();
  const std::string key = key_of(indicator.type, indicator.value);
  Number* const at = slot(indicator.type, key, hash_of(indicator.type, key));
  const std::uint32_t first = seconds_of(indicator.first), last = seconds_of(indicator.last),
                      until = seconds_of(indicator.until);
  if (*at != 0) {
    Entry& entry = entries_[*at - 1];
    entry.confidence = std::max(entry.confidence, indicator.confidence);
    entry.first = entry.first == 0 ? first : first == 0 ? entry.first : std::min(entry.first, first);
    entry.last = std::max(entry.last, last);
    entry.until = entry.until == 0 || until == 0 ? 0 : std::max(entry.until, until);  // somebody still stands by it
    entry.control |= indicator.control;
    entry.part &= indicator.part;
    entry.sources = with_source(entry.sources);
    return true;
  }
  if (values_.size() + key.size() > UINT32_MAX || entries_.size() >= UINT32_MAX - 1) return false;
  Entry entry{};
  entry.at = static_cast<std::uint32_t>(values_.size());
  entry.size = static_cast<std::uint16_t>(key.size());
  entry.type = static_cast<std::uint8_t>(indicator.type) & 15;
  entry.control = indicator.control;
  entry.part = indicator.part;
  entry.confidence = std::min<std::uint8_t>(indicator.confidence, 100);
  entry.first = first;
  entry.last = last;
  entry.until = until;
  if (!indicator.name.empty()) {
    const std::string text = indicator.name.substr(0, kTextMax);
    if (const auto known = text_numbers_.find(text); known != text_numbers_.end()) {
      entry.name = known->second;
    } else if (texts_.size() < kTextsMax) {
      entry.name = static_cast<std::uint32_t>(texts_.size());
      text_numbers_.emplace(text, entry.name);
      texts_.push_back(text);
    }
  }
  entry.sources = with_source(0);
  values_ += key;
  entries_.push_back(entry);
  *at = static_cast<Number>(entries_.size());
  ++counts_[static_cast<std::size_t>(indicator.type)];
  return true;
}

void Set::warn(const WarningLists& lists) {
  std::map<std::string, std::uint16_t, std::less<>> numbers;
  for (Entry& entry : entries_) {
    const auto type = static_cast<Type>(entry.type);
    const std::string value = value_text(type, value_of(entry));
    Listed listed;
    switch (type) {
      case Type::address:
        listed = lists.of(*Ip::parse(value));
        break;
      case Type::domain:
        listed = lists.of(std::string_view(value));
        break;
      case Type::mail:
        listed = lists.of(std::string_view(value).substr(value.find('@') + 1));
        break;
      case Type::hash:
        listed = lists.of_value(value);
        break;
      case Type::prefix:  // the network as such isn't on a list of addresses
      case Type::agent:
      case Type::url:  // a bad page on a popular site stays bad; its whole address says which
        break;
    }
    if (!listed) continue;
    ++warned_;
    entry.kind = static_cast<std::uint16_t>(listed.kind);
    const auto [at, is_new] = numbers.try_emplace(std::string(listed.list), static_cast<std::uint16_t>(lists_.size()));
    if (is_new) lists_.emplace_back(listed.list);
    entry.list = at->second;
  }
}

void Set::finish() {
  entries_.shrink_to_fit();
  values_.shrink_to_fit();
  text_numbers_ = {};
  filter_.assign(std::bit_ceil(std::max<std::size_t>(64, entries_.size() * 12)) / 64, 0);
  for (const Entry& entry : entries_) {
    const auto type = static_cast<Type>(entry.type);
    const std::string_view key = value_of(entry);
    const std::uint64_t hash = hash_of(type, key);
    for (const std::uint64_t bit : {first_bit(hash), second_bit(hash)})
      filter_[bit / 64] |= std::uint64_t{1} << bit % 64;
    if (type == Type::prefix) {
      const int length = static_cast<unsigned char>(key[16]);
      Ip ip;
      std::memcpy(ip.bytes.data(), key.data(), 16);
      lengths_[!ip.is_v4()][length / 64] |= std::uint64_t{1} << length % 64;
    }
    if (type == Type::url) url_hosts_.push_back(hash64(host_of(key), kHostSeed));
  }
  std::ranges::sort(url_hosts_);
  const auto [first, last] = std::ranges::unique(url_hosts_);
  url_hosts_.erase(first, last);
  url_hosts_.shrink_to_fit();
}

std::size_t Set::memory() const {
  std::size_t sum = entries_.capacity() * sizeof(Entry) + values_.capacity() + table_.capacity() * sizeof(Number) +
                    filter_.capacity() * 8 + url_hosts_.capacity() * 8;
  for (const std::string& text : texts_) sum += sizeof(text) + text.size();
  return sum;
}

const Set::Entry* Set::look(Type type, std::string_view key, Number& number) const {
  if (table_.empty()) return nullptr;
  const std::uint64_t hash = hash_of(type, key);
  for (const std::uint64_t bit : {first_bit(hash), second_bit(hash)})
    if (!(filter_[bit / 64] >> bit % 64 & 1)) return nullptr;
  for (std::size_t at = hash & (table_.size() - 1); table_[at] != 0; at = (at + 1) & (table_.size() - 1)) {
    const Entry& entry = entries_[table_[at] - 1];
    if (entry.type != static_cast<std::uint8_t>(type) || value_of(entry) != key) continue;
    number = table_[at] - 1;
    return &entry;
  }
  return nullptr;
}

void Set::find(Type type, std::string_view value, std::vector<Number>& out) const {
  if (count(type) == 0) return;
  Number number = 0;
  const bool binary = type == Type::address || type == Type::prefix || type == Type::hash;
  if (binary ? look(type, key_of(type, value), number) : look(type, value, number)) out.push_back(number);
}

void Set::find(const Ip& address, std::vector<Number>& out) const {
  Number number = 0;
  const std::string_view bytes(reinterpret_cast<const char*>(address.bytes.data()), 16);
  if (count(Type::address) > 0 && look(Type::address, bytes, number)) out.push_back(number);
  if (count(Type::prefix) == 0) return;
  const auto& lengths = lengths_[!address.is_v4()];
  char key[17];
  for (std::size_t word = 0; word < std::size(lengths); ++word)
    for (std::uint64_t left = lengths[word]; left != 0; left &= left - 1) {
      const int length = static_cast<int>(word * 64) + __builtin_ctzll(left);
      const Ip masked = address.prefix(length);
      std::memcpy(key, masked.bytes.data(), 16);
      key[16] = static_cast<char>(length);
      if (look(Type::prefix, {key, 17}, number)) out.push_back(number);
    }
}

bool Set::has_url_host(std::string_view host) const {
  return !url_hosts_.empty() && std::ranges::binary_search(url_hosts_, hash64(host, kHostSeed));
}

Set::Described Set::describe(Number number) const {
  const Entry& entry = entries_[number];
  Described out;
  out.indicator.type = static_cast<Type>(entry.type);
  out.indicator.value = value_text(out.indicator.type, value_of(entry));
  out.indicator.confidence = entry.confidence;
  out.indicator.first = time_of(entry.first);
  out.indicator.last = time_of(entry.last);
  out.indicator.until = time_of(entry.until);
  out.indicator.control = entry.control;
  out.indicator.part = entry.part;
  out.indicator.name = texts_[entry.name];
  for (const std::uint32_t source : source_sets_[entry.sources]) out.sources.push_back(sources_[source]);
  out.kind = static_cast<ListKind>(entry.kind);
  out.list = lists_[entry.list];
  return out;
}

}  // namespace tocsin::indicators
