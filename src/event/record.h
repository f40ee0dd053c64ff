// The whole record behind an event, for showing, storing, keyword search and tests.
// Slower than the demanded fields, and asked for only where something matched.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "event/event.h"

namespace tocsin {

// All fields in the record's order, names as a Demand would spell them. A list appears as its name repeated.
struct Record {
  struct Entry {
    std::string_view name;
    Value value;
  };
  std::vector<Entry> fields;
  Arena memory;  // what names and values may point into, beside the batch

  void clear() {
    fields.clear();
    memory.clear();
  }
};

class RecordAccess {
 public:
  virtual ~RecordAccess() = default;
  // Any thread. `event` belongs to `batch`, which this reader filled; `out` is cleared first and
  // must not outlive the batch.
  virtual void describe(const Batch& batch, const Event& event, Record& out) const = 0;
};

}  // namespace tocsin
