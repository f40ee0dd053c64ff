#include "tests/support/read_all.h"

#include <algorithm>
#include <cstring>
#include <ostream>

namespace tocsin::tests {

std::string OwnedEvent::get(std::string_view name) const {
  for (const OwnedField& field : fields)
    if (field.name == name) return field.kind == Kind::null ? "(null)" : field.value;
  return "(absent)";
}

std::vector<std::string> OwnedEvent::all(std::string_view name) const {
  std::vector<std::string> values;
  for (const OwnedField& field : fields)
    if (field.name == name) values.push_back(field.value);
  return values;
}

bool ReadResult::has_anomaly(std::string_view name) const {
  return std::ranges::any_of(anomalies, [&](const OwnedAnomaly& anomaly) { return anomaly.name == name; });
}

Result<std::size_t> MemoryStream::read(char* into, std::size_t size) {
  const std::size_t count = std::min({size, step_, bytes_.size()});
  if (count) std::memcpy(into, bytes_.data(), count);
  bytes_.remove_prefix(count);
  return count;
}

namespace {

void keep(const Anomaly& anomaly, std::vector<OwnedAnomaly>& out) {
  out.push_back({std::string(anomaly.name), anomaly.detail, anomaly.offset, anomaly.size});
}

ReadResult read(const ReaderSpec& spec, std::string_view bytes, const Demand& demand, bool whole,
                const ReadOptions& options, std::size_t step) {
  ReadResult result;
  const auto reader = spec.open(demand, options);
  MemoryStream stream(bytes, step);
  std::vector<Anomaly> cutting;
  std::vector<OwnedAnomaly> decoding;
  Batch batch;
  Record record;
  while (true) {
    auto block = reader->cut(stream, cutting);
    if (!block) {
      result.error = block.error();
      break;
    }
    if (!*block) break;
    ++result.blocks;
    batch.clear();
    reader->decode(**block, batch);
    for (const Event& event : batch.events()) {
      OwnedEvent owned{event.time, event.offset, event.record, std::string(event.source), std::string(event.raw), {}};
      if (whole) {
        batch.access()->describe(batch, event, record);
        for (const Record::Entry& entry : record.fields)
          owned.fields.push_back({std::string(entry.name), std::string(entry.value.text()), entry.value.kind});
      } else {
        for (const Field& field : event.fields)
          owned.fields.push_back({demand.name(field.slot), std::string(field.value.text()), field.value.kind});
      }
      result.events.push_back(std::move(owned));
    }
    for (const Anomaly& anomaly : batch.anomalies()) keep(anomaly, decoding);
  }
  for (const Anomaly& anomaly : cutting) keep(anomaly, result.anomalies);
  result.anomalies.insert(result.anomalies.end(), decoding.begin(), decoding.end());
  return result;
}

}  // namespace

ReadResult read_all(const ReaderSpec& spec, std::string_view bytes, const Demand& demand, const ReadOptions& options,
                    std::size_t step) {
  return read(spec, bytes, demand, false, options, step);
}

ReadResult read_whole(const ReaderSpec& spec, std::string_view bytes, const ReadOptions& options, std::size_t step) {
  static const Demand nothing;
  return read(spec, bytes, nothing, true, options, step);
}

Demand demand_for(const ReadResult& whole) {
  Demand demand;
  for (const OwnedEvent& event : whole.events)
    for (const OwnedField& field : event.fields) demand.add(field.name);
  return demand;
}

void PrintTo(const OwnedField& field, std::ostream* out) {
  *out << field.name << '=' << (field.kind == Kind::null ? "(null)" : field.value) << '/'
       << static_cast<int>(field.kind);
}

void PrintTo(const OwnedEvent& event, std::ostream* out) {
  *out << event.source << " #" << event.record << " @" << event.offset << ' ' << event.time.iso();
  for (const OwnedField& field : event.fields) {
    *out << "\n    ";
    PrintTo(field, out);
  }
}

void PrintTo(const OwnedAnomaly& anomaly, std::ostream* out) {
  *out << anomaly.name << " @" << anomaly.offset << '+' << anomaly.size << ' ' << anomaly.detail;
}

}  // namespace tocsin::tests
