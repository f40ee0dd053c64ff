#include "readers/lines/lines.h"

#include <gtest/gtest.h>

#include "tests/support/read_all.h"

namespace tocsin::lines {
namespace {

using tests::OwnedEvent;
using tests::read_whole;
using tests::ReadResult;

OwnedEvent one(std::string_view line, const ReadOptions& options = {}) {
  const ReadResult result = read_whole(spec, line, options);
  EXPECT_EQ(result.events.size(), 1u);
  return result.events.empty() ? OwnedEvent{} : result.events[0];
}

ReadOptions in_year(int year) {
  ReadOptions options;
  options.year = year;
  return options;
}

TEST(Lines, ReadRfc3164Headers) {
  const OwnedEvent event = one("<38>Aug  4 01:02:03 gate sshd[4711]: Failed password for root", in_year(2021));
  EXPECT_EQ(event.source, "syslog");
  EXPECT_EQ(event.time.iso(), "2021-08-04T01:02:03Z");
  EXPECT_EQ(event.get("timestamp"), "Aug  4 01:02:03");
  EXPECT_EQ(event.get("hostname"), "gate");
  EXPECT_EQ(event.get("program"), "sshd");
  EXPECT_EQ(event.get("pid"), "4711");
  EXPECT_EQ(event.get("facility"), "auth");
  EXPECT_EQ(event.get("severity"), "info");
  EXPECT_EQ(event.get("message"), "Failed password for root");
}

TEST(Lines, ReadHeadersWithoutHostPidOrTag) {
  EXPECT_EQ(one("Aug  4 01:02:03 sshd[1]: hello", in_year(2021)).get("program"), "sshd");
  EXPECT_EQ(one("Aug  4 01:02:03 sshd[1]: hello", in_year(2021)).get("hostname"), "(absent)");
  const OwnedEvent mark = one("Aug  4 01:02:03 gate -- MARK --", in_year(2021));
  EXPECT_EQ(mark.get("hostname"), "gate");
  EXPECT_EQ(mark.get("message"), "-- MARK --");
  const OwnedEvent postfix = one("Aug  4 01:02:03 gate postfix/smtpd[9]: lost connection", in_year(2021));
  EXPECT_EQ(postfix.get("program"), "postfix/smtpd");
  EXPECT_EQ(one("Aug  4 01:02:03 gate /usr/sbin/cron[9]: x", in_year(2021)).get("program"), "cron");
  EXPECT_EQ(one("<13>backup: done").get("program"), "backup");
}

TEST(Lines, ReadRfc5424WithStructuredData) {
  const OwnedEvent event =
      one(R"(<34>1 2020-10-11T22:14:15.003Z host.example su 77 ID47 [a@1 x="1" y="q\"\]\\"][b z="2"] text [not sd])");
  EXPECT_EQ(event.source, "syslog");
  EXPECT_EQ(event.time.iso(), "2020-10-11T22:14:15.003Z");
  EXPECT_EQ(event.get("msgid"), "ID47");
  EXPECT_EQ(event.get("a@1.x"), "1");
  EXPECT_EQ(event.get("a@1.y"), "q\"]\\");
  EXPECT_EQ(event.get("b.z"), "2");
  EXPECT_EQ(event.get("message"), "text [not sd]");
  EXPECT_EQ(event.get("severity"), "crit");
  const OwnedEvent nil = one("<34>1 - - - - - -");
  EXPECT_EQ(nil.get("hostname"), "(absent)");
  EXPECT_FALSE(nil.time.known());
}

TEST(Lines, ReadIsoStampedAndJournalForms) {
  const OwnedEvent iso = one("2021-08-04T01:02:03.123456+02:00 gate sshd[4]: hi");
  EXPECT_EQ(iso.time.iso(), "2021-08-03T23:02:03.123456Z");
  EXPECT_EQ(iso.get("program"), "sshd");
  const OwnedEvent full = one("Wed 2021-08-04 01:02:03 UTC gate sshd[4]: hi");
  EXPECT_EQ(full.source, "syslog");
  EXPECT_EQ(full.time.iso(), "2021-08-04T01:02:03Z");
  EXPECT_EQ(full.get("hostname"), "gate");
  const OwnedEvent unix = one("1628038923.000001 gate sshd[4]: hi");
  EXPECT_EQ(unix.time.iso(), "2021-08-04T01:02:03.000001Z");
  EXPECT_EQ(unix.get("program"), "sshd");
}

TEST(Lines, ReadTheTimesOfOtherLogs) {
  const auto time = [](std::string_view line) { return one(line).time.iso(); };
  EXPECT_EQ(time("2021/08/04 01:02:03 [error] 1#1: no such file"), "2021-08-04T01:02:03Z");
  EXPECT_EQ(time("[Wed Aug 04 01:02:03.5 2021] [core:error] [pid 1] x"), "2021-08-04T01:02:03.5Z");
  EXPECT_EQ(time("04-Aug-2021 01:02:03.250 client 192.0.2.1#53: x"), "2021-08-04T01:02:03.250Z");
  EXPECT_EQ(time("2021-08-04 01:02:03,123 INFO main: x"), "2021-08-04T01:02:03.123Z");
  EXPECT_EQ(time("[04-Aug-2021 01:02:03 +0200]: <abc> x"), "2021-08-03T23:02:03Z");
  EXPECT_EQ(time("192.0.2.1 - - [04/Aug/2021:01:02:03 -0100] \"x\""), "2021-08-04T02:02:03Z");
  EXPECT_EQ(time("time=\"2021-08-04T01:02:03Z\" level=info"), "2021-08-04T01:02:03Z");
  EXPECT_EQ(time("Wed Aug  4 01:02:03 2021 [pid 2] CONNECT"), "2021-08-04T01:02:03Z");
  EXPECT_EQ(time("08/04/2021 01:02:03 PM something"), "2021-08-04T13:02:03Z");
  EXPECT_EQ(time("version 10.2.2021 of 3.4"), "");
  ReadOptions east;
  east.utc_offset_minutes = 60;
  EXPECT_EQ(one("2021/08/04 01:02:03 x", east).time.iso(), "2021-08-04T00:02:03Z");
}

TEST(Lines, ReadKeyValues) {
  const OwnedEvent event = one(
      R"(<189>date=2021-08-04 time=01:02:03 devname="fw" logid="01" tz="+0200" type="event" msg="say \"hi\" now" user=karin)");
  EXPECT_EQ(event.source, "fortigate");
  EXPECT_EQ(event.time.iso(), "2021-08-03T23:02:03Z");
  EXPECT_EQ(event.get("type"), "event");
  EXPECT_EQ(event.get("msg"), "say \"hi\" now");
  EXPECT_EQ(event.get("user"), "karin");
}

TEST(Lines, ReadCefAndLeef) {
  const OwnedEvent cef =
      one(R"(Aug  4 01:02:03 gate CEF:0|V|P \| Q|1|sig|Name|7|msg=a b\=c d=e=f path=C:\\x)", in_year(2021));
  EXPECT_EQ(cef.source, "cef");
  EXPECT_EQ(cef.get("deviceProduct"), "P | Q");
  EXPECT_EQ(cef.get("severity"), "7");
  EXPECT_EQ(cef.get("msg"), "a b=c");
  EXPECT_EQ(cef.get("d"), "e=f");
  EXPECT_EQ(cef.get("path"), "C:\\x");
  const OwnedEvent leef = one("LEEF:2.0|V|P|1|id|^|usrName=a b^src=192.0.2.1");
  EXPECT_EQ(leef.source, "leef");
  EXPECT_EQ(leef.get("usrName"), "a b");
  EXPECT_EQ(leef.get("src"), "192.0.2.1");
}

TEST(Lines, ReadRouterMarks) {
  const OwnedEvent ios = one("<189>44: gate: *Aug  4 01:02:03.123: %SYS-5-CONFIG_I: Configured from console");
  EXPECT_EQ(ios.source, "cisco");
  EXPECT_EQ(ios.get("program"), "SYS");
  EXPECT_EQ(ios.get("msgid"), "CONFIG_I");
  EXPECT_EQ(ios.get("severity"), "notice");
  EXPECT_EQ(ios.get("message"), "Configured from console");
  EXPECT_EQ(one("Aug 04 2021 01:02:03 fw : %ASA-6-113004: AAA ok").get("msgid"), "113004");
}

TEST(Lines, ReadSudoAndNetfilterPairs) {
  const OwnedEvent sudo =
      one("Aug  4 01:02:03 gate sudo: karin : TTY=pts/0 ; USER=root ; COMMAND=/bin/sh -c a ; b", in_year(2021));
  EXPECT_EQ(sudo.get("USER"), "root");
  EXPECT_EQ(sudo.get("COMMAND"), "/bin/sh -c a ; b");
  const OwnedEvent drop =
      one("Aug  4 01:02:03 gate kernel: [1.5] DROP IN=eth0 OUT= SRC=192.0.2.1 DST=192.0.2.2 DPT=22", in_year(2021));
  EXPECT_EQ(drop.source, "netfilter");
  EXPECT_EQ(drop.get("DPT"), "22");
}

TEST(Lines, CarryTheYearAcrossNewYear) {
  const ReadResult result = read_whole(
      spec, "Dec 31 23:59:59 a b: 1\nJan  1 00:00:01 a b: 2\nDec 31 23:59:58 a b: 3\nJan  1 00:00:02 a b: 4\n",
      in_year(2020));
  ASSERT_EQ(result.events.size(), 4u);
  EXPECT_EQ(result.events[0].time.iso(), "2020-12-31T23:59:59Z");
  EXPECT_EQ(result.events[1].time.iso(), "2021-01-01T00:00:01Z");
  EXPECT_EQ(result.events[2].time.iso(), "2020-12-31T23:59:58Z");
  EXPECT_EQ(result.events[3].time.iso(), "2021-01-01T00:00:02Z");
  EXPECT_TRUE(result.anomalies.empty());
}

TEST(Lines, SayWhenAYearIsAssumed) {
  const ReadResult result = read_whole(spec, "Feb 29 01:00:00 a b: 1\nMar  1 01:00:00 a b: 2\n");
  EXPECT_EQ(result.events[0].time.iso(), "1972-02-29T01:00:00Z");
  ASSERT_EQ(result.anomalies.size(), 1u);
  EXPECT_EQ(result.anomalies[0].name, "year-assumed");
  ReadOptions guess = in_year(2019);
  guess.year_assumed = true;
  EXPECT_TRUE(read_whole(spec, "Mar  1 01:00:00 a b: 2\n", guess).has_anomaly("year-assumed"));
}

TEST(Lines, TakeTheYearFromDatedLinesOfTheSameFile) {
  const ReadResult later = read_whole(spec, "Dec 30 01:00:00 a b: 1\n2022-01-02T01:00:00Z a b: 2\n");
  EXPECT_EQ(later.events[0].time.iso(), "2021-12-30T01:00:00Z");
  EXPECT_TRUE(later.anomalies.empty());
  const ReadResult within = read_whole(spec, "Aug 24 01:00:00 a b: at 2019-08-24 01:00:00 it began\n");
  EXPECT_EQ(within.events[0].time.iso(), "2019-08-24T01:00:00Z");
  const ReadResult unrelated = read_whole(spec, "Aug 24 01:00:00 a b: valid to 2031-01-01 00:00:00\n");
  EXPECT_TRUE(unrelated.has_anomaly("year-assumed"));
}

TEST(Lines, KeepRawBytesAndRepairValues) {
  const std::string line = "Aug  4 01:02:03 gate app: caf\xe9 \xff ok";
  const OwnedEvent event = one(line, in_year(2021));
  EXPECT_EQ(event.raw, line);
  EXPECT_EQ(event.get("message"), "caf\xef\xbf\xbd \xef\xbf\xbd ok");
}

TEST(Lines, ReadUtf16WithExactOffsets) {
  std::string little = "\xff\xfe";
  for (const char c : std::string("Aug  4 01:02:03 g p: x\r\nsecond\xe9\n")) little += c, little += '\0';
  const ReadResult result = read_whole(spec, little, in_year(2021));
  ASSERT_EQ(result.events.size(), 2u);
  EXPECT_EQ(result.events[0].get("program"), "p");
  EXPECT_EQ(result.events[1].get("message"), "second\xc3\xa9");
  EXPECT_EQ(result.events[1].offset, 2u + 2 * 24);
  EXPECT_EQ(result.events[1].raw.size(), 14u);
  std::string big = "\xfe\xff";
  for (std::size_t i = 2; i + 1 < little.size(); i += 2) big += little[i + 1], big += little[i];
  const ReadResult other = read_whole(spec, big, in_year(2021));
  ASSERT_EQ(other.events.size(), 2u);
  EXPECT_EQ(other.events[1].fields, result.events[1].fields);
}

TEST(Lines, ReadJsonBehindAHeader) {
  const OwnedEvent plain = one(R"(2021-08-04T01:02:03Z gate app[4]: {"level":"info","user":{"name":"karin"}})");
  EXPECT_EQ(plain.source, "syslog");
  EXPECT_EQ(plain.get("program"), "app");
  EXPECT_EQ(plain.get("user.name"), "karin");
  const OwnedEvent eve = one(R"(<13>Aug  4 01:02:03 gate suricata[4]: @cee: {"timestamp":"2021-08-04T01:02:03.5+0000",)"
                             R"("event_type":"dns","flow_id":1,"src_ip":"192.0.2.1"})",
                             in_year(2021));
  EXPECT_EQ(eve.source, "suricata.dns");
  EXPECT_EQ(eve.get("src_ip"), "192.0.2.1");
  EXPECT_EQ(one("Aug  4 01:02:03 gate app: {not json", in_year(2021)).get("message"), "{not json");
}

TEST(Lines, ReadSysmonForLinux) {
  const OwnedEvent event =
      one("Aug  4 01:02:03 gate sysmon: <Event><System><Provider Name=\"Linux-Sysmon\"/><EventID>1</EventID>"
          "<TimeCreated SystemTime=\"2021-08-04T01:02:03.250Z\"/><EventRecordID>9</EventRecordID>"
          "<Channel>Linux-Sysmon/Operational</Channel></System><EventData><Data Name=\"Image\">/usr/bin/id</Data>"
          "<Data Name=\"CommandLine\">id &amp; id</Data></EventData></Event>",
          in_year(2021));
  EXPECT_EQ(event.source, "sysmon-linux");
  EXPECT_EQ(event.time.iso(), "2021-08-04T01:02:03.250Z");
  EXPECT_EQ(event.record, 9u);
  EXPECT_EQ(event.get("EventID"), "1");
  EXPECT_EQ(event.get("CommandLine"), "id & id");
  EXPECT_EQ(event.get("hostname"), "gate");
}

TEST(Lines, TellOtherLogsFromSyslogHeaders) {
  EXPECT_EQ(one("2021-08-04T01:02:03Z [AUTH] WARN: bad password").source, "text");
  EXPECT_EQ(one("2021-08-04T01:02:03Z server ERROR: bad password").source, "text");
  EXPECT_EQ(one("2021-08-04T01:02:03Z server ERROR: bad password").get("program"), "(absent)");
  EXPECT_EQ(one("2021-08-04T01:02:03Z server error[7]: bad password").get("program"), "error");
  EXPECT_EQ(one(R"(192.0.2.1 - - [04/Aug/2021:01:02:03 +0000] "GET /x HTTP/1.1" 404 9)").source, "webserver");
}

TEST(Lines, KnowTwoDaemonsOwnLogs) {
  const OwnedEvent ftp = one("Wed Aug  4 01:02:03 2021 [pid 2] [karin] FAIL LOGIN: Client \"192.0.2.1\"");
  EXPECT_EQ(ftp.source, "syslog");
  EXPECT_EQ(ftp.get("program"), "vsftpd");
  EXPECT_EQ(ftp.get("pid"), "2");
  EXPECT_EQ(one("Wed Aug  4 01:02:03 2021 -> /tmp/x: Y FOUND").get("program"), "clamd");
}

TEST(Lines, ReadAccessLinesAndAuditRecordsBehindAHeader) {
  const OwnedEvent web = one(
      R"(Aug  4 01:02:03 gate nginx: 192.0.2.1 - - [04/Aug/2021:01:02:03 +0000] "GET /x?y HTTP/1.1" 404 9 "-" "ua")",
      in_year(2021));
  EXPECT_EQ(web.source, "webserver");
  EXPECT_EQ(web.get("cs-uri-query"), "y");
  // The header in front is no client, whatever the program is called, and whatever its time looks like.
  for (const char* header : {"Aug  4 01:02:03 gate web: ", "2021-08-04T01:02:03.123Z gate nginx: "}) {
    const OwnedEvent other = one(std::string(header) +
                                     R"(192.0.2.1 - - [04/Aug/2021:01:02:03 +0000] "GET /x HTTP/1.1" 404 9 "-" "ua")",
                                 in_year(2021));
    EXPECT_EQ(other.source, "webserver");
    EXPECT_EQ(other.get("c-ip"), "192.0.2.1");
  }
  const OwnedEvent proxy =
      one("Aug  4 01:02:03 gate (squid-1): 1628038923.500    20 10.0.0.7 TCP_TUNNEL/200 512 CONNECT e.org:443 karin "
          "HIER_DIRECT/192.0.2.9 -",
          in_year(2021));
  EXPECT_EQ(proxy.source, "squid");
  EXPECT_EQ(proxy.get("cs-username"), "karin");
  const OwnedEvent pod =
      one(R"(2021-08-04T01:02:03.5Z stdout F 192.0.2.1 - - [04/Aug/2021:01:02:03 +0000] "GET /x HTTP/1.1" 200 9)");
  EXPECT_EQ(pod.get("cs-uri-stem"), "/x");
  const OwnedEvent audit =
      one(R"(Aug  4 01:02:03 gate kernel: [1.0] audit: type=1400 audit(1628038923.500:77): apparmor="DENIED" comm="x")",
          in_year(2021));
  EXPECT_EQ(audit.source, "auditd");
  EXPECT_EQ(audit.get("type"), "AVC");
  EXPECT_EQ(audit.time.iso(), "2021-08-04T01:02:03.500Z");
}

// A line of any length goes by in bounded memory.
class LongLine final : public Stream {
 public:
  explicit LongLine(std::uint64_t size) : left_(size) {}
  Result<std::size_t> read(char* into, std::size_t size) override {
    if (left_ == 0) {
      const std::string_view rest = std::string_view("\nlast\n").substr(tail_);
      const std::size_t count = std::min(size, rest.size());
      std::memcpy(into, rest.data(), count);
      tail_ += count;
      return count;
    }
    const std::size_t count = std::min<std::uint64_t>({size, left_, 65536});
    std::memset(into, 'a', count);
    left_ -= count;
    return count;
  }

 private:
  std::uint64_t left_;
  std::size_t tail_ = 0;
};

TEST(Lines, KeepTheHeadOfALineThatIsTooLong) {
  LongLine stream(200u << 20);
  const Demand demand;
  const auto reader = spec.open(demand, {});
  std::vector<Anomaly> anomalies;
  std::vector<OwnedEvent> events;
  Batch batch;
  while (true) {
    auto block = reader->cut(stream, anomalies);
    ASSERT_TRUE(block);
    if (!*block) break;
    EXPECT_LE((*block)->data.size(), 17u << 20);
    batch.clear();
    reader->decode(**block, batch);
    for (const Event& event : batch.events())
      events.push_back({event.time, event.offset, event.record, std::string(event.source), std::string(event.raw), {}});
  }
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].raw.size(), 65536u);
  EXPECT_EQ(events[1].raw, "last");
  EXPECT_EQ(events[1].offset, (200u << 20) + 1);
  EXPECT_EQ(events[1].record, 2u);
  ASSERT_EQ(anomalies.size(), 1u);
  EXPECT_EQ(anomalies[0].name, "record-too-long");
  EXPECT_EQ(anomalies[0].size, (200u << 20) + 1);
}

TEST(Lines, DoNotClaimBinaryData) {
  std::string binary;
  for (int i = 0; i < 4096; ++i) binary += static_cast<char>(i * 131 + i / 7);
  EXPECT_EQ(spec.sniff(binary, true), Fit::none);
  EXPECT_EQ(spec.sniff(std::string(4096, '\0'), true), Fit::none);
  EXPECT_EQ(spec.sniff(std::string("MZ\x90\0\3\0\0\0\4\0\0\0\xff\xff\0\0", 16), true), Fit::none);
  EXPECT_EQ(spec.sniff("", true), Fit::none);
  EXPECT_EQ(spec.sniff("plain words\n", true), Fit::weak);
  EXPECT_EQ(spec.sniff("Aug  4 01:02:03 g p: x\n" + std::string(500, '\0') + "\nAug  4 01:02:04 g p: y\n", true),
            Fit::weak);
}

}  // namespace
}  // namespace tocsin::lines
