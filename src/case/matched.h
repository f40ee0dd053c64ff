// MatchBatch: what the case will keep of the events that met rules. Filled on any
// thread (hashing and JSON are the expensive part), appended by the writer.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "event/event.h"
#include "event/finding.h"
#include "event/record.h"

namespace tocsin::casefile {

using ContentHash = std::array<std::uint8_t, 16>;

// The first half of a SHA-256. Windows records: over the names and values of all fields, because their bytes hold
// offsets into the chunk around them, and so that wrapping doesn't matter. Others: over the record's bytes.
ContentHash content_hash(const Event& event, const Record& record);
// The record says itself which one it is (Windows record number, cloud event id), so that an equal one is a copy.
bool is_numbered(const Event& event, const Record& record);

// What tells records from each other in the rows of blocks (row_block.h), from few fields: Windows records by what
// numbers them, all others by the first eight bytes of their hash.
inline constexpr std::string_view kIdentityFields[] = {"EventRecordID", "Computer", "Channel", "Provider_Name",
                                                       "EventID"};
struct Identity {
  std::uint64_t content = 0;
  bool numbered = false;
};
// `fields`: the values of kIdentityFields; wanted of Windows records only.
Identity identity_of(const Event& event, std::span<const std::string_view, std::size(kIdentityFields)> fields);
// Whether this is the record that `wanted` was made of, by content_hash() or by identity_of() (EventPlace::content).
bool is_record(const ContentHash& wanted, const Event& event, const Record& record);

// A JSON object of all fields; a name that stands several times becomes a list.
void write_json(const Record& record, std::string& out);

// Who and what a record names, by a table of field names: [["account","bob","target"],…]
void write_entities(const Record& record, std::string& out);
void write_entities(std::span<const Entity> entities, std::string& out);
// Reads what write_entities wrote; anything else gives no entities.
std::vector<Entity> entities_from(std::string_view json);

class MatchBatch {
 public:
  struct Item {
    Time time;
    std::uint64_t offset, record;
    ContentHash content;
    bool numbered, whole;
    std::uint32_t first_rule, rules;  // in rules()
    std::size_t begin;                // in text(), from where on stand, with these sizes:
    std::uint32_t source, entities, keys, fields, raw;
  };

  // `rules`: numbers from begin_scan, sorted, at least one. `keys`: what the ordered stages want, field and value.
  // `whole`: keep all fields and the raw bytes too (Case::wants_whole), unless the record is longer than 256 KiB.
  void add(const Event& event, const Record& record, std::span<const std::uint32_t> rules,
           std::span<const std::pair<std::string_view, std::string_view>> keys, bool whole);
  void clear() {
    items_.clear();
    rules_.clear();
    text_.clear();
  }
  std::span<const Item> items() const { return items_; }
  std::span<const std::uint32_t> rules(const Item& item) const {
    return std::span(rules_).subspan(item.first_rule, item.rules);
  }
  std::string_view text() const { return text_; }
  std::size_t bytes() const { return text_.size() + items_.size() * sizeof(Item); }

 private:
  std::vector<Item> items_;
  std::vector<std::uint32_t> rules_;
  std::string text_;
};

}  // namespace tocsin::casefile
