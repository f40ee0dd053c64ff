#include "readers/csv/csv.h"

#include <gtest/gtest.h>

#include "tests/support/read_all.h"

namespace tocsin::tests {
namespace {

ReadResult read(std::string_view bytes, ReadOptions options = {}) {
  const ReadResult whole = read_whole(csv::spec, bytes, options);
  const ReadResult split = read_whole(csv::spec, bytes, options, 3);
  EXPECT_EQ(whole.events, split.events);
  EXPECT_EQ(whole.anomalies, split.anomalies);
  return whole;
}

std::string column(const ReadResult& result, std::string_view name) {
  std::string out;
  for (const OwnedEvent& event : result.events) out += event.get(name) + "|";
  return out;
}

std::string names(const ReadResult& result) {
  std::string out;
  for (const OwnedAnomaly& anomaly : result.anomalies) out += anomaly.name + "@" + std::to_string(anomaly.offset) + " ";
  return out;
}

TEST(Csv, ReadsEveryDelimiter) {
  for (const char* text :
       {"a,b,c\n1,2,3\n4,5,6\n", "a;b;c\r\n1;2;3\r\n4;5;6", "a\tb\tc\n1\t2\t3\n4\t5\t6\n", "a|b|c\n1|2|3\n4|5|6\n",
        "sep=;\na;b;c\n1;2;3\n4;5;6\n", "#TYPE X\n\"a\",\"b\",\"c\"\n1,2,3\n4,5,6\n",
        "\xef\xbb\xbf"
        "a,b,c\n1,2,3\n\na,b,c\n4,5,6\n"}) {
    SCOPED_TRACE(text);
    const ReadResult result = read(text);
    EXPECT_EQ(column(result, "a"), "1|4|");
    EXPECT_EQ(column(result, "c"), "3|6|");
    EXPECT_EQ(names(result), "");
    EXPECT_EQ(result.events.at(0).source, "csv");
    EXPECT_EQ(csv::spec.sniff(text, true), Fit::fair);
  }
}

TEST(Csv, ReadsQuotedCells) {
  const ReadResult result = read("a,b\n\"x,y\",\"two\r\nlines\"\n\"say \"\"bell\"\"\",\"\"\nplain \"word\",\n");
  EXPECT_EQ(column(result, "a"), "x,y|say \"bell\"|plain \"word\"|");
  EXPECT_EQ(column(result, "b"), "two\r\nlines||(null)|");
  EXPECT_EQ(names(result), "");
  EXPECT_EQ(result.events.at(1).offset, 23u);
  EXPECT_EQ(result.events.at(1).record, 2u);
}

TEST(Csv, DamageCostsFewRows) {
  ReadResult result = read("a,b\n1,2\n3\n4,5,6\n7,8\n");
  EXPECT_EQ(column(result, "a"), "1|3|4|7|");
  EXPECT_EQ(names(result), "csv-columns@8 csv-columns@10 ");
  // A stray quote in the middle of a cell is a character; one that opens a cell costs rows to the next quote that
  // can close it, and nothing more when there is none.
  EXPECT_EQ(column(read("a,b\n1\",2\n3,4\n"), "a"), "1\"|3|");
  result = read("a,b\n1,2\n\"3,4\n5,6\n7,8\n");
  EXPECT_EQ(column(result, "a"), "1|3,4|5|7|");
  EXPECT_EQ(names(result), "csv-unclosed-quote@8 ");
  result = read("a,b\n\"\xff\",2\n");
  EXPECT_EQ(column(result, "a"), "\xef\xbf\xbd|");
  EXPECT_EQ(names(result), "csv-invalid-utf8@4 ");
}

TEST(Csv, PassesOverARowThatIsTooLong) {
  ReadOptions options;
  options.record_max = 1000;
  const std::string text =
      "a,b\n1,2\n3," + std::string(3'000'000, 'x') + "\n5,6\n\"7," + std::string(2'000'000, 'y') + "\n8,9\n";
  const ReadResult result = read(text, options);
  EXPECT_EQ(column(result, "a"), "1|5|8|");
  ASSERT_EQ(result.anomalies.size(), 2u);
  EXPECT_EQ(result.anomalies[0].size, 3'000'002u);
  EXPECT_TRUE(result.has_anomaly("csv-record-too-long"));
}

TEST(Csv, TellsExportsApart) {
  struct Case {
    const char *text, *source, *time, *name, *value;
  };
  for (const Case& one : {
           Case{"CreationDate,UserIds,Operations,AuditData\nx,y,z,\"{\"\"CreationTime\"\":\"\"2021-03-04T05:06:07\"\","
                "\"\"Operation\"\":\"\"New-InboxRule\"\",\"\"Workload\"\":\"\"Exchange\"\",\"\"Parameters\"\":[{"
                "\"\"Name\"\":"
                "\"\"ForwardTo\"\"}]}\"\n",
                "m365", "2021-03-04T05:06:07Z", "Parameters.Name", "ForwardTo"},
           Case{"Level,Date and Time,Source,Event ID,Task Category,Message\nInformation,3/4/2021 5:06:07 AM,"
                "Microsoft-Windows-Sysmon,1,x,\"Process Create:\r\nUtcTime: 2021-03-04 04:06:07.123\r\nImage: "
                "C:\\a.exe\"\n",
                "windows", "2021-03-04T04:06:07.123Z", "Image", "C:\\a.exe"},
           Case{"RecordNumber,EventRecordId,TimeCreated,EventId,Level,Provider,Channel,Computer,Payload\n1,42,"
                "2021-03-04 "
                "05:06:07.1234567,7,Info,Bell,Ring,tower,\"{\"\"EventData\"\":{\"\"Data\"\":[{\"\"@Name\"\":"
                "\"\"Tone\"\","
                "\"\"#text\"\":\"\"a\"\"}]}}\"\n",
                "windows", "2021-03-04T05:06:07.1234567Z", "Tone", "a"},
           Case{"Timestamp,RuleTitle,Level,Computer,Channel,EventID,RecordID,Details,ExtraFieldInfo\n2021-03-04 "
                "06:06:07.123 "
                "+01:00,x,high,tower,Sysmon,1,42,Cmdline: a -b \xc2\xa6 Proc: C:\\a.exe,Company: y\n",
                "windows", "2021-03-04T05:06:07.123Z", "CommandLine", "a -b"},
           Case{"TimeGenerated "
                "[UTC],ResultType,UserPrincipalName,Type,TimeGenerated\nx,0,a@b,SigninLogs,2021-03-04T05:06:07Z\n",
                "entra.signin", "2021-03-04T05:06:07Z", "ResultType", "0"},
       }) {
    SCOPED_TRACE(one.text);
    const ReadResult result = read(one.text);
    ASSERT_EQ(result.events.size(), 1u);
    EXPECT_EQ(result.events[0].source, one.source);
    EXPECT_EQ(result.events[0].time.iso(), one.time);
    EXPECT_EQ(result.events[0].get(one.name), one.value);
    EXPECT_EQ(names(result), "");
  }
}

TEST(Csv, IsNotTakenFromOthers) {
  for (const char* text :
       {"", "a\nb\nc\n", "one line of words, with a comma\nand another one\n", "{\"a\":1,\"b\":2}\n{\"a\":1,\"b\":2}\n",
        "Mar  4 05:06:07 tower bell[1]: ding, dong\nMar  4 05:06:08 tower bell[1]: ding, dong\n",
        "192.0.2.1 - - [04/Mar/2021:05:06:07 +0000] \"GET / HTTP/1.1\" 200 1\n", "#Fields: date time\n1 2\n"})
    EXPECT_LE(csv::spec.sniff(text, true), Fit::weak) << text;
}

}  // namespace
}  // namespace tocsin::tests
