#include "readers/xml/xml.h"

#include <gtest/gtest.h>

#include "tests/support/read_all.h"

namespace tocsin::tests {
namespace {

ReadResult read(std::string_view bytes, ReadOptions options = {}) {
  const ReadResult whole = read_whole(xml::spec, bytes, options);
  const ReadResult split = read_whole(xml::spec, bytes, options, 3);
  EXPECT_EQ(whole.events, split.events);
  EXPECT_EQ(whole.anomalies, split.anomalies);
  return whole;
}

std::string event(int number, std::string_view data = "<Data Name='Tone'>a</Data>") {
  return "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='Bell' "
         "Guid='{5770385f-c22a-43e0-bf4c-06f5698ffbd9}'/><EventID Qualifiers='0'>7</EventID><TimeCreated "
         "SystemTime='2021-03-04T05:06:07.1234567Z'/><EventRecordID>" +
         std::to_string(number) + "</EventRecordID><Correlation/><Channel>Ring</Channel></System><EventData>" +
         std::string(data) + "</EventData></Event>";
}

std::string names(const ReadResult& result) {
  std::string out;
  for (const OwnedAnomaly& anomaly : result.anomalies) out += anomaly.name + "@" + std::to_string(anomaly.offset) + " ";
  return out;
}

std::string numbers(const ReadResult& result) {
  std::string out;
  for (const OwnedEvent& one : result.events) out += std::to_string(one.record) + " ";
  return out;
}

TEST(Xml, GivesTheNormalForm) {
  const ReadResult result =
      read(event(42,
                 "<Data Name='Tone'>a &lt;b&gt; &#233;</Data><Data>bare</Data><Data Name='Empty'/>"
                 "<Data>two</Data><Binary>00FF</Binary><Data Name='Lines'>x\r\n y </Data>"));
  ASSERT_EQ(result.events.size(), 1u);
  const OwnedEvent& one = result.events[0];
  EXPECT_EQ(one.source, "windows");
  EXPECT_EQ(one.record, 42u);
  EXPECT_EQ(one.time.iso(), "2021-03-04T05:06:07.1234567Z");
  EXPECT_EQ(one.get("Provider_Name"), "Bell");
  EXPECT_EQ(one.get("Provider_Guid"), "{5770385F-C22A-43E0-BF4C-06F5698FFBD9}");
  EXPECT_EQ(one.get("EventID"), "7");
  EXPECT_EQ(one.get("EventID_Qualifiers"), "0");
  EXPECT_EQ(one.get("Correlation"), "(null)");
  EXPECT_EQ(one.get("Channel"), "Ring");
  EXPECT_EQ(one.get("Tone"), "a <b> \xc3\xa9");
  EXPECT_EQ(one.all("Data"), (std::vector<std::string>{"bare", "two"}));
  EXPECT_EQ(one.get("Empty"), "");
  EXPECT_EQ(one.get("Binary"), "00FF");
  EXPECT_EQ(one.get("Lines"), "x\r\n y ");
  EXPECT_EQ(one.get("Event_xmlns"), "(absent)");
}

TEST(Xml, ReadsUserDataAndSysmonForLinux) {
  const ReadResult result = read(
      "<Event><System><Provider Name='Linux-Sysmon'/><EventID>1</EventID></System><UserData><Ring xmlns='x' Loud='yes'>"
      "<Tone>a</Tone><Inner><Tone>b</Tone></Inner></Ring></UserData></Event>");
  ASSERT_EQ(result.events.size(), 1u);
  EXPECT_EQ(result.events[0].source, "sysmon-linux");
  EXPECT_EQ(result.events[0].all("Tone"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(result.events[0].get("Ring_Loud"), "yes");
}

TEST(Xml, FindsEventsHoweverTheyArePutTogether) {
  const std::string one = event(1), two = event(2);
  for (const std::string& text :
       {one + two, one + "\r\n" + two + "\r\n", "<?xml version=\"1.0\"?>\n<Events>" + one + "\n" + two + "</Events>",
        "\xef\xbb\xbf<Events>" + one + two + "</Events>"}) {
    const ReadResult result = read(text);
    EXPECT_EQ(numbers(result), "1 2 ");
    EXPECT_EQ(names(result), "");
    EXPECT_EQ(result.events.at(1).offset, text.find(two));
    EXPECT_EQ(xml::spec.sniff(text, true), Fit::sure);
  }
  std::string wide = "\xff\xfe";
  for (const char c : one + two) wide += {c, '\0'};
  EXPECT_EQ(numbers(read(wide)), "1 2 ");
  EXPECT_EQ(xml::spec.sniff(wide, true), Fit::sure);
}

TEST(Xml, DamageCostsOnlyTheDamagedEvent) {
  const std::string one = event(1), two = event(2), three = event(3);
  EXPECT_EQ(numbers(read(one + two.substr(0, two.size() / 2) + three)), "1 3 ");
  EXPECT_EQ(names(read(one + two.substr(0, two.size() / 2) + three)),
            "xml-truncated@" + std::to_string(one.size()) + " ");
  EXPECT_EQ(numbers(read(one + "words" + three)), "1 3 ");
  EXPECT_EQ(names(read(one + "words" + three)), "xml-garbage@" + std::to_string(one.size()) + " ");
  EXPECT_EQ(numbers(read(one + event(2, "<Data></Daat>") + three)), "1 3 ");
  EXPECT_EQ(names(read(one + event(2, "<Data></Daat>") + three)), "xml-damaged@" + std::to_string(one.size()) + " ");
  EXPECT_EQ(names(read(one + event(2, "<Data Name='x'>\xff</Data>"))),
            "xml-invalid-utf8@" + std::to_string(one.size()) + " ");
  EXPECT_EQ(numbers(read(one + two.substr(0, 100))), "1 ");
}

TEST(Xml, NestingAndLengthAreBounded) {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<a>";
  EXPECT_EQ(numbers(read(event(1, deep) + event(2))), "2 ");
  std::string closed = deep + "x";
  for (int i = 0; i < 100'000; ++i) closed += "</a>";
  EXPECT_EQ(numbers(read_whole(xml::spec, event(1, closed) + event(2))), "1 2 ");
  std::string many;
  for (int i = 0; i < 1'000'001; ++i) many += "<a/>";
  const ReadResult wide = read_whole(xml::spec, event(1, many) + event(2));
  EXPECT_EQ(numbers(wide), "2 ");
  EXPECT_EQ(names(wide), "xml-damaged@0 ");
  ReadOptions options;
  options.record_max = 10'000;
  const ReadResult result = read(event(1) + event(2, std::string(3'000'000, 'x')) + event(3), options);
  EXPECT_EQ(numbers(result), "1 3 ");
  EXPECT_TRUE(result.has_anomaly("xml-record-too-long"));
}

}  // namespace
}  // namespace tocsin::tests
