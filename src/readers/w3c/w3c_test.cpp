#include "readers/w3c/w3c.h"

#include <gtest/gtest.h>

#include "tests/support/read_all.h"

namespace tocsin::w3c {
namespace {

using tests::read_whole;
using tests::ReadResult;

TEST(W3c, ReadColumnsByTheirHeading) {
  const ReadResult result =
      read_whole(spec,
                 "#Software: Microsoft Internet Information Services 10.0\n"
                 "#Fields: date time cs-method cs-uri-stem cs-uri-query cs(User-Agent) sc-status\n"
                 "2021-08-04 01:02:03 GET /a b=c Mozilla/5.0+(X+Y) 200\n"
                 "2021-08-04 01:02:04 GET /a - - 404\n");
  ASSERT_EQ(result.events.size(), 2u);
  const auto& event = result.events[0];
  EXPECT_EQ(event.source, "iis");
  EXPECT_EQ(event.time.iso(), "2021-08-04T01:02:03Z");
  EXPECT_EQ(event.record, 3u);
  EXPECT_EQ(event.get("cs(User-Agent)"), "Mozilla/5.0 (X Y)");
  EXPECT_EQ(event.get("cs-uri"), "/a?b=c");
  EXPECT_EQ(result.events[1].get("cs-uri-query"), "(absent)");
  EXPECT_EQ(result.events[1].get("cs-uri"), "/a");
  EXPECT_TRUE(result.anomalies.empty());
}

TEST(W3c, FollowHeadingsThatChange) {
  const ReadResult result =
      read_whole(spec,
                 "#Fields: date time c-ip sc-status\n2021-08-04 01:02:03 192.0.2.1 200\n"
                 "#Date: 2021-08-05 00:00:00\n#Fields: time sc-status c-ip\n01:02:03 404 192.0.2.2\n");
  ASSERT_EQ(result.events.size(), 2u);
  EXPECT_EQ(result.events[1].get("c-ip"), "192.0.2.2");
  EXPECT_EQ(result.events[1].time.iso(), "2021-08-05T01:02:03Z");
  EXPECT_EQ(result.events[0].source, "w3c");
}

TEST(W3c, ReadExchangeFirewallAndProxyFiles) {
  const ReadResult exchange = read_whole(spec,
                                         "DateTime,RequestId,ClientIp\r\n#Software: Microsoft Exchange Server\r\n"
                                         "#Log-type: HttpProxy Logs\r\n#Fields: DateTime,RequestId,Data\r\n"
                                         "2021-08-04T01:02:03.250Z,7,\"a,\"\"b\"\"\"\r\n");
  ASSERT_EQ(exchange.events.size(), 1u);
  EXPECT_EQ(exchange.events[0].source, "exchange");
  EXPECT_EQ(exchange.events[0].get("Data"), "a,\"b\"");
  EXPECT_EQ(exchange.events[0].time.iso(), "2021-08-04T01:02:03.250Z");

  ReadOptions east;
  east.utc_offset_minutes = 60;
  const ReadResult firewall = read_whole(
      spec,
      "#Version: 1.5\n#Software: Microsoft Windows Firewall\n#Time Format: Local\n"
      "#Fields: date time action protocol src-ip dst-ip\n\n2021-08-04 01:02:03 DROP TCP 192.0.2.1 192.0.2.2\n",
      east);
  ASSERT_EQ(firewall.events.size(), 1u);
  EXPECT_EQ(firewall.events[0].source, "windows-firewall");
  EXPECT_EQ(firewall.events[0].time.iso(), "2021-08-04T00:02:03Z");

  const ReadResult proxy = read_whole(spec,
                                      "#Software: SGOS 6\n#Fields: date time c-ip cs(User-Agent) sc-filter-result\n"
                                      "2021-08-04 01:02:03 192.0.2.1 \"Agent 1 (x)\" OBSERVED\n");
  EXPECT_EQ(proxy.events[0].source, "w3c-proxy");
  EXPECT_EQ(proxy.events[0].get("cs(User-Agent)"), "Agent 1 (x)");
  EXPECT_EQ(proxy.events[0].get("sc-filter-result"), "OBSERVED");
}

TEST(W3c, SayWhenColumnsDisagree) {
  const ReadResult result =
      read_whole(spec, "#Fields: date time c-ip\n2021-08-04 01:02:03\nx\n2021-08-04 01:02:03 192.0.2.1\n");
  EXPECT_EQ(result.events.size(), 3u);
  ASSERT_EQ(result.anomalies.size(), 1u);
  EXPECT_EQ(result.anomalies[0].name, "columns-disagree");
  EXPECT_EQ(result.anomalies[0].offset, 24u);
}

TEST(W3c, BearHeadingsWithoutEnd) {
  std::string hostile;
  for (int i = 0; i < 30000; ++i) hostile += "#Fields: date c" + std::to_string(i) + "\n2021-08-04 x\n";
  const ReadResult result = read_whole(spec, hostile);
  EXPECT_EQ(result.events.size(), 30000u);
  EXPECT_TRUE(result.has_anomaly("too-many-headings"));
}

}  // namespace
}  // namespace tocsin::w3c
