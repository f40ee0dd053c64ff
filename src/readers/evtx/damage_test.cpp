// Damaged logs are read around the damage, and hostile ones cost no more than their size.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/evtx_logs.h"

namespace tocsin::tests {
namespace {

TEST(EvtxDamage, WrongChecksumsAreNamedAndRead) {
  const std::string intact = log_of(300);
  std::string file = intact;
  file[kFirstChunk + 60] ^= 1;
  ReadResult read = read_whole(evtx::spec, file);
  EXPECT_EQ(ids(read), ids_without(300));
  EXPECT_TRUE(read.has_anomaly("evtx-chunk-header-checksum"));

  file = intact;
  file[kFirstRecord + 16] ^= 1;  // the written time
  read = read_whole(evtx::spec, file);
  EXPECT_EQ(ids(read), ids_without(300));
  EXPECT_TRUE(read.has_anomaly("evtx-chunk-checksum"));

  file = intact;
  file[16] ^= 1;
  read = read_whole(evtx::spec, file);
  EXPECT_EQ(ids(read), ids_without(300));
  EXPECT_TRUE(read.has_anomaly("evtx-file-header"));
}

TEST(EvtxDamage, WrongMagicsAreNamedAndRead) {
  const std::string intact = log_of(300);
  std::string file = intact;
  file.replace(kFirstChunk, 8, "XXXXXXXX");
  ReadResult read = read_whole(evtx::spec, file);
  EXPECT_EQ(ids(read), ids_without(300));
  EXPECT_TRUE(read.has_anomaly("evtx-chunk-magic"));

  file = intact;
  file.replace(0, 8, "XXXXXXXX");
  read = read_whole(evtx::spec, file);
  EXPECT_EQ(ids(read), ids_without(300));
  EXPECT_TRUE(read.has_anomaly("evtx-file-header"));
  EXPECT_EQ(ids(read_whole(evtx::spec, intact.substr(kFirstChunk))), ids_without(300));

  // A record's own magic: that record alone is lost.
  file = intact;
  const std::size_t second = kFirstRecord + size_of_record(file, kFirstRecord);
  file[second] = 'x';
  read = read_whole(evtx::spec, file);
  EXPECT_EQ(ids(read), ids_without(300, 2, 2));
  const auto damage = std::ranges::find(read.anomalies, "evtx-damaged", &OwnedAnomaly::name);
  ASSERT_NE(damage, read.anomalies.end());
  EXPECT_EQ(damage->offset, second);
  EXPECT_EQ(damage->size, size_of_record(intact, second));
}

TEST(EvtxDamage, SizesMayBeZeroOrHuge) {
  const std::string intact = log_of(300);
  for (const std::uint32_t size : {0u, 1u, 27u, 65536u, 0x7fffffffu, 0xffffffffu}) {
    std::string file = intact;
    patch(file, kFirstRecord + 4, size);
    const ReadResult read = read_whole(evtx::spec, file);
    EXPECT_EQ(ids(read), ids_without(300)) << size;  // the record names its own number, so it is believed
    EXPECT_TRUE(read.has_anomaly("evtx-record-size")) << size;

    file = intact;
    const std::size_t behind = kFirstRecord + size_of_record(file, kFirstRecord) - 4;
    patch(file, behind, size);
    EXPECT_EQ(ids(read_whole(evtx::spec, file)), ids_without(300)) << size;
  }
}

TEST(EvtxDamage, ATemplatesSizeMayBeZeroOrHuge) {
  const std::string intact = log_of(60);
  const std::size_t size = kFirstRecord + 24 + 14 + 20;  // of the first record's own definition
  const ReadResult whole = read_whole(evtx::spec, intact);
  for (const std::uint32_t lie : {0u, 65536u, 0xffffffffu}) {
    std::string file = intact;
    patch(file, size, lie);
    const ReadResult read = read_whole(evtx::spec, file);
    EXPECT_EQ(read.events, [&] {  // the tokens say where the definition ends
      std::vector<OwnedEvent> events = whole.events;
      events[0].raw.replace(size - kFirstRecord, 4, file, size, 4);
      return events;
    }()) << lie;
    EXPECT_TRUE(read.has_anomaly("evtx-template-damaged")) << lie;
  }
}

TEST(EvtxDamage, ChunkHeadersMayCountWrongly) {
  const std::string intact = log_of(300);
  for (const std::uint32_t end : {0u, 512u, 600u, 65536u, 0xffffffffu}) {
    std::string file = intact;
    patch(file, kFirstChunk + 48, end);
    EXPECT_EQ(ids(read_whole(evtx::spec, file)), ids_without(300)) << end;
  }
}

TEST(EvtxDamage, AMissingTemplateIsFoundInAnotherChunk) {
  const std::string intact = log_of(300);
  std::string file = intact;
  file[kFirstRecord + 24 + 14 + 4] ^= 0x55;  // the GUID of the first record's definition
  const ReadResult whole = read_whole(evtx::spec, intact), read = read_whole(evtx::spec, file);
  ASSERT_EQ(ids(read), ids_without(300));
  EXPECT_EQ(read.events[12].fields, whole.events[12].fields);
}

TEST(EvtxDamage, AMissingTemplateLeavesTheRecordsOwnHeader) {
  std::string file = file_of({{"A", Value::text("b")}});
  patch(file, kFirstRecord + 24 + 6, std::uint32_t{0xdeadbeef});  // the instance's template id
  const ReadResult read = read_whole(evtx::spec, file);
  ASSERT_EQ(read.events.size(), 1u);
  EXPECT_EQ(read.events[0].record, 1u);
  EXPECT_EQ(read.events[0].time.seconds, 1'600'000'000);
  EXPECT_TRUE(read.events[0].fields.empty());
  EXPECT_TRUE(read.has_anomaly("evtx-template-missing"));
}

TEST(EvtxDamage, LostAndInsertedBytesCostOneChunkAtMost) {
  const std::string intact = log_of(600);
  ASSERT_GE(intact.size(), kFirstChunk + 4 * evtx::kChunkSize);
  const auto first_of_chunk = [&](std::size_t chunk) {
    return evtx::load64(intact.data() + kFirstChunk + chunk * evtx::kChunkSize + 24);
  };
  for (const std::size_t lost : {1, 512, 4096, 70000}) {
    std::string file = intact;
    file.erase(kFirstChunk + evtx::kChunkSize + 20000, lost);
    const std::vector<std::uint64_t> read = ids(read_whole(evtx::spec, file));
    const std::uint64_t behind = first_of_chunk(lost > evtx::kChunkSize ? 3 : 2);
    for (std::uint64_t id = 1; id <= 600; ++id) {
      const bool elsewhere = id < first_of_chunk(1) || id >= behind;
      EXPECT_TRUE(!elsewhere || std::ranges::find(read, id) != read.end()) << id << " after losing " << lost;
    }
  }
  for (const std::size_t more : {1, 512, 4096, 70000}) {
    std::string file = intact;
    file.insert(kFirstChunk + evtx::kChunkSize, std::string(more, 'x'));
    EXPECT_EQ(ids(read_whole(evtx::spec, file)), ids_without(600)) << more;
  }
}

TEST(EvtxDamage, DirtyLogsAreReadToTheirLastRecord) {
  Writer writer({.templates = true, .dirty = true});
  for (std::uint64_t n = 0; n < 40; ++n) writer.add(sample_record(n));
  std::string file = writer.finish();
  // The header as it was after the 30th record.
  std::size_t at = kFirstRecord;
  for (int i = 0; i < 30; ++i) at += size_of_record(file, at);
  Writer shorter;
  for (std::uint64_t n = 0; n < 30; ++n) shorter.add(sample_record(n));
  file.replace(kFirstChunk, 512, shorter.finish(), kFirstChunk, 512);
  const ReadResult read = read_whole(evtx::spec, file);
  EXPECT_EQ(ids(read), ids_without(40));
  EXPECT_TRUE(read.has_anomaly("evtx-dirty"));
  EXPECT_TRUE(read.has_anomaly("evtx-chunk-counts"));
}

TEST(EvtxDamage, CarvingFindsRecordsInSlackAndBetweenChunks) {
  Writer writer;
  for (std::uint64_t n = 0; n < 40; ++n) writer.add(sample_record(n));
  const std::string whole = writer.finish();
  Writer shorter;
  for (std::uint64_t n = 0; n < 3; ++n) shorter.add(sample_record(n));
  // The chunk was begun anew: three records, and behind them what is left of the older ones.
  std::string file = whole;
  std::size_t slack = kFirstRecord;
  for (int i = 0; i < 3; ++i) slack += size_of_record(whole, slack);
  file.replace(kFirstChunk, 512, shorter.finish(), kFirstChunk, 512);
  file.replace(slack, 40, std::string(40, '\0'));
  EXPECT_EQ(ids(read_whole(evtx::spec, file)), ids_without(3));
  ReadOptions carve;
  carve.carve = true;
  ReadResult read = read_whole(evtx::spec, file, carve);
  EXPECT_GT(read.events.size(), 30u);
  EXPECT_TRUE(read.has_anomaly("evtx-carved"));

  // A shredded chunk header and first record: nothing leads to the others but their magic.
  file = whole;
  file.replace(kFirstChunk, 4096, std::string(4096, 'x'));
  read = read_whole(evtx::spec, file);
  EXPECT_TRUE(read.events.empty());
  EXPECT_TRUE(read.has_anomaly("evtx-unread"));
  EXPECT_GT(read_whole(evtx::spec, file, carve).events.size(), 20u);
}

TEST(EvtxHostile, NestingAndRepetitionAreBounded) {
  // Each level asks for its one value many times.
  Element inner = element("Leaf", {Constant{"x"}});
  for (int level = 0; level < 12; ++level) {
    inner = element("Level", {Nested{{inner}}});
    std::string name(1, static_cast<char>('a' + level));
    inner.attributes = {{name, {Constant{name}}}};
  }
  std::string file = file_of(element("Event", {inner}));
  EXPECT_EQ(read_whole(evtx::spec, file).events.at(0).get("Leaf"), "x");

  // Every substitution of the definitions now means the first value: templates that contain themselves many times.
  Element wide = element("Wide", {});
  for (int i = 0; i < 400; ++i) wide.content.emplace_back(Substitution{Value::text(std::string(30, 'y'))});
  Element host = element("Event", {Nested{{wide}}});
  for (int i = 0; i < 50; ++i) host.content.emplace_back(Substitution{Value::text("z")});
  file = file_of(host);
  for (std::size_t at = kFirstRecord; at + 4 < file.size(); ++at)
    if ((file[at] == 0x0d || file[at] == 0x0e) && file[at + 2] == 0 && (file[at + 3] == 0x01 || file[at + 3] == 0x21))
      file[at + 1] = 0;
  read_whole(evtx::spec, file);  // ends
}

TEST(EvtxHostile, DeepElementsEndTheTemplateOnly) {
  Element tree = element("Bottom", {Constant{"x"}});
  for (int i = 0; i < 1000; ++i) tree = element("E", {std::move(tree)});
  Writer writer;
  ASSERT_TRUE(writer.add(tree, Time{0, 0, 7}));
  ASSERT_TRUE(writer.add(sample_record(1)));
  const ReadResult read = read_whole(evtx::spec, writer.finish());
  ASSERT_EQ(read.events.size(), 2u);
  EXPECT_EQ(read.events[1].get("TargetUserName"), "j.doe");
  EXPECT_TRUE(read.has_anomaly("evtx-template-damaged"));
}

TEST(EvtxHostile, NamesMayLeadAnywhere) {
  const std::string intact = log_of(60);
  std::size_t read = 0;
  for (std::size_t at = kFirstRecord; at + 4 < kFirstRecord + 3000; at += 3) {
    std::string file = intact;
    patch(file, at, std::uint32_t{0xfffffff0});
    read += read_whole(evtx::spec, file).events.size();
  }
  EXPECT_GT(read, 990u * 58);
}

}  // namespace
}  // namespace tocsin::tests
