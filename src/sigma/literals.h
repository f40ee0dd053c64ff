// LiteralIndex: which of many literals does a text hold? Built once, const and shared by threads.
//
// Literals anchored at an end (or at both) cost one hash lookup a kind, however many there are. The others are found
// by their rarest few bytes: one bit tested for every text position or every fourth, then a comparison where the bit is
// set. Nothing here depends on the number of literals but memory, and no text makes a scan longer than linear.
#pragma once
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

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
  static std::uint64_t load_tail(const char* end, std::size_t size) {
    std::uint64_t word = 0;
    std::memcpy(&word, end - size, size);
    return word;
  }

  std::string_view text_of(const Literal& literal) const { return {texts_.data() + literal.begin, literal.size}; }
  void build_anchored();
  void build_floating();
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
      if (std::memcmp(text.data() + start, texts_.data() + literal.begin, literal.size) == 0 && !found(literal.id))
        return false;
    }
    return true;
  }

  std::vector<Literal> literals_;
  std::string texts_;
  std::vector<Probing> probes_;
  Table pairs_;                                      // 2 bytes: literals of 2 and 3
  Table fours_;                                      // 4 bytes at any position: literals of 4 to 6
  Table strided_;                                    // 4 bytes at each fourth position: literals of 7 to 10
  Table wide_;                                       // 8 bytes at each fourth position: longer ones
  std::vector<std::vector<std::uint32_t>> singles_;  // literals of one byte, by byte; empty when there are none
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
      const bool fits = literal.anchor == Anchor::tail   ? text.ends_with(text_of(literal))
                        : literal.anchor == Anchor::head ? text.starts_with(text_of(literal))
                                                         : text == text_of(literal);
      if (fits && !found(literal.id)) return;
    }
  }
  const char* const begin = text.data();
  const std::size_t size = text.size();
  if (!singles_.empty()) {
    for (std::size_t at = 0; at < size; ++at)
      for (const std::uint32_t literal : singles_[static_cast<unsigned char>(begin[at])])
        if (!found(literals_[literal].id)) return;
  }
  if (!pairs_.bits.empty()) {
    for (std::size_t at = 0; at + 2 <= size; ++at) {
      const std::uint64_t key = load(begin + at, 2), mixed = Table::mix(key);
      if (pairs_.may_have(mixed) && !report(pairs_, key, mixed, text, at, found)) return;
    }
  }
  if (!fours_.bits.empty()) {
    for (std::size_t at = 0; at + 4 <= size; ++at) {
      const std::uint64_t key = load(begin + at, 4), mixed = Table::mix(key);
      if (fours_.may_have(mixed) && !report(fours_, key, mixed, text, at, found)) return;
    }
  }
  if (!strided_.bits.empty()) {
    for (std::size_t at = 0; at + 4 <= size; at += 4) {
      const std::uint64_t key = load(begin + at, 4), mixed = Table::mix(key);
      if (strided_.may_have(mixed) && !report(strided_, key, mixed, text, at, found)) return;
    }
  }
  if (!wide_.bits.empty()) {
    for (std::size_t at = 0; at + 8 <= size; at += 4) {
      const std::uint64_t key = load8(begin + at), mixed = Table::mix(key);
      if (wide_.may_have(mixed) && !report(wide_, key, mixed, text, at, found)) return;
    }
  }
}

}  // namespace tocsin::sigma
