// Fields: what a mapping reads from. The same names mean a template's captures and a reader's fields, so that `map`,
// `set`, `as` and `table` work alike over a line of text and over a structured record.
//
// Names become FieldRefs when definitions are compiled. A capture is looked for first, then the reader's field.
#pragma once
#include <algorithm>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "event/activity.h"
#include "event/event.h"
#include "event/record.h"

namespace tocsin::products {

// What a template took from the text: `<name:type>`. Templates number their captures; unnamed ones are left out.
struct Capture {
  std::string_view value;            // within the text (or the scratch, when a quoted text had to be unescaped)
  std::uint32_t begin = 0, end = 0;  // the bytes of the text that it was taken from
  bool present = false;              // false: it stands in an optional part that this line lacks
  bool ambiguous = false;            // another reading of the line gives another value
};

// The grade that a field has where no definition says one: names of users, agents, requests and the like are the
// attacker's, reverse names and forwarded addresses a peer's word, all else is the logging program's own.
Provenance default_grade(std::string_view ecs);

// A definition's grade for the ECS field, the message's or record's before the definition's own before the default.
// A value taken from an ambiguous capture is ambiguous whatever this says.

struct FieldRef {
  enum class Kind : std::uint8_t { none, capture, reader };
  Kind kind = Kind::none;
  std::uint16_t index = 0;  // of the capture; of the name in FieldNames
  explicit operator bool() const { return kind != Kind::none; }
};

// The readers' fields that all definitions use, numbered. One for the whole catalog.
class FieldNames {
 public:
  std::uint16_t add(std::string_view name);  // the same name gives the same number
  std::span<const std::string> names() const { return names_; }
  // Fills the slots of those whose flag is set (the ones that activities need), once, before the first reader opens.
  void demand(Demand& demand, const std::vector<bool>& wanted);
  int slot(std::uint16_t index) const { return index < slots_.size() ? slots_[index] : -1; }  // -1: not demanded

 private:
  std::vector<std::string> names_;
  std::map<std::string, std::uint16_t, std::less<>> numbers_;
  std::vector<int> slots_;
};

// Where in an event the first field of each slot stands, so that asking for a field that isn't there costs nothing.
class SlotPlaces {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;
  static constexpr std::size_t kFew = 12;  // fields that are looked through sooner than indexed
  void fill(const Event& event) {
    for (const Slot slot : used_) first_[slot] = kNone;
    used_.clear();
    few_ = event.fields.size() <= kFew ? &event : nullptr;
    if (few_) return;
    for (std::uint32_t i = 0; i < event.fields.size(); ++i) {
      const Slot slot = event.fields[i].slot;
      if (slot >= first_.size()) first_.resize(slot + std::size_t{1}, kNone);
      if (first_[slot] != kNone) continue;
      first_[slot] = i;
      used_.push_back(slot);
    }
  }
  std::uint32_t first(int slot) const {
    if (few_) {
      for (std::uint32_t i = 0; i < few_->fields.size(); ++i)
        if (few_->fields[i].slot == slot) return i;
      return kNone;
    }
    return static_cast<std::size_t>(slot) < first_.size() ? first_[static_cast<std::size_t>(slot)] : kNone;
  }

 private:
  const Event* few_ = nullptr;
  std::vector<std::uint32_t> first_;
  std::vector<Slot> used_;
};

// One record's fields: the demanded ones of an event (fast, for activities), or all of a described record.
class Fields {
 public:
  Fields(const FieldNames& names, const Event& event, std::span<const Capture> captures = {})
      : names_(names), event_(event), captures_(captures) {}
  // `places` is filled from the event.
  Fields(const FieldNames& names, const Event& event, const SlotPlaces& places)
      : names_(names), event_(event), places_(&places) {}
  Fields(const FieldNames& names, const Event& event, const Record& record, std::span<const Capture> captures = {})
      : names_(names), event_(event), record_(&record), captures_(captures) {}

  Fields with(std::span<const Capture> captures) const {
    Fields out = *this;
    out.captures_ = captures;
    return out;
  }

  const Event& event() const { return event_; }
  const Capture* capture(FieldRef ref) const {
    return ref.kind == FieldRef::Kind::capture && captures_[ref.index].present ? &captures_[ref.index] : nullptr;
  }

  // Calls f(std::string_view value, bool ambiguous) for each value of the field until it returns true ("taken"). In a
  // line of pairs a name that stands twice with different values is ambiguous: no device writes that, but a user's name
  // with a quotation mark in it does where the device doesn't escape them.
  template <class F>
  bool each(FieldRef ref, F&& f) const {
    if (ref.kind == FieldRef::Kind::capture) {
      const Capture& capture = captures_[ref.index];
      return capture.present && f(capture.value, capture.ambiguous);
    }
    if (ref.kind != FieldRef::Kind::reader) return false;
    if (record_) {
      const std::string& name = names_.names()[ref.index];
      return give(record_->fields, [&](const Record::Entry& entry) { return entry.name == name; }, f);
    }
    const int slot = names_.slot(ref.index);
    if (slot < 0) return false;
    const std::uint32_t from = places_ ? places_->first(slot) : 0;
    return from != SlotPlaces::kNone &&
           give(event_.fields.subspan(from), [&](const Field& field) { return field.slot == slot; }, f);
  }

  // Calls f(std::size_t which, std::string_view value) for each value of these readers' fields, in the record's order,
  // until it returns true.
  template <class F>
  bool each_of(std::span<const FieldRef> refs, F&& f) const {
    if (record_) {
      for (const Record::Entry& entry : record_->fields)
        for (std::size_t i = 0; i < refs.size(); ++i)
          if (entry.name == names_.names()[refs[i].index]) {
            if (!entry.value.is_null() && f(i, entry.value.text())) return true;
            break;
          }
      return false;
    }
    std::uint32_t from = places_ ? SlotPlaces::kNone : 0;
    if (places_)
      for (const FieldRef ref : refs)
        if (const int slot = names_.slot(ref.index); slot >= 0) from = std::min(from, places_->first(slot));
    if (from == SlotPlaces::kNone) return false;
    for (const Field& field : event_.fields.subspan(from))
      for (std::size_t i = 0; i < refs.size(); ++i)
        if (names_.slot(refs[i].index) == field.slot) {
          if (!field.value.is_null() && f(i, field.value.text())) return true;
          break;
        }
    return false;
  }

  // The first value that isn't empty; "" if none.
  std::string_view first(FieldRef ref) const {
    if (ref.kind == FieldRef::Kind::reader && places_ && !record_) {  // of most records: no list to look through
      const int slot = names_.slot(ref.index);
      const std::uint32_t from = slot < 0 ? SlotPlaces::kNone : places_->first(slot);
      if (from == SlotPlaces::kNone) return {};
      for (const Field& field : event_.fields.subspan(from))
        if (field.slot == slot && !field.value.is_null() && field.value.size > 0) return field.value.text();
      return {};
    }
    std::string_view out;
    each(ref, [&](std::string_view value, bool) {
      if (!value.empty()) out = value;
      return !value.empty();
    });
    return out;
  }

 private:
  static bool writes_pairs(std::string_view source);

  template <class List, class Is, class F>
  bool give(const List& list, Is&& is, F& f) const {
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (!is(list[i]) || list[i].value.is_null()) continue;
      bool contested = false;
      for (std::size_t k = i + 1; !contested && k < list.size(); ++k)
        contested = is(list[k]) && list[k].value.text() != list[i].value.text();
      contested = contested && writes_pairs(event_.source);
      for (std::size_t k = i; k < list.size(); ++k)
        if (is(list[k]) && !list[k].value.is_null() && f(list[k].value.text(), contested)) return true;
      return false;
    }
    return false;
  }

  const FieldNames& names_;
  const Event& event_;
  const Record* record_ = nullptr;
  const SlotPlaces* places_ = nullptr;
  std::span<const Capture> captures_;
};

// The names that one template captures, in order: what FieldRef::index means.
using CaptureNames = std::vector<std::string>;

// The seam. mapping.h (records' side) gives, for a Definition and one of its messages or records:
//   Mapping::compile(const Definition&, const Meaning&, const CaptureNames&, FieldNames&) -> Result<Mapping>
//       a capture with an ECS name (one that has a dot, or stands in the list of known ones) maps itself
//   mapping.read(const Fields&, Scratch&, Reading&)          all ECS fields, graded
//   mapping.activity(const Fields&, Scratch&, Activity&) -> bool       the activity alone, fast
//   mapping.needs(std::vector<bool>& wanted)                 the FieldNames that activity() asks for
//   Conditions::compile(const When&, FieldNames&), conditions.hold(const Fields&)
// The catalog calls these; it finds the product, picks the message or record, and makes captures.

}  // namespace tocsin::products
