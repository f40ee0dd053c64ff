// FieldSink: where a reader's walk over a record puts the fields it finds.
//
// The same walk serves both uses of a record: with a FieldTable it keeps the
// demanded fields of an Event, with a Record it keeps all. So what a rule sees
// and what is shown cannot drift apart.
#pragma once
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "event/demand.h"
#include "event/event.h"
#include "event/record.h"

namespace tocsin {

// A Demand made fast to ask: one probe says whether a name is demanded and
// whether a demanded name continues below it ("userIdentity" of "userIdentity.type").
class FieldTable {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;
  struct Entry {
    std::uint64_t hash = 0;
    std::string_view name;  // in the Demand; data() is nullptr in an empty place
    std::uint32_t slot = kNone;
    bool below = false;
  };

  explicit FieldTable(const Demand& demand);
  const Entry* find(std::string_view name) const {
    const std::uint64_t hash = hash_of(name);
    for (std::size_t at = hash & mask_;; at = (at + 1) & mask_) {
      const Entry& entry = entries_[at];
      if (!entry.name.data()) return nullptr;
      if (entry.hash == hash && entry.name == name) return &entry;
    }
  }

 private:
  // Reads at most 24 bytes of the name: the table's own names are few and not the attacker's.
  static std::uint64_t hash_of(std::string_view name) {
    const auto load8 = [](const char* from) {
      std::uint64_t word;
      std::memcpy(&word, from, 8);
      return word;
    };
    const auto load4 = [](const char* from) {
      std::uint32_t word;
      std::memcpy(&word, from, 4);
      return std::uint64_t{word};
    };
    const std::size_t size = name.size();
    const char* data = name.data();
    std::uint64_t a = 0, b = 0;
    if (size >= 8) {
      a = load8(data) ^ load8(data + size / 2 - 4) * 0x9e3779b97f4a7c15;
      b = load8(data + size - 8);
    } else if (size >= 4) {
      a = load4(data);
      b = load4(data + size - 4);
    } else if (size > 0) {
      a = static_cast<unsigned char>(data[0]) |
          static_cast<std::uint64_t>(static_cast<unsigned char>(data[size / 2])) << 8 |
          static_cast<std::uint64_t>(static_cast<unsigned char>(data[size - 1])) << 16;
    }
    std::uint64_t hash = (a ^ (b << 23 | b >> 41)) * 0xd6e8feb86659fd93 ^ size;
    hash ^= hash >> 32;
    hash *= 0x9e3779b97f4a7c15;
    return hash ^ hash >> 29;
  }
  void insert(std::string_view name, std::uint32_t slot, bool below);

  std::vector<Entry> entries_;
  std::size_t mask_ = 0;
};

class FieldSink {
 public:
  // Keeps demanded fields, in `fields`; decoded text goes to `arena`.
  FieldSink(const FieldTable& table, Arena& arena, std::vector<Field>& fields)
      : table_(&table), arena_(&arena), fields_(&fields) {}
  // Keeps everything.
  explicit FieldSink(Record& record) : arena_(&record.memory), record_(&record) {}

  struct Want {
    std::uint32_t slot = FieldTable::kNone;
    bool value = false;  // the field itself
    bool below = false;  // something whose name begins with "name."
    explicit operator bool() const { return value; }
  };
  Want want(std::string_view name) const {
    if (record_) return {0, true, true};
    const FieldTable::Entry* entry = table_->find(name);
    if (!entry) return {};
    return {entry->slot, entry->slot != FieldTable::kNone, entry->below};
  }
  // Of one record; what comes after is left out, and left_out() says so. No real record comes near, and a hostile one
  // must not fill the memory with references to itself.
  static constexpr std::size_t kFieldsMax = 100'000;
  bool left_out() const { return count_ > kFieldsMax; }

  bool wants_all() const { return record_ != nullptr; }

  // `want` is want(name); the value must live as long as the batch or record: see arena(). The name is copied.
  void put(Want want, std::string_view name, const Value& value) {
    if (++count_ > kFieldsMax) return;
    if (record_) {
      record_->fields.push_back({record_->memory.copy(name), value});
    } else {
      fields_->push_back({value, static_cast<Slot>(want.slot)});
    }
  }
  Arena& arena() { return *arena_; }

 private:
  const FieldTable* table_ = nullptr;
  Arena* arena_;
  std::vector<Field>* fields_ = nullptr;
  Record* record_ = nullptr;
  std::size_t count_ = 0;
};

// A name put together from parts, without allocating. What doesn't fit is cut off, between characters; no vendor's
// names come close.
class NameBuffer {
 public:
  static constexpr std::size_t kRoom = 512;
  std::string_view text() const { return {data_, size_}; }
  std::size_t size() const { return size_; }
  bool cut() const { return cut_; }
  void resize(std::size_t size) {
    size_ = size;
    cut_ = false;
  }
  NameBuffer& add(std::string_view part) {
    std::size_t count = part.size();
    if (count > kRoom - size_) {
      count = kRoom - size_;
      while (count > 0 && (part[count] & 0xc0) == 0x80) --count;
      cut_ = true;
    }
    std::memcpy(data_ + size_, part.data(), count);
    size_ += count;
    return *this;
  }

 private:
  char data_[kRoom];
  std::size_t size_ = 0;
  bool cut_ = false;
};

}  // namespace tocsin
