// Event: one record of evidence. A view into its Batch.
//
// `source` says what wrote the record, so that rules meet only events of their
// logsource. It is decided record by record, because logs are merged and forwarded:
//
//   "windows"   Windows event log record, whatever the wrapping (EVTX, XML, any JSON layout)
//   "auditd" "syslog" "webserver" "iis" "zeek.<path>" "suricata.<event_type>" "cloudtrail" "m365"
//   "entra.signin" "entra.audit" "kubernetes.audit" "sysmon-linux" "json" "csv" "text" … : see share/tocsin/logsources.yml
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/time.h"
#include "event/anomaly.h"
#include "event/demand.h"
#include "event/value.h"

namespace tocsin {

// A field with several values (a JSON array, unnamed <Data> elements) stands several times, one after the other.
struct Field {
  Value value;
  Slot slot;
};

struct Event {
  Time time = Time::none();
  std::uint64_t offset = 0;       // first byte of the record in the (decompressed) evidence
  std::uint64_t record = 0;       // the record's own number (EventRecordID), else its ordinal in the evidence from 1
  std::string_view source;        // static or in the batch's arena
  std::string_view raw;           // the record's bytes, in the batch
  std::span<const Field> fields;  // the demanded fields that this record has, in the record's order
  std::uint32_t shape = 0;        // the reader's own note, for RecordAccess
  // Groups of Demand::keywords() that values may have in text that doesn't stand in `raw` in one piece: as UTF-16LE in
  // an EVTX record, else as UTF-8, in which characters but letters, digits, spaces and .,:;_-=()@#! may be escaped. Values
  // made of numbers, GUIDs, SIDs and times don't count. All groups, where a reader doesn't know.
  std::uint64_t keywords_elsewhere = ~std::uint64_t{0};

  const Value* find(Slot slot) const {  // the first value, or nullptr
    for (const Field& field : fields)
      if (field.slot == slot) return &field.value;
    return nullptr;
  }
};

class RecordAccess;

// Owns all that its events point into. Reused: clear() keeps the memory.
class Batch {
 public:
  Batch() = default;
  Batch(Batch&&) = default;
  Batch& operator=(Batch&&) = default;

  std::span<const Event> events() const& { return events_; }
  std::span<const Event> events() const&& = delete;  // no views of a temporary

  void clear() {
    source_ = {};
    scratch_.clear();
    events_.clear();
    anomalies_.clear();
    access_ = nullptr;
  }
  // For readers.
  void hold(Bytes source) { source_ = std::move(source); }
  const Bytes& source() const { return source_; }
  Arena& scratch() { return scratch_; }
  std::vector<Event>& mutable_events() { return events_; }
  std::vector<Anomaly>& anomalies() { return anomalies_; }
  const std::vector<Anomaly>& anomalies() const { return anomalies_; }
  void set_access(const RecordAccess* access) { access_ = access; }
  // Not null once a reader filled the batch; lives as long as that reader.
  const RecordAccess* access() const { return access_; }

 private:
  Bytes source_;
  Arena scratch_;
  std::vector<Event> events_;
  std::vector<Anomaly> anomalies_;
  const RecordAccess* access_ = nullptr;
};

}  // namespace tocsin
