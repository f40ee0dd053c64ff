#include "tests/demo/windows.h"

#include <algorithm>

#include "base/check.h"

namespace tocsin::demo {

EventLog::EventLog(std::string channel, std::string provider, std::string provider_guid, std::string computer,
                   std::uint64_t first_id)
    : first_id_(first_id) {
  base_.channel = std::move(channel);
  base_.provider = std::move(provider);
  base_.provider_guid = std::move(provider_guid);
  base_.computer = std::move(computer);
}

evtx_writer::Record& EventLog::add(Time time, std::uint16_t event_id) {
  evtx_writer::Record record = base_;
  record.time = time;
  // The story gives tenths of a second; Windows has seven digits.
  if (time.digits < 7) record.time.nanoseconds += static_cast<std::uint32_t>(records_.size() * 7919 % 999'983 * 100);
  record.time.digits = 7;
  record.event_id = event_id;
  records_.push_back(std::move(record));
  return records_.back();
}

std::string EventLog::finish() {
  std::ranges::stable_sort(records_, {}, &evtx_writer::Record::time);
  evtx_writer::Writer writer;
  std::uint64_t id = first_id_;
  for (evtx_writer::Record& record : records_) {
    record.id = id++;
    CHECK(writer.add(record));
  }
  return writer.finish();
}

}  // namespace tocsin::demo
