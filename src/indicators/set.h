// Set: millions of indicators, looked up by value.
//
// Filled once, by one thread, then const and shared. An indicator costs its value (addresses and hashes in binary), 32
// bytes of what is said of it and about 14 of tables; memory() says what all of it holds. The same value said in
// several files is one indicator with several sources: its confidence is the highest, its time the latest.
#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/ip.h"
#include "base/result.h"
#include "indicators/indicator.h"
#include "indicators/warning_lists.h"

namespace tocsin::indicators {

using Number = std::uint32_t;  // of an indicator in the set

class Set {
 public:
  Set();
  // Where the indicators that follow come from; what they are named as in findings.
  void begin_source(std::string_view name);
  // An indicator in normal form. False when the set is full (4 billion bytes of values).
  bool add(const Indicator& indicator);
  // Marks the indicators that warning lists know. After the last add.
  void warn(const WarningLists& lists);
  void finish();  // after all else, before the first look

  std::size_t size() const { return entries_.size(); }
  std::size_t count(Type type) const { return counts_[static_cast<std::size_t>(type)]; }
  std::size_t warned() const { return warned_; }
  std::size_t memory() const;  // bytes held

  struct Described {
    Indicator indicator;
    std::vector<std::string> sources;  // in the order of begin_source()
    ListKind kind = ListKind::none;    // of the warning list
    std::string list;                  // "" none
  };
  Described describe(Number number) const;

  // Looking up; `value` in normal form, domains exactly. Appends to `out`.
  void find(Type type, std::string_view value, std::vector<Number>& out) const;
  void find(const Ip& address, std::vector<Number>& out) const;  // itself and the prefixes around it
  // Some URL has this host: "evil.example", "192.0.2.1".
  bool has_url_host(std::string_view host) const;

 private:
  struct Entry {
    std::uint32_t at;    // of the value in values_
    std::uint16_t size;  // of the value
    std::uint8_t type : 4, control : 1, part : 1;
    std::uint8_t confidence;
    std::uint32_t first, last, until;  // seconds since 1970, 0: not known
    std::uint32_t name, sources;       // numbers of texts_ and source_sets_
    std::uint16_t list;                // of lists_
    std::uint16_t kind;
  };
  static_assert(sizeof(Entry) == 32);

  std::uint64_t first_bit(std::uint64_t hash) const { return hash >> 32 & (filter_.size() * 64 - 1); }
  std::uint64_t second_bit(std::uint64_t hash) const {
    return hash * 0x9e3779b97f4a7c15 >> 24 & (filter_.size() * 64 - 1);
  }
  static std::uint64_t hash_of(Type type, std::string_view key);
  Number* slot(Type type, std::string_view key, std::uint64_t hash);
  const Entry* look(Type type, std::string_view key, Number& number) const;
  void grow();
  std::string_view value_of(const Entry& entry) const { return std::string_view(values_).substr(entry.at, entry.size); }
  std::uint32_t with_source(std::uint32_t set);

  std::vector<Entry> entries_;
  std::string values_;
  std::vector<Number> table_;          // open addressing; number + 1
  std::vector<std::uint64_t> filter_;  // two bits a value: most of what is looked for is in no set
  std::vector<std::string> texts_;
  std::unordered_map<std::string, std::uint32_t> text_numbers_;
  std::vector<std::string> sources_;
  std::vector<std::vector<std::uint32_t>> source_sets_;
  std::map<std::vector<std::uint32_t>, std::uint32_t> source_numbers_;
  std::vector<std::string> lists_;
  std::vector<std::uint64_t> url_hosts_;  // hashes, sorted
  std::size_t counts_[kTypes] = {};
  std::size_t warned_ = 0;
  std::uint64_t lengths_[2][3] = {};  // prefix lengths that occur, as bits: IPv4, IPv6
};

}  // namespace tocsin::indicators
