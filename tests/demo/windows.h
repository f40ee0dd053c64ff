// Event log records as the demo's Windows hosts write them.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "tests/demo/story.h"
#include "tests/support/evtx_writer.h"

namespace tocsin::demo {

struct Process {
  std::string_view image, command, parent, parent_command, user, integrity = "Medium";
  std::string_view original, description, product, company = "Microsoft Corporation";
};

// Sorted by time and numbered when written.
class EventLog {
 public:
  EventLog(std::string channel, std::string provider, std::string provider_guid, std::string computer,
           std::uint64_t first_id);

  evtx_writer::Record& add(Time time, std::uint16_t event_id);  // valid until the next add()
  std::string finish();

 private:
  evtx_writer::Record base_;
  std::uint64_t first_id_;
  std::vector<evtx_writer::Record> records_;
};

}  // namespace tocsin::demo
