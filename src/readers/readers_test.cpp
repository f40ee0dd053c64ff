// What must hold for every reader of the table. A reader takes part by having a
// sample (tests/support/samples.cpp); one without fails.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "readers/reader.h"
#include "tests/support/read_all.h"
#include "tests/support/samples.h"

namespace tocsin::tests {
namespace {

class Readers : public testing::TestWithParam<const ReaderSpec*> {
 protected:
  void SetUp() override {
    sample_ = sample_of(spec().name);
    ASSERT_NE(sample_, nullptr) << "no sample for the reader " << spec().name << " in tests/support/samples.cpp";
  }
  const ReaderSpec& spec() const { return *GetParam(); }
  std::string small() const { return sample_->make(0); }

  const Sample* sample_ = nullptr;
};

TEST_P(Readers, ReadTheirSampleWithoutAnomaly) {
  const std::string bytes = small();
  const ReadResult result = read_whole(spec(), bytes);
  EXPECT_FALSE(result.error) << result.error->text();
  EXPECT_GE(result.events.size(), 3u);
  EXPECT_TRUE(result.anomalies.empty()) << testing::PrintToString(result.anomalies);
  for (const OwnedEvent& event : result.events) {
    EXPECT_FALSE(event.fields.empty());
    EXPECT_FALSE(event.source.empty());
    EXPECT_FALSE(event.raw.empty());
    EXPECT_LE(event.offset + event.raw.size(), bytes.size());
  }
}

TEST_P(Readers, RecogniseTheirSample) {
  const std::string bytes = small();
  const ReaderSpec* best = recognise(std::string_view(bytes).substr(0, 65536), bytes.size() <= 65536);
  ASSERT_NE(best, nullptr);
  EXPECT_EQ(best->name, spec().name);
  for (std::size_t size = 0; size <= std::min<std::size_t>(bytes.size(), 4096); ++size) {
    const std::string head = bytes.substr(0, size);  // own memory, so that a sanitizer sees an over-read
    spec().sniff(head, false);
    spec().sniff(head, true);
  }
}

TEST_P(Readers, SplitPointsNeverChangeWhatIsRead) {
  const std::string bytes = small();
  const Demand demand = demand_for(read_whole(spec(), bytes));
  const ReadResult whole = read_all(spec(), bytes, demand);
  for (const std::size_t step : {1, 7, 4096}) {
    const ReadResult split = read_all(spec(), bytes, demand, {}, step);
    EXPECT_EQ(split.events, whole.events) << "step " << step;
    EXPECT_EQ(split.anomalies, whole.anomalies) << "step " << step;
  }
}

TEST_P(Readers, SplitPointsNeverChangeWhatIsReadOfDamagedEvidence) {
  std::string bytes = small();
  const Demand demand = demand_for(read_whole(spec(), bytes));
  std::mt19937 random(2);
  for (int i = 0; i < 8; ++i) bytes[random() % bytes.size()] ^= static_cast<char>(1 << random() % 8);
  const ReadResult whole = read_all(spec(), bytes, demand);
  for (const std::size_t step : {1, 7, 4096}) {
    const ReadResult split = read_all(spec(), bytes, demand, {}, step);
    EXPECT_EQ(split.events, whole.events) << "step " << step;
    EXPECT_EQ(split.anomalies, whole.anomalies) << "step " << step;
  }
}

TEST_P(Readers, DecodeTheDemandedFieldsAsTheWholeRecordHasThem) {
  const std::string bytes = small();
  const ReadResult whole = read_whole(spec(), bytes);
  const ReadResult demanded = read_all(spec(), bytes, demand_for(whole));
  EXPECT_EQ(demanded.events, whole.events);

  Demand some;  // every third field
  const Demand all = demand_for(whole);
  for (std::size_t slot = 0; slot < all.size(); slot += 3) some.add(all.names()[slot]);
  some.add("A field that nobody has");
  std::vector<OwnedEvent> expected = whole.events;
  for (OwnedEvent& event : expected)
    std::erase_if(event.fields, [&](const OwnedField& field) { return !some.find(field.name); });
  EXPECT_EQ(read_all(spec(), bytes, some).events, expected);
}

// What ends before the cut is read as if nothing were missing.
TEST_P(Readers, KeepTheWholeRecordsOfTruncatedEvidence) {
  const std::string bytes = small();
  const Demand demand = demand_for(read_whole(spec(), bytes));
  const ReadResult whole = read_all(spec(), bytes, demand);
  // Every byte of short samples; every byte of the last 4 kB and some 4,000 others of long ones.
  const std::size_t stride = bytes.size() / 4096 + 1;
  for (std::size_t size = 0; size < bytes.size(); size += bytes.size() - size < 4096 ? 1 : stride) {
    const std::string cut = bytes.substr(0, size);
    const ReadResult read = read_all(spec(), cut, demand);
    std::size_t intact = 0;
    for (const OwnedEvent& event : whole.events) intact += event.offset + event.raw.size() <= size;
    ASSERT_GE(read.events.size(), intact) << "cut at " << size;
    for (std::size_t i = 0; i < intact; ++i) ASSERT_EQ(read.events[i], whole.events[i]) << "cut at " << size;
  }
}

TEST_P(Readers, SurviveMutations) {
  const std::string bytes = small();
  const Demand demand = demand_for(read_whole(spec(), bytes));
  std::mt19937 random(1);
  const std::size_t rounds = bytes.size() > 16384 ? 300 : 1000;
  for (std::size_t round = 0; round < rounds; ++round) {
    std::string mutant = bytes;
    for (std::size_t change = 1 + random() % 8; change > 0; --change) {
      const std::size_t at = random() % mutant.size();
      switch (random() % 4) {
        case 0: mutant[at] = static_cast<char>(random()); break;
        case 1: mutant.erase(at, 1 + random() % 16); break;
        case 2: mutant.insert(at, mutant.substr(random() % mutant.size(), random() % 64)); break;
        default: mutant.insert(at, random() % 16, static_cast<char>(random())); break;
      }
      if (mutant.empty()) mutant = "x";
    }
    read_all(spec(), mutant, demand);
    if (round % 8 == 0) read_whole(spec(), mutant);
  }
}

TEST_P(Readers, DecodeBlocksInAnyOrder) {
  const std::string bytes = sample_->make(5u << 20);
  Demand demand;
  {
    const std::string head = small();
    demand = demand_for(read_whole(spec(), head));
  }
  const auto reader = spec().open(demand, {});
  MemoryStream stream(bytes);
  std::vector<Anomaly> anomalies;
  std::vector<Block> blocks;
  while (true) {
    auto block = reader->cut(stream, anomalies);
    ASSERT_TRUE(block) << block.error().text();
    if (!*block) break;
    blocks.push_back(**block);
  }
  EXPECT_GE(blocks.size(), 2u) << "5 MB should not be one block";
  EXPECT_TRUE(anomalies.empty());

  const auto digest = [&](const Batch& batch) {
    std::string out;
    for (const Event& event : batch.events()) {
      out += event.time.iso() + std::to_string(event.offset) + '#' + std::to_string(event.record);
      out += event.source;
      for (const Field& field : event.fields) {
        out += std::to_string(field.slot) + '=';
        out += field.value.text();
      }
      out += '\n';
    }
    return out;
  };
  std::vector<std::string> forward, backward(blocks.size());
  for (const Block& block : blocks) {
    Batch batch;
    reader->decode(block, batch);
    EXPECT_TRUE(batch.anomalies().empty());
    EXPECT_EQ(batch.access(), reader.get());
    for (const Event& event : batch.events()) EXPECT_GE(event.offset, block.offset);
    forward.push_back(digest(batch));
  }
  Batch reused;
  for (std::size_t i = blocks.size(); i-- > 0;) {
    reused.clear();
    reader->decode(blocks[i], reused);
    backward[i] = digest(reused);
  }
  EXPECT_TRUE(forward == backward);
}

TEST_P(Readers, ReadNothingFromNothing) {
  const ReadResult result = read_whole(spec(), "");
  EXPECT_FALSE(result.error);
  EXPECT_TRUE(result.events.empty());
}

INSTANTIATE_TEST_SUITE_P(Table, Readers, testing::ValuesIn(all_readers().begin(), all_readers().end()),
                         [](const auto& a) {
                           std::string name(a.param->name);
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Readers);

}  // namespace
}  // namespace tocsin::tests
