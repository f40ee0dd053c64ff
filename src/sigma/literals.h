// LiteralIndex: which of many literals does a text hold? Built once, const and shared by threads.
//
// Literals anchored at an end (or at both) cost one hash lookup a kind, however many there are. The others are found
// by their rarest few bytes: a bit tested at every fourth or second position, then a comparison where the bit is set.
// Literals with bytes outside ASCII are looked for in texts that have some. Nothing here depends on the number of
// literals but memory, and no text makes a scan longer than linear.
#pragma once
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"

namespace tocsin::sigma {

enum class Anchor : std::uint8_t { whole, head, tail, none };

class LiteralIndex {
 public:
  // A text must be followed by this many readable bytes.
  static constexpr std::size_t kOverread = 8;

  // The same pair may be added twice; each id is then reported. `literal` is copied, and not empty unless `whole`.
  void add(std::string_view literal, Anchor anchor, std::uint32_t id);
  void build();  // after the last add(), before the first find()

  // Calls found(id) for each literal in the text, in no order, perhaps more than once. False from found() stops.
  template <class Found>
  void find(std::string_view text, Found&& found) const;

  bool empty() const { return literals_.empty(); }
  template <class Visit>
  void each(Visit&& visit) const {  // visit(literal, anchor, id)
    for (const Literal& literal : literals_) visit(text_of(literal), literal.anchor, literal.id);
  }
  std::size_t memory() const;

 private:
  struct Literal {
    std::uint64_t first;        // its first 8 bytes; of a shorter one all, then zeros
    std::uint32_t begin, size;  // in texts_
    std::uint32_t id;
    Anchor anchor;
  };
  struct Bucket {
    std::uint64_t key = 0;
    std::uint32_t begin = 0, end = 0;  // in the owner's entries; end 0: free
  };
  struct Entry {
    std::uint32_t literal;
    std::uint32_t offset;  // of the key in the literal
  };
  // Keys → entries, with a bit for each key's hash in front.
  struct Table {
    std::vector<std::uint64_t> bits;
    std::vector<Bucket> buckets;
    std::vector<Entry> entries;
    unsigned bits_shift = 63, bucket_shift = 63;

    void build(std::vector<std::pair<std::uint64_t, Entry>> pairs);
    static std::uint64_t mix(std::uint64_t key) { return key * 0x9e3779b97f4a7c15; }
    bool may_have(std::uint64_t mixed) const {
      const std::uint64_t bit = mixed >> bits_shift;
      return bits[bit >> 6] >> (bit & 63) & 1;
    }
    const Bucket* find(std::uint64_t key, std::uint64_t mixed) const {
      for (std::size_t at = mixed >> bucket_shift;; at = (at + 1) & (buckets.size() - 1)) {
        if (buckets[at].end == 0) return nullptr;
        if (buckets[at].key == key) return &buckets[at];
      }
    }
  };

  // The tables of one scan, by the length of the literals.
  struct Scan {
    Table two;    // 2: by 2 bytes at any place
    Table three;  // 3: by 2 bytes at each second place
    Table few;    // 4 to 6: by 3 bytes at each second place
    Table some;   // 7 to 10: by 4 bytes at each fourth place
    Table many;   // longer ones: by 8 bytes at each fourth place
    bool any = false;
  };

  // How a text's key is taken for anchored literals.
  enum class Probe : std::uint8_t { whole, backslash, slash, head, tail };
  struct Probing {
    Probe probe;
    std::uint8_t size;  // of head and tail keys, 1 … 8
    Table table;
  };

  static std::uint64_t load8(const char* at) {
    std::uint64_t word;
    std::memcpy(&word, at, 8);
    return word;
  }
  static std::uint64_t load(const char* at, std::size_t size) {  // needs 8 readable bytes
    return size == 8 ? load8(at) : load8(at) & ((std::uint64_t{1} << (8 * size)) - 1);
  }
  // Of a text's ends and size: what is behind the same key is compared anyway.
  static std::uint64_t short_key(std::string_view text) {
    if (text.size() < 8) return load(text.data(), text.size()) ^ std::uint64_t{text.size()} << 56;
    return (load8(text.data()) ^ std::uint64_t{text.size()} << 48) * 0xd6e8feb86659fd93 ^
           load8(text.data() + text.size() - 8);
  }
  static std::uint64_t load_tail(const char* end, std::size_t size) {
    std::uint64_t word = 0;
    std::memcpy(&word, end - size, size);
    return word;
  }

  // Most comparisons end with the first 8 bytes. `at` has as many readable bytes as the literal, and 8.
  bool stands_at(const Literal& literal, const char* at) const {
    if (literal.size <= 8) return load(at, literal.size) == literal.first;
    return load8(at) == literal.first && std::memcmp(at + 8, texts_.data() + literal.begin + 8, literal.size - 8) == 0;
  }
  std::string_view text_of(const Literal& literal) const { return {texts_.data() + literal.begin, literal.size}; }
  void build_anchored();
  void build_floating(Scan& tables, bool foreign);
  static bool key_of(Probe probe, std::size_t size, std::string_view text, std::uint64_t& key);

  template <class Found>
  bool report(const Table& table, std::uint64_t key, std::uint64_t mixed, std::string_view text, std::size_t at,
              Found& found) const {
    const Bucket* bucket = table.find(key, mixed);
    if (bucket == nullptr) return true;
    for (std::uint32_t i = bucket->begin; i < bucket->end; ++i) {
      const Entry& entry = table.entries[i];
      const Literal& literal = literals_[entry.literal];
      const std::size_t start = at - entry.offset;  // wraps to a huge number before the text's start
      if (start > text.size() || literal.size > text.size() - start) continue;
      if (stands_at(literal, text.data() + start) && !found(literal.id)) return false;
    }
    return true;
  }

  template <class Found>
  bool scan(const Scan& tables, std::string_view text, Found& found) const;

  std::vector<Literal> literals_;
  std::string texts_;
  std::vector<Probing> probes_;
  Scan ascii_, foreign_;
  std::vector<std::uint32_t> singles_;  // literals of one byte
};

template <class Found>
void LiteralIndex::find(std::string_view text, Found&& found) const {
  for (const Probing& probing : probes_) {
    std::uint64_t key;
    if (!key_of(probing.probe, probing.size, text, key)) continue;
    const std::uint64_t mixed = Table::mix(key);
    if (!probing.table.may_have(mixed)) continue;
    const Bucket* bucket = probing.table.find(key, mixed);
    if (bucket == nullptr) continue;
    for (std::uint32_t i = bucket->begin; i < bucket->end; ++i) {
      const Literal& literal = literals_[probing.table.entries[i].literal];
      if (literal.size > text.size()) continue;
      const bool fits = literal.anchor == Anchor::tail ? stands_at(literal, text.data() + (text.size() - literal.size))
                        : literal.anchor == Anchor::head
                            ? stands_at(literal, text.data())
                            : literal.size == text.size() && stands_at(literal, text.data());
      if (fits && !found(literal.id)) return;
    }
  }
  for (const std::uint32_t single : singles_)
    if (!text.empty() && std::memchr(text.data(), static_cast<unsigned char>(literals_[single].first), text.size()) &&
        !found(literals_[single].id))
      return;
  if (ascii_.any && !scan(ascii_, text, found)) return;
  if (foreign_.any && !is_ascii(text)) scan(foreign_, text, found);
}

template <class Found>
bool LiteralIndex::scan(const Scan& tables, std::string_view text, Found& found) const {
  // Reads up to 8 bytes past the end; report() checks that a literal lies inside.
  const auto walk = [&](const Table& table, std::uint64_t mask, std::size_t stride) {
    if (table.bits.empty()) return true;
    const char* const end = text.data() + text.size();
    for (const char* at = text.data(); at < end; at += stride) {
      const std::uint64_t key = load8(at) & mask, mixed = Table::mix(key);
      if (table.may_have(mixed) && !report(table, key, mixed, text, static_cast<std::size_t>(at - text.data()), found))
        return false;
    }
    return true;
  };
  return walk(tables.many, ~std::uint64_t{0}, 4) && walk(tables.some, 0xffffffff, 4) && walk(tables.few, 0xffffff, 2) &&
         walk(tables.three, 0xffff, 2) && walk(tables.two, 0xffff, 1);
}

}  // namespace tocsin::sigma
