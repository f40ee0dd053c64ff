#include "readers/json/json.h"

#include <gtest/gtest.h>

#include "readers/field_sink.h"
#include "tests/support/read_all.h"

namespace tocsin::tests {
namespace {

ReadResult read(std::string_view bytes, ReadOptions options = {}) {
  const ReadResult whole = read_whole(json::spec, bytes, options);
  const ReadResult split = read_whole(json::spec, bytes, options, 3);
  EXPECT_EQ(whole.events, split.events);
  EXPECT_EQ(whole.anomalies, split.anomalies);
  return whole;
}

std::string numbers(const ReadResult& result) {
  std::string out;
  for (const OwnedEvent& event : result.events) out += event.get("n") + " ";
  return out;
}

std::string names(const ReadResult& result) {
  std::string out;
  for (const OwnedAnomaly& anomaly : result.anomalies) out += anomaly.name + "@" + std::to_string(anomaly.offset) + " ";
  return out;
}

std::string utf16le(std::string_view ascii) {
  std::string out;
  for (const char c : ascii) out += {c, '\0'};
  return out;
}

TEST(Json, FindsRecordsHoweverTheyArePutTogether) {
  for (const char* text : {
           "{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n",
           "{\"n\":1}\r\n\r\n{\"n\":2}\r\n{\"n\":3}",
           "{\"n\":1}{\"n\":2} {\"n\":3}",
           "{\n \"n\": 1\n}\n{\n \"n\": 2\n}\n{\n \"n\": 3\n}\n",
           "[{\"n\":1},{\"n\":2},{\"n\":3}]",
           "[\n{\"n\":1},\n{\"n\":2},\n{\"n\":3}\n]\n",
           "[{\"n\":1}]\n[{\"n\":2},{\"n\":3}]",
           "[[{\"n\":1},{\"n\":2}],[{\"n\":3}]]",
           "\xef\xbb\xbf{\"n\":1}\n\xef\xbb\xbf{\"n\":2}\n{\"n\":3}",
           "\x1e{\"n\":1}\n\x1e{\"n\":2}\n\x1e{\"n\":3}\n",
           "{\"Records\":[{\"n\":1},{\"n\":2},{\"n\":3}]}",
           "{\"Records\":[{\"n\":1}]}{\"Records\":[{\"n\":2},{\"n\":3}]}",
           "{\"records\": [{\"n\":1}]}\n{\"records\": []}\n{\"records\": [{\"n\":2},{\"n\":3}]}\n",
           "{\"@odata.context\":\"u\",\"@odata.nextLink\":\"v\",\"value\":[{\"n\":1},{\"n\":2},{\"n\":3}]}",
           "{\"anything\":[{\"n\":1},{\"n\":2},{\"n\":3}]}",
           "{\"value\":[{\"n\":1},{\"n\":2},{\"n\":3}],\"@odata.nextLink\":\"v\"}",
           "{\"kind\":\"EventList\",\"apiVersion\":\"audit.k8s.io/"
           "v1\",\"metadata\":{},\"items\":[{\"n\":1},{\"n\":2},{\"n\":3}]}",
           "{\"took\":3,\"_shards\":{\"total\":1},\"hits\":{\"total\":{\"value\":3},\"max_score\":1.0,\"hits\":["
           "{\"_index\":\"i\",\"_source\":{\"n\":1}},{\"_source\":{\"n\":2}},{\"_source\":{\"n\":3}}]},"
           "\"aggregations\":{\"x\":[{\"n\":9}]}}",
       }) {
    SCOPED_TRACE(text);
    const ReadResult result = read(text);
    EXPECT_EQ(numbers(result), "1 2 3 ");
    EXPECT_EQ(names(result), "");
    for (std::size_t i = 0; i < result.events.size(); ++i) EXPECT_EQ(result.events[i].record, i + 1);
  }
}

TEST(Json, ARecordWithAListIsNoWrapper) {
  for (const char* text : {R"({"events":[{"n":9}],"n":1})", R"({"items":[{"n":9}],"name":"x","n":1})",
                           R"({"value":[1,2],"n":1})", R"({"name":"x","Records":[{"n":9}],"n":1})"}) {
    SCOPED_TRACE(text);
    EXPECT_EQ(numbers(read(text)), "1 ");
  }
}

TEST(Json, KnowsWhereRecordsAre) {
  const std::string text = " [ {\"n\":1} ,\n  {\"n\":2}]";
  const ReadResult result = read(text);
  ASSERT_EQ(result.events.size(), 2u);
  EXPECT_EQ(result.events[1].offset, text.find("{\"n\":2}"));
  EXPECT_EQ(result.events[1].raw, "{\"n\":2}");
}

TEST(Json, ReadsUtf16) {
  const std::string text = "{\"n\":1}\n{\"n\":2,\"t\":\"x\"}\n";
  for (const bool mark : {true, false}) {
    const std::string bytes = (mark ? std::string("\xff\xfe", 2) : "") + utf16le(text);
    const ReadResult result = read(bytes);
    EXPECT_EQ(numbers(result), "1 2 ");
    ASSERT_EQ(result.events.size(), 2u);
    EXPECT_EQ(result.events[1].offset, (mark ? 2u : 0u) + 2 * 8);
    EXPECT_EQ(names(result), "");
    std::string swapped = bytes;
    for (std::size_t i = 0; i + 1 < swapped.size(); i += 2) std::swap(swapped[i], swapped[i + 1]);
    EXPECT_EQ(numbers(read(swapped)), "1 2 ");
    EXPECT_NE(json::spec.sniff(bytes, true), Fit::none);
  }
  // A surrogate pair, a lone surrogate, half a unit.
  std::string bytes = std::string("\xff\xfe", 2) + utf16le("{\"n\":\"") + std::string("\x3d\xd8\x14\xdd", 4) +
                      std::string("\x14\xdd", 2) + utf16le("\"}") + "\n";
  const ReadResult result = read(bytes);
  EXPECT_EQ(numbers(result), "\xf0\x9f\x94\x94\xef\xbf\xbd ");
  EXPECT_EQ(names(result), "json-garbage@" + std::to_string(bytes.size() - 1) + " ");
}

TEST(Json, DamageCostsOnlyTheDamagedRecord) {
  struct Case {
    const char *text, *numbers, *anomalies;
  };
  for (const Case& one : {
           Case{"{\"n\":1}\n{\"n\":2,\"t\":\"abc\n{\"n\":3}\n", "1 3 ", "json-truncated@8 "},
           Case{"{\"n\":1}\n{\"n\":2,\n{\"n\":3}\n{\"n\":4}\n", "1 3 4 ", "json-truncated@8 "},
           Case{"{\"n\":1}\n{\"n\":2,\"t\":[1,2\n{\"n\":3}\n", "1 3 ", "json-truncated@8 "},
           Case{"{\"n\":1}\n{\"n\":2,\"t\":\n{\"n\":3}\n", "1 3 ", "json-truncated@8 "},
           Case{"{\"n\":1}\nsome words\nmore {of} them\n{\"n\":2}\n", "1 2 ",
                "json-garbage@8 json-garbage@29 json-damaged@24 "},
           Case{"{\"n\":1}\n{\"n\":2]\n{\"n\":3}\n", "1 3 ", "json-damaged@8 "},
           Case{"{\"n\":1}\n{\"n\":2}}\n{\"n\":3}\n", "1 2 3 ", "json-damaged@15 "},
           Case{"{\"n\":1}\n{\"n\" 2}\n{\"n\":3}\n", "1 3 ", "json-damaged@8 "},
           Case{"[{\"n\":1},{\"n\":2,\"t\":\"abc\n,{\"n\":3}]", "1 3 ", "json-truncated@9 "},
           Case{"[{\"n\":1},{\"n\":2},", "1 2 ", "json-truncated@17 "},
           Case{"[{\"n\":1},{\"n\":2", "1 ", "json-truncated@15 json-truncated@9 "},
           Case{"{\"Records\":[{\"n\":1},{\"n\":2}", "1 2 ", "json-truncated@27 "},
           Case{"{\"n\":1}\n{\"n\":2,\"t\":\"a\tb\"}\n", "1 2 ", "json-repaired@8 "},
           Case{"{\"n\":1}\n{\"n\":2,\"t\":\"a\xff"
                "b\"}\n",
                "1 2 ", "json-invalid-utf8@8 "},
           Case{"{\"n\":1}\n12\n\"word {\"\n{\"n\":2}\n", "1 2 ", "json-garbage@8 "},
       }) {
    SCOPED_TRACE(one.text);
    const ReadResult result = read(one.text);
    EXPECT_EQ(numbers(result), one.numbers);
    EXPECT_EQ(names(result), one.anomalies);
  }
}

TEST(Json, BearsNulBytes) {
  const std::string nuls(5000, '\0');
  const ReadResult result = read("{\"n\":1}\n" + nuls + "{\"n\":2}\n" + nuls);
  EXPECT_EQ(numbers(result), "1 2 ");
  EXPECT_EQ(names(result), "json-garbage@8 json-garbage@5016 ");
  EXPECT_EQ(numbers(read("{\"n\":\"a" + nuls.substr(0, 1) + "b\"}")), std::string("a\0b ", 4));
}

TEST(Json, RepairsInvalidUtf8InWhatItGives) {
  const ReadResult result = read("{\"n\":\"a\xff\xc3\",\"\xfe\":\"x\"}\n");
  ASSERT_EQ(result.events.size(), 1u);
  EXPECT_EQ(result.events[0].get("n"), "a\xef\xbf\xbd\xef\xbf\xbd");
  EXPECT_EQ(result.events[0].get("\xef\xbf\xbd"), "x");
  EXPECT_TRUE(result.events[0].raw.contains('\xff'));
}

TEST(Json, PassesOverARecordThatIsTooLong) {
  ReadOptions options;
  options.record_max = 10'000;
  std::string text = "{\"n\":1}\n{\"n\":2,\"t\":\"" + std::string(3'000'000, 'x') + "\"}\n{\"n\":3}\n";
  ReadResult result = read(text, options);
  EXPECT_EQ(numbers(result), "1 3 ");
  EXPECT_EQ(names(result), "json-record-too-long@8 ");
  EXPECT_EQ(result.anomalies.at(0).size, text.find("\n{\"n\":3}") - 8);
  EXPECT_TRUE(result.anomalies[0].detail.starts_with("{\"n\":2,\"t\":\"xxx"));
  // The same without an end.
  text = "{\"n\":1}\n{\"n\":2,\"t\":\"" + std::string(3'000'000, 'x');
  result = read(text, options);
  EXPECT_EQ(numbers(result), "1 ");
  EXPECT_EQ(names(result), "json-record-too-long@8 ");
}

TEST(Json, ReadsAListInAWrapperThatNobodyKnows) {
  ReadOptions options;
  options.record_max = 10'000;
  std::string text = "{\"export\":{\"by\":\"us\",\"what\":[1,2,3],\"entries\":[{\"n\":1}";
  for (int i = 0; i < 300'000; ++i) text += ",{\"n\":0}";
  text += "]}}\n{\"n\":2}";
  const ReadResult result = read(text, options);
  ASSERT_EQ(result.events.size(), 300'002u);
  EXPECT_EQ(result.events.front().get("n"), "1");
  EXPECT_EQ(result.events.back().get("n"), "2");
  EXPECT_EQ(names(result), "");
}

TEST(Json, NestingIsBounded) {
  const std::string deep = "{\"n\":0,\"a\":" + std::string(10'000, '[') + std::string(10'000, ']') + "}";
  const ReadResult result = read("{\"n\":1}\n" + deep + "\n{\"n\":2}\n");
  EXPECT_EQ(numbers(result), "1 2 ");
  EXPECT_EQ(names(result), "json-too-deep@8 ");
  read(std::string(300'000, '{'));
  read(std::string(300'000, '['));
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
  read(objects);
  read("{\n" + objects + "\n{\"n\":1}\n");
}

TEST(Json, ValuesAreBounded) {
  Demand demand;
  demand.add("a");
  demand.add("n");
  std::string list = "{\"a\":[0";
  for (int i = 0; i < 150'000; ++i) list += ",1";
  std::string text = list + "]}\n{\"n\":1}\n";
  ReadResult result = read_all(json::spec, text, demand);
  EXPECT_EQ(names(result), "json-too-many-fields@0 ");
  ASSERT_EQ(result.events.size(), 2u);
  EXPECT_EQ(result.events[0].fields.size(), FieldSink::kFieldsMax);
  EXPECT_EQ(read_whole(json::spec, text).events.at(0).fields.size(), FieldSink::kFieldsMax);
  for (int i = 0; i < 1'000'000; ++i) list += ",1";
  text = list + "]}\n{\"n\":1}\n";
  result = read_all(json::spec, text, demand);
  EXPECT_EQ(names(result), "json-too-many-values@0 ");
  EXPECT_EQ(numbers(result), "1 ");
}

TEST(Json, NamesAreBounded) {
  const std::string empty = "{\"\":{\"n\":1},\"a\":{\"\":{\"b\":2}}}";
  EXPECT_EQ(read_all(json::spec, empty, demand_for(read(empty))).events, read(empty).events);
  const std::string key(300, 'k');
  const std::string text = "{\"" + key + "\":{\"" + key + "\":{\"a\":1,\"b\":2}}}";
  const ReadResult whole = read(text);
  ASSERT_EQ(whole.events.at(0).fields.size(), 1u);
  EXPECT_EQ(whole.events[0].fields[0].name, key + "." + key.substr(0, 211));
  EXPECT_EQ(whole.events[0].fields[0].value, "{\"a\":1,\"b\":2}");
  EXPECT_EQ(read_all(json::spec, text, demand_for(whole)).events, whole.events);
}

TEST(Json, StandsManyBlocks) {
  std::string text = "[";
  for (int i = 1; i <= 60'000; ++i) {
    if (i > 1) text += ",\n ";
    text += "{\"n\":" + std::to_string(i) + ",\"pad\":\"" + std::string(static_cast<std::size_t>(i % 97), '}') + "\"}";
  }
  text += "]";
  const ReadResult result = read_whole(json::spec, text);
  ASSERT_EQ(result.events.size(), 60'000u);
  EXPECT_GE(result.blocks, 3u);
  for (std::size_t i = 0; i < result.events.size(); ++i) {
    ASSERT_EQ(result.events[i].get("n"), std::to_string(i + 1));
    ASSERT_EQ(result.events[i].record, i + 1);
    ASSERT_EQ(text.substr(result.events[i].offset, result.events[i].raw.size()), result.events[i].raw);
  }
}

TEST(Json, ADemandedObjectGivesItsText) {
  Demand demand;
  demand.add("a");
  demand.add("a.b");
  demand.add("l");
  const ReadResult result = read_all(json::spec, R"({"a":{"b":[1,2],"c":3},"l":["x",{"y":1}]})", demand);
  ASSERT_EQ(result.events.size(), 1u);
  EXPECT_EQ(result.events[0].get("a"), R"({"b":[1,2],"c":3})");
  EXPECT_EQ(result.events[0].all("a.b"), (std::vector<std::string>{"1", "2"}));
  EXPECT_EQ(result.events[0].all("l"), (std::vector<std::string>{"x", R"({"y":1})"}));
}

TEST(Json, IsRecognisedByItsContent) {
  for (const char* text : {"{\"a\":1}\n", "[{\"a\":1}]", "{\n  \"a\": {", "\xef\xbb\xbf{\"a\":1}", "[\n  {\n"})
    EXPECT_EQ(json::spec.sniff(text, false), Fit::sure) << text;
  EXPECT_EQ(json::spec.sniff("tail of a record\"}\n{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n", true), Fit::fair);
  for (const char* text :
       {"", "plain words", "[2021-03-04 05:06:07] words", "[error] x", "{word} said", "<a/>", "a,b\n1,2\n"})
    EXPECT_LE(json::spec.sniff(text, true), Fit::weak) << text;
}

}  // namespace
}  // namespace tocsin::tests
