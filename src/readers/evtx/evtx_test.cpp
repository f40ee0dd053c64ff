// What the EVTX reader makes of intact logs.
#include <gtest/gtest.h>

#include <thread>

#include "tests/support/evtx_logs.h"

namespace tocsin::tests {
namespace {

OwnedEvent only(const std::string& file) {
  const ReadResult read = read_whole(evtx::spec, file);
  EXPECT_EQ(read.events.size(), 1u);
  EXPECT_TRUE(read.anomalies.empty()) << testing::PrintToString(read.anomalies);
  return read.events.empty() ? OwnedEvent{} : read.events[0];
}

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

TEST(Evtx, PreparedRecordsReadAsTheirOriginals) {
  Writer plain, fast;
  for (std::uint64_t n = 0; n < 12; ++n) {
    evtx_writer::Record record = sample_record(n);
    ASSERT_TRUE(plain.add(record));
    evtx_writer::Prepared prepared(record);
    ASSERT_TRUE(fast.add(prepared, record.id, record.time, record.process_id));
  }
  EXPECT_EQ(plain.finish(), fast.finish());
}

TEST(Evtx, DescribedRecordsCanBeWrittenAgain) {
  const std::string file = log_of(12);
  const ReadResult first = read_whole(evtx::spec, file);
  Writer writer;
  for (const OwnedEvent& event : first.events) {
    std::vector<Record::Entry> fields;
    for (const OwnedField& field : event.fields) fields.push_back({field.name, tocsin::Value(field.value, field.kind)});
    ASSERT_TRUE(writer.add(evtx_writer::from_fields(fields)));
  }
  const ReadResult again = read_whole(evtx::spec, writer.finish());
  ASSERT_EQ(again.events.size(), first.events.size());
  for (std::size_t i = 0; i < first.events.size(); ++i) {
    ASSERT_EQ(again.events[i].fields.size(), first.events[i].fields.size());
    for (std::size_t f = 0; f < first.events[i].fields.size(); ++f) {
      EXPECT_EQ(again.events[i].fields[f].name, first.events[i].fields[f].name);
      EXPECT_EQ(again.events[i].fields[f].value, first.events[i].fields[f].value);
    }
  }
}

TEST(Evtx, ThreadsDecodeTheSameReadersBlocks) {
  const std::string file = sample_evtx(4u << 20);
  Demand demand;
  for (const char* name : {"EventID", "Provider_Name", "CommandLine", "Data"}) demand.add(name);
  const auto reader = evtx::spec.open(demand, {});
  MemoryStream stream(file);
  std::vector<Anomaly> anomalies;
  std::vector<Block> blocks;
  while (true) {
    auto block = reader->cut(stream, anomalies);
    ASSERT_TRUE(block);
    if (!*block) break;
    blocks.push_back(**block);
  }
  std::vector<std::string> texts(4);
  std::vector<std::thread> threads;
  for (std::string& text : texts)
    threads.emplace_back([&] {
      Batch batch;
      for (const Block& block : blocks) {
        batch.clear();
        reader->decode(block, batch);
        for (const Event& event : batch.events())
          for (const Field& field : event.fields) text.append(field.value.text()) += '\n';
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_FALSE(texts[0].empty());
  for (const std::string& text : texts) EXPECT_TRUE(text == texts[0]);
}

}  // namespace
}  // namespace tocsin::tests
