// Every text log of the corpus beside the repository is read without a crash, and prints how many lines gave a time.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "readers/reader.h"
#include "tests/support/read_all.h"

namespace tocsin {
namespace {

namespace fs = std::filesystem;

struct Count {
  std::size_t files = 0, events = 0, timed = 0, anomalies = 0;
};

// Reads all files below `folder`; counts by reader.
std::map<std::string, Count> read_folder(const fs::path& folder) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file() && (entry.path().extension() == ".log" || !entry.path().has_extension()))
      paths.push_back(entry.path());
  std::ranges::sort(paths);
  std::map<std::string, Count> counts;
  for (const fs::path& path : paths) {
    std::ifstream file(path, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    if (bytes.empty()) continue;
    const ReaderSpec* spec = recognise(std::string_view(bytes).substr(0, 65536), bytes.size() <= 65536);
    if (!spec) {
      ++counts["(none)"].files;
      continue;
    }
    const tests::ReadResult result = tests::read_whole(*spec, bytes);
    EXPECT_FALSE(result.error) << path;
    const tests::ReadResult again = tests::read_all(*spec, bytes, tests::demand_for(result), {}, 4096);
    EXPECT_EQ(again.events.size(), result.events.size()) << path;
    Count& count = counts[std::string(spec->name)];
    ++count.files;
    count.anomalies += result.anomalies.size();
    for (const tests::OwnedEvent& event : result.events) {
      if (event.raw.starts_with('#')) continue;  // the corpus' own remarks
      ++count.events;
      count.timed += event.time.known();
      if (!event.time.known() && std::getenv("TOCSIN_SHOW_UNTIMED"))
        std::printf("%s: %s\n", path.filename().c_str(), event.raw.substr(0, 120).c_str());
    }
  }
  return counts;
}

class Corpus : public testing::TestWithParam<const char*> {};

TEST_P(Corpus, IsReadWithoutCrash) {
  const fs::path folder = fs::path("../shared/corpus/logs") / GetParam();
  if (!fs::exists(folder)) GTEST_SKIP() << "no corpus at " << folder;
  std::size_t files = 0;
  for (const auto& [reader, count] : read_folder(folder)) {
    std::printf("%-12s %4zu files %6zu events %6zu with a time %4zu anomalies\n", reader.c_str(), count.files,
                count.events, count.timed, count.anomalies);
    files += count.files;
  }
  EXPECT_GT(files, 0u);
}

INSTANTIATE_TEST_SUITE_P(Logs, Corpus, testing::Values("crowdsec-hub", "fail2ban", "elastic-integrations"));

}  // namespace
}  // namespace tocsin
