// Logs that broke other parsers, cut at every byte and mutated: nothing crashes, and what was not touched is read.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>

#include "readers/evtx/evtx.h"
#include "readers/evtx/format.h"
#include "tests/support/read_all.h"

namespace tocsin::tests {
namespace {

namespace fs = std::filesystem;

const fs::path kSamples = "../shared/corpus/sigma/evtx-parser-samples";

std::string slurp(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<fs::path> logs() {
  std::vector<fs::path> out;
  if (!fs::exists(kSamples)) return out;
  for (const auto& entry : fs::directory_iterator(kSamples))
    if (entry.path().extension() == ".evtx") out.push_back(entry.path());
  std::ranges::sort(out, [](const fs::path& a, const fs::path& b) {
    return std::pair(fs::file_size(a), a) < std::pair(fs::file_size(b), b);
  });
  return out;
}

// Of the smallest logs, without their slack: three that are quick to read.
std::vector<std::string> small_logs() {
  std::vector<std::string> out;
  for (const fs::path& path : logs()) {
    std::string file = slurp(path);
    const ReadResult read = read_whole(evtx::spec, file);
    if (read.events.size() < 2) continue;
    const OwnedEvent& last = read.events.back();
    file.resize(last.offset + last.raw.size());
    out.push_back(std::move(file));
    if (out.size() == 3) break;
  }
  return out;
}

TEST(EvtxCorpus, EverySampleIsReadWholeAndDemandedAlike) {
  if (logs().empty()) GTEST_SKIP() << "no corpus at " << kSamples;
  std::size_t records = 0, anomalies = 0;
  for (const fs::path& path : logs()) {
    const std::string file = slurp(path);
    for (const bool carve : {false, true}) {
      ReadOptions options;
      options.carve = carve;
      const ReadResult whole = read_whole(evtx::spec, file, options);
      EXPECT_FALSE(whole.error);
      EXPECT_FALSE(whole.events.empty()) << path;
      EXPECT_EQ(read_all(evtx::spec, file, demand_for(whole), options).events, whole.events) << path;
      if (carve) continue;
      records += whole.events.size(), anomalies += whole.anomalies.size();
    }
  }
  std::cout << logs().size() << " files, " << records << " records, " << anomalies << " anomalies\n";
}

TEST(EvtxCorpus, EveryTruncationKeepsWhatEndsBeforeIt) {
  if (logs().empty()) GTEST_SKIP() << "no corpus at " << kSamples;
  std::size_t cuts = 0;
  for (const std::string& file : small_logs()) {
    const Demand demand = demand_for(read_whole(evtx::spec, file));
    const ReadResult whole = read_all(evtx::spec, file, demand);
    for (std::size_t size = 0; size < file.size(); ++size, ++cuts) {
      const std::string cut = file.substr(0, size);
      const ReadResult read = read_all(evtx::spec, cut, demand);
      std::size_t intact = 0;
      while (intact < whole.events.size() && whole.events[intact].offset + whole.events[intact].raw.size() <= size)
        ++intact;
      ASSERT_GE(read.events.size(), intact) << "cut at " << size;
      for (std::size_t i = 0; i < intact; ++i) ASSERT_EQ(read.events[i], whole.events[i]) << "cut at " << size;
    }
  }
  std::cout << cuts << " truncations\n";
}

// A record that no change touched is read, with its own number; where its template was touched, fields may be missing.
TEST(EvtxCorpus, TenThousandMutationsHideNoUntouchedRecord) {
  if (logs().empty()) GTEST_SKIP() << "no corpus at " << kSamples;
  std::mt19937 random(20240229);
  std::size_t untouched = 0, rounds = 0;
  const std::vector<std::string> files = small_logs();
  std::vector<ReadResult> wholes;
  for (const std::string& file : files) wholes.push_back(read_whole(evtx::spec, file));
  for (; rounds < 10'000; ++rounds) {
    const std::string& file = files[rounds % files.size()];
    const ReadResult& whole = wholes[rounds % files.size()];
    std::string mutant = file;
    std::vector<std::size_t> places;
    for (std::size_t change = 1 + random() % 6; change > 0; --change) {
      const std::size_t at = random() % (mutant.size() - 8);
      places.push_back(at);
      const std::uint32_t value = random() % 4 == 0 ? UINT32_MAX : static_cast<std::uint32_t>(random());
      switch (random() % 3) {
        case 0: mutant[at] ^= static_cast<char>(1 << random() % 8); break;
        case 1: mutant[at] = static_cast<char>(value); break;
        default: std::memcpy(mutant.data() + at, &value, 4); break;
      }
    }
    Demand demand;
    for (const char* name : {"EventID", "Channel", "Computer", "SubjectUserName"}) demand.add(name);
    ReadOptions options;
    options.carve = rounds % 2;
    const ReadResult read = rounds % 4 ? read_all(evtx::spec, mutant, demand, options)
                                       : read_whole(evtx::spec, mutant, options);
    // Changes inside the first eight bytes of a chunk whose first record is touched too leave only carving.
    const bool header_lost = std::ranges::any_of(places, [](std::size_t at) {
      return at + 4 > evtx::kFileHeaderSize && at < evtx::kFileHeaderSize + evtx::kChunkHeaderSize + 700;
    });
    for (const OwnedEvent& event : whole.events) {
      if (evtx::load32(event.raw.data() + event.raw.size() - 4) != event.raw.size()) continue;  // damaged from the start
      const std::size_t end = event.offset + event.raw.size();
      if (std::ranges::any_of(places, [&](std::size_t at) { return at + 4 > event.offset && at < end; })) continue;
      const auto found = std::ranges::find(read.events, event.offset, &OwnedEvent::offset);
      if (found == read.events.end() && header_lost && !options.carve) continue;
      ASSERT_NE(found, read.events.end()) << "round " << rounds << " record at " << event.offset;
      EXPECT_EQ(found->raw, event.raw);
      ++untouched;
    }
  }
  std::cout << rounds << " mutations, " << untouched << " untouched records read\n";
}

}  // namespace
}  // namespace tocsin::tests
