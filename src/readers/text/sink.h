// Where a parser of lines puts the fields it finds: the demanded ones into an
// event, or all of them into a Record. One parser serves decode() and describe().
//
// A reader lists the names that it may give in a constant array; a parser names them by index, and their slots were
// looked up when the reader opened. Names read from the line itself go through put(name, …).
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "event/demand.h"
#include "event/event.h"
#include "event/record.h"

namespace tocsin::text {

class Names {
 public:
  Names(const Demand& demand, std::span<const std::string_view> fixed);
  int slot(std::size_t fixed) const { return slots_[fixed]; }  // -1: not demanded
  std::string_view name(std::size_t fixed) const { return fixed_[fixed]; }
  // -1: not demanded. Most names are refused by their first byte and length.
  int find(std::string_view name) const {
    if (name.empty() || !(lengths_[static_cast<unsigned char>(name[0])] >> (name.size() & 63) & 1)) return -1;
    const auto slot = demand_->find(name);
    return slot ? *slot : -1;
  }

 private:
  const Demand* demand_;
  std::span<const std::string_view> fixed_;
  std::vector<int> slots_;
  std::array<std::uint64_t, 256> lengths_{};
};

class Sink {
 public:
  Sink(const Names& names, std::vector<Field>& fields, Arena& memory)
      : names_(names), fields_(&fields), memory_(memory) {}
  Sink(const Names& names, Record& record) : names_(names), record_(&record), memory_(record.memory) {}

  Arena& memory() { return memory_; }
  // The line holds invalid UTF-8: every value is repaired.
  void set_repair(bool repair) { repair_ = repair; }

  bool wants(std::size_t fixed) const { return record_ || names_.slot(fixed) >= 0; }
  bool wants(std::string_view name) const { return record_ || repair_ || names_.find(name) >= 0; }
  // Values must live as long as the memory or the record's bytes.
  void put(std::size_t fixed, std::string_view value, Kind kind = Kind::string) {
    if (record_) {
      record_->fields.push_back({names_.name(fixed), make(value, kind)});
    } else if (const int slot = names_.slot(fixed); slot >= 0) {
      fields_->push_back({make(value, kind), static_cast<Slot>(slot)});
    }
  }
  // The same for a name found in the record. Empty names are dropped.
  void put(std::string_view name, std::string_view value, Kind kind = Kind::string) {
    if (repair_) name = repaired(name);
    if (record_) {
      if (!name.empty()) record_->fields.push_back({name, make(value, kind)});
    } else if (const int slot = names_.find(name); slot >= 0) {
      fields_->push_back({make(value, kind), static_cast<Slot>(slot)});
    }
  }
  // The same for a name whose slot the caller looked up before (Names::find).
  void put(int slot, std::string_view name, std::string_view value, Kind kind = Kind::string) {
    if (record_) {
      if (!name.empty()) record_->fields.push_back({name, make(value, kind)});
    } else if (slot >= 0) {
      fields_->push_back({make(value, kind), static_cast<Slot>(slot)});
    }
  }
  bool wants_slot(int slot) const { return record_ || slot >= 0; }
  // A value that must be made first: make_text(memory) is called only if the field is wanted.
  template <class F>
  void put_made(std::size_t fixed, F&& make_text) {
    if (wants(fixed)) put(fixed, make_text(memory_));
  }

 private:
  Value make(std::string_view value, Kind kind) {
    if (repair_ && !is_ascii(value)) value = repaired(value);
    return {value, kind};
  }
  std::string_view repaired(std::string_view value) { return is_utf8(value) ? value : memory_.copy(to_utf8(value)); }

  const Names& names_;
  std::vector<Field>* fields_ = nullptr;
  Record* record_ = nullptr;
  Arena& memory_;
  bool repair_ = false;
};

// Moves the collected fields into the arena.
inline std::span<const Field> store(const std::vector<Field>& fields, Arena& arena) {
  if (fields.empty()) return {};
  const std::span<Field> out = arena.array<Field>(fields.size());
  std::copy(fields.begin(), fields.end(), out.begin());
  return out;
}

}  // namespace tocsin::text
