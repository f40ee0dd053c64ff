// The same records as EVTX and as the JSON that another tool made of them: read by both readers, they have the
// same fields. docs/CONFORMANCE.md, "JSON and EVTX", lists what may differ.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "base/text.h"
#include "readers/evtx/evtx.h"
#include "readers/json/json.h"
#include "tests/support/read_all.h"

namespace tocsin::tests {
namespace {

std::string file(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

// Without what the dump leaves out: braces of GUIDs, spaces at the end of values, the seventh digit of times; and
// without letter case, since one of the dumps was edited by hand.
using Fields = std::multimap<std::string, std::string>;
Fields comparable(const OwnedEvent& event) {
  Fields fields;
  for (const OwnedField& field : event.fields) {
    std::string value = field.value;
    while (value.ends_with(' ')) value.pop_back();
    if (field.kind == Kind::null || value.empty()) continue;  // the dump has no way to tell one from the other
    if (value.size() == 38 && value.front() == '{' && value.back() == '}') value = value.substr(1, 36);
    if (field.name == "TimeCreated_SystemTime") {
      const auto time = Time::parse_iso(value);
      EXPECT_TRUE(time) << value;
      if (time) value = Time{time->seconds, time->nanoseconds / 1000 * 1000, 6}.iso();
    }
    fields.emplace(field.name, fold(value));
  }
  return fields;
}

TEST(JsonAndEvtx, HaveTheSameFields) {
  const std::filesystem::path root = "../shared/corpus/sigma/regression";
  if (!std::filesystem::exists(root)) GTEST_SKIP() << "no corpus at " << root;
  std::size_t files = 0, records = 0, fields = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (entry.path().extension() != ".evtx") continue;
    std::filesystem::path beside = entry.path();
    beside.replace_extension(".json");
    if (!std::filesystem::exists(beside)) continue;
    SCOPED_TRACE(entry.path().string());
    ++files;
    const ReadResult evtx = read_whole(evtx::spec, file(entry.path()));
    const ReadResult dump = read_whole(json::spec, file(beside));
    EXPECT_TRUE(dump.anomalies.empty()) << testing::PrintToString(dump.anomalies);
    // The dump may hold fewer records than the log; its records are found by their number.
    for (const OwnedEvent& event : dump.events) {
      const auto same = std::ranges::find(evtx.events, event.record, &OwnedEvent::record);
      if (same == evtx.events.end()) {
        ADD_FAILURE() << "record " << event.record << " is not in the EVTX";
        continue;
      }
      ++records;
      fields += event.fields.size();
      EXPECT_EQ(event.source, same->source);
      EXPECT_EQ(event.time.seconds, same->time.seconds);
      const Fields left = comparable(event), right = comparable(*same);
      std::vector<Fields::value_type> only;
      std::ranges::set_difference(left, right, std::back_inserter(only));
      EXPECT_TRUE(only.empty()) << "only in the JSON: " << testing::PrintToString(only);
      only.clear();
      std::ranges::set_difference(right, left, std::back_inserter(only));
      EXPECT_TRUE(only.empty()) << "only in the EVTX: " << testing::PrintToString(only);
    }
  }
  std::printf("%zu files, %zu records, %zu fields\n", files, records, fields);
  EXPECT_GT(records, 0u);
}

}  // namespace
}  // namespace tocsin::tests
