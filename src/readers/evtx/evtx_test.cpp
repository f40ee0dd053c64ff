#include "readers/evtx/evtx.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "readers/evtx/format.h"
#include "tests/support/evtx_writer.h"
#include "tests/support/read_all.h"
#include "tests/support/samples_evtx.h"

namespace tocsin::tests {
namespace {

using evtx_writer::CData, evtx_writer::CharacterReference, evtx_writer::Constant, evtx_writer::Element,
    evtx_writer::EntityReference, evtx_writer::Named, evtx_writer::Nested, evtx_writer::Substitution,
    evtx_writer::Value, evtx_writer::Writer;

constexpr std::size_t kFirstChunk = evtx::kFileHeaderSize;
constexpr std::size_t kFirstRecord = kFirstChunk + evtx::kChunkHeaderSize;

std::string file_of(const std::vector<Named>& data) {
  Writer writer;
  evtx_writer::Record record;
  record.data = data;
  EXPECT_TRUE(writer.add(record));
  return writer.finish();
}

std::string file_of(const Element& event) {
  Writer writer;
  EXPECT_TRUE(writer.add(event, Time{1'600'000'000, 0, 7}));
  return writer.finish();
}

Element element(std::string name, std::vector<evtx_writer::Node> content) {
  return {.name = std::move(name), .attributes = {}, .content = std::move(content)};
}

// Several chunks of the sample's records.
std::string log_of(std::uint64_t records) {
  Writer writer;
  for (std::uint64_t n = 0; n < records; ++n) EXPECT_TRUE(writer.add(sample_record(n)));
  return writer.finish();
}

OwnedEvent only(const std::string& file) {
  const ReadResult read = read_whole(evtx::spec, file);
  EXPECT_EQ(read.events.size(), 1u);
  EXPECT_TRUE(read.anomalies.empty()) << testing::PrintToString(read.anomalies);
  return read.events.empty() ? OwnedEvent{} : read.events[0];
}

std::vector<std::uint64_t> ids(const ReadResult& read) {
  std::vector<std::uint64_t> out;
  for (const OwnedEvent& event : read.events) out.push_back(event.record);
  return out;
}

// Those of a log of `count` records without the ones in [from, to].
std::vector<std::uint64_t> ids_without(std::uint64_t count, std::uint64_t from = 0, std::uint64_t to = 0) {
  std::vector<std::uint64_t> out;
  for (std::uint64_t id = 1; id <= count; ++id)
    if (id < from || id > to) out.push_back(id);
  return out;
}

template <class T>
void patch(std::string& file, std::size_t at, T value) {
  ASSERT_LE(at + sizeof value, file.size());
  std::memcpy(file.data() + at, &value, sizeof value);
}

std::size_t size_of_record(const std::string& file, std::size_t at) { return evtx::load32(file.data() + at + 4); }

TEST(Evtx, SystemStandsBesideTheData) {
  evtx_writer::Record record;
  record.provider = "Example", record.provider_guid = "{01234567-89AB-CDEF-0123-456789ABCDEF}";
  record.event_id = 4625, record.qualifiers = 7, record.version = 1, record.level = 0, record.opcode = 2;
  record.task = 12544, record.keywords = 0x8010000000000000, record.id = 77;
  record.time = *Time::parse_iso("2020-08-24T01:12:09.1234567Z");
  record.activity_id = "{11111111-2222-3333-4444-555555555555}";
  record.process_id = 100, record.thread_id = 200, record.channel = "Security", record.computer = "dc.example.org";
  record.user_sid = "S-1-5-18";
  record.data = {{"TargetUserName", Value::text("alice")}};
  Writer writer;
  writer.add(record);
  const OwnedEvent event = only(writer.finish());
  EXPECT_EQ(event.time.iso(), "2020-08-24T01:12:09.1234567Z");
  EXPECT_EQ(event.record, 77u);
  EXPECT_EQ(event.offset, kFirstRecord);
  EXPECT_EQ(event.source, "windows");
  EXPECT_TRUE(event.raw.starts_with("**"));
  std::string all;
  for (const OwnedField& field : event.fields) all += field.name + "=" + field.value + "\n";
  EXPECT_EQ(all,
            "Provider_Name=Example\nProvider_Guid={01234567-89AB-CDEF-0123-456789ABCDEF}\nEventID_Qualifiers=7\n"
            "EventID=4625\nVersion=1\nLevel=0\nTask=12544\nOpcode=2\nKeywords=0x8010000000000000\n"
            "TimeCreated_SystemTime=2020-08-24T01:12:09.1234567Z\nEventRecordID=77\n"
            "Correlation_ActivityID={11111111-2222-3333-4444-555555555555}\nExecution_ProcessID=100\n"
            "Execution_ThreadID=200\nChannel=Security\nComputer=dc.example.org\nSecurity_UserID=S-1-5-18\n"
            "TargetUserName=alice\n");
}

TEST(Evtx, EveryTypeHasItsNormalForm) {
  const struct {
    Value value;
    std::string_view text;
    Kind kind = Kind::string;
  } cases[] = {
      {Value::text("caf\u00e9 \U0001f600"), "caf\u00e9 \U0001f600"},
      {Value::text(""), ""},
      {Value::ansi("na\xefve \x80"), "na\u00efve \u20ac"},
      {Value::i8(-128), "-128", Kind::integer},
      {Value::u8(255), "255", Kind::integer},
      {Value::i16(-2), "-2", Kind::integer},
      {Value::u16(65535), "65535", Kind::integer},
      {Value::i32(-2147483647), "-2147483647", Kind::integer},
      {Value::u32(4294967295), "4294967295", Kind::integer},
      {Value::i64(INT64_MIN), "-9223372036854775808", Kind::integer},
      {Value::u64(UINT64_MAX), "18446744073709551615", Kind::integer},
      {Value::real32(0.1f), "0.1", Kind::real},
      {Value::real64(-2.5), "-2.5", Kind::real},
      {Value::boolean(true), "true", Kind::boolean},
      {Value::boolean(false), "false", Kind::boolean},
      {Value::binary(std::string("\x00\xff\x10", 3)), "00FF10"},
      {Value::guid("{5770385f-c22a-43e0-bf4c-06f5698ffbd9}"), "{5770385F-C22A-43E0-BF4C-06F5698FFBD9}"},
      {Value::pointer(0x7ff612340000), "0x7ff612340000"},
      {Value::pointer(0x1f0, false), "0x1f0"},
      {Value::filetime(*Time::parse_iso("1999-12-31T23:59:59.9999999Z")), "1999-12-31T23:59:59.9999999Z"},
      {Value::systemtime(*Time::parse_iso("2024-02-29T12:00:00.123Z")), "2024-02-29T12:00:00.123Z"},
      {Value::sid("S-1-5-21-1-2-4294967295-500"), "S-1-5-21-1-2-4294967295-500"},
      {Value::sid("S-1-0-0"), "S-1-0-0"},
      {Value::hex32(0x3e7), "0x3e7"},
      {Value::hex64(0x8000000000000000), "0x8000000000000000"},
      {Value::handle(0xabc), "0xabc"},
      {Value::xml("<a>1</a>"), "<a>1</a>"},
      {Value{0x7e, "??"}, "3F3F"},
      {Value{0x15, "abc"}, "616263"},
  };
  for (const auto& one : cases) {
    const OwnedEvent event = only(file_of(std::vector<Named>{{"X", one.value}}));
    ASSERT_FALSE(event.fields.empty());
    const OwnedField& field = event.fields.back();
    EXPECT_EQ(field.name, "X");
    EXPECT_EQ(field.value, one.text);
    EXPECT_EQ(field.kind, one.kind) << one.text;
  }
}

TEST(Evtx, AnArrayIsItsFieldRepeated) {
  const OwnedEvent event = only(file_of({{"Ports", Value::array({Value::u16(80), Value::u16(443)})},
                                         {"Sids", Value::array({Value::sid("S-1-5-18"), Value::sid("S-1-5-32-544")})},
                                         {"Where", Value::array({Value::pointer(1), Value::pointer(2)})},
                                         {"", Value::array({Value::text("one"), Value::text("two")})},
                                         {"", Value::text("three")}}));
  EXPECT_EQ(event.all("Ports"), (std::vector<std::string>{"80", "443"}));
  EXPECT_EQ(event.all("Sids"), (std::vector<std::string>{"S-1-5-18", "S-1-5-32-544"}));
  EXPECT_EQ(event.all("Where"), (std::vector<std::string>{"0x1", "0x2"}));
  EXPECT_EQ(event.all("Data"), (std::vector<std::string>{"one", "two", "three"}));
}

TEST(Evtx, NullIsAFieldOfElementsAndNoneOfAttributes) {
  Element data = element("Data", {Substitution{Value::null()}});
  data.attributes = {{"Name", {Constant{"Kept"}}}};
  Element left_out = element("Gone", {Substitution{Value::null(), true}});
  left_out.optional = true;
  Element attributed = element("Thing", {});
  attributed.attributes = {{"Absent", {Substitution{Value::null(), true}}}, {"Present", {Substitution{Value::u8(1)}}}};
  const OwnedEvent event = only(file_of(element("Event", {element("EventData", {data, left_out, attributed})})));
  EXPECT_EQ(event.get("Kept"), "(null)");
  EXPECT_EQ(event.get("Gone"), "(absent)");
  EXPECT_EQ(event.get("Thing_Absent"), "(absent)");
  EXPECT_EQ(event.get("Thing_Present"), "1");
  EXPECT_EQ(event.get("Thing"), "(absent)");
}

TEST(Evtx, TextIsPutTogetherFromItsParts) {
  const OwnedEvent event = only(file_of(element(
      "Event", {element("UserData",
                        {element("Parts", {Constant{"0x"}, Substitution{Value::u8(7)}, CharacterReference{'!'}}),
                         element("Entity", {Constant{"a"}, EntityReference{"amp"}, Constant{"b"}, EntityReference{"x"}}),
                         element("CData", {CData{"<b>"}}), element("Empty", {}), element("Blank", {Constant{""}})})})));
  EXPECT_EQ(event.get("Parts"), "0x7!");
  EXPECT_EQ(event.get("Entity"), "a&b&x;");
  EXPECT_EQ(event.get("CData"), "<b>");
  EXPECT_EQ(event.get("Empty"), "(null)");
  EXPECT_EQ(event.get("Blank"), "");
}

TEST(Evtx, DataMayBringItsNameAlong) {
  Element data = element("Data", {Substitution{Value::text("value")}});
  data.attributes = {{"Name", {Substitution{Value::text("Given")}}}};
  Element complex = element("ComplexData", {Substitution{Value::binary("\x01")}});
  complex.attributes = {{"Name", {Constant{"Blob"}}}};
  const std::string file = file_of(element("Event", {element("EventData", {data, complex})}));
  EXPECT_EQ(only(file).get("Given"), "value");
  EXPECT_EQ(only(file).get("Blob"), "01");
  Demand demand;
  demand.add("Given");
  EXPECT_EQ(read_all(evtx::spec, file, demand).events.at(0).get("Given"), "value");
}

TEST(Evtx, BinXmlNestsWithAndWithoutATemplate) {
  for (const bool templated : {true, false}) {
    const Element inner = element("Inner", {Constant{"deep"}});
    const OwnedEvent event = only(file_of(element(
        "Event", {element("UserData", {Nested{{element("Outer", {inner, element("More", {Constant{"x"}})})}, templated}}),
                  element("Last", {Constant{"y"}})})));
    EXPECT_EQ(event.get("Inner"), "deep") << templated;
    EXPECT_EQ(event.get("More"), "x");
    EXPECT_EQ(event.get("Last"), "y");
  }
}

TEST(Evtx, RecordsNeedNoTemplates) {
  Writer writer({.templates = false});
  evtx_writer::Record record;
  record.id = 5, record.event_id = 42;
  record.time = *Time::parse_iso("2021-01-01T00:00:00.0000001Z");
  record.data = {{"A", Value::text("b")}};
  writer.add(record);
  const OwnedEvent event = only(writer.finish());
  EXPECT_EQ(event.get("EventID"), "42");
  EXPECT_EQ(event.get("A"), "b");
  EXPECT_EQ(event.time.iso(), "2021-01-01T00:00:00.0000001Z");
}

TEST(Evtx, AGuidSaysNothingOfATemplatesContent) {
  // Two logs whose templates share GUID and size but not their names.
  const std::string one = file_of(std::vector<Named>{{"Alpha", Value::text("1")}});
  std::string two = file_of(std::vector<Named>{{"Gamma", Value::text("2")}});
  std::size_t from = 0, to = 0;
  const std::string alpha("A\0l\0p\0h\0a\0", 10), gamma("G\0a\0m\0m\0a\0", 10);
  ASSERT_NE(from = one.find(alpha), std::string::npos);
  ASSERT_NE(to = two.find(gamma), std::string::npos);
  ASSERT_EQ(from, to);
  // The inner definition's GUID lies before its body; both logs have the same layout.
  const std::size_t inner = one.rfind(std::string_view("\x0c\x01", 2), from) + 2;
  two.replace(inner, 4, one, inner, 4);
  two.replace(inner + 12, 16, one, inner + 12, 16);
  EXPECT_EQ(read_whole(evtx::spec, one).events.at(0).get("Alpha"), "1");
  EXPECT_EQ(read_whole(evtx::spec, two).events.at(0).get("Gamma"), "2");
  EXPECT_EQ(read_whole(evtx::spec, two).events.at(0).get("Alpha"), "(absent)");
}

TEST(Evtx, AnotherDemandIsNotServedFromTheCacheOfTheFirst) {
  const std::string file = file_of({{"A", Value::text("1")}, {"B", Value::text("2")}});
  for (const char* name : {"A", "B"}) {
    Demand demand;  // may well lie where the one before lay
    demand.add(name);
    const ReadResult read = read_all(evtx::spec, file, demand);
    ASSERT_EQ(read.events.at(0).fields.size(), 1u);
    EXPECT_EQ(read.events[0].fields[0].name, name);
  }
}

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
