#include "readers/lines/devices.h"

#include <gtest/gtest.h>

#include "readers/lines/lines.h"
#include "tests/support/read_all.h"

namespace tocsin::lines {
namespace {

using tests::OwnedEvent;

OwnedEvent one(std::string_view line) {
  ReadOptions options;
  options.year = 2021;
  const tests::ReadResult result = tests::read_whole(spec, line, options);
  EXPECT_EQ(result.events.size(), 1u);
  return result.events.empty() ? OwnedEvent{} : result.events[0];
}

TEST(Devices, NamePaloAltoColumnsByType) {
  const OwnedEvent traffic = one(
      "<14>Aug  4 01:02:03 fw 1,2021/08/04 01:02:03,0123,TRAFFIC,end,1,2021/08/04 01:02:02,192.0.2.1,198.51.100.2,"
      "203.0.113.1,198.51.100.2,\"rule, \"\"quoted\"\"\",karin,,dns,vsys1,in,out,e1,e2,log,,77,1,5353,53,0,0,0x0,udp,"
      "allow,100,60,40,2");
  EXPECT_EQ(traffic.source, "paloalto");
  EXPECT_EQ(traffic.time.iso(), "2021-08-04T01:02:02Z");
  EXPECT_EQ(traffic.get("hostname"), "fw");
  EXPECT_EQ(traffic.get("type"), "TRAFFIC");
  EXPECT_EQ(traffic.get("src"), "192.0.2.1");
  EXPECT_EQ(traffic.get("rule"), "rule, \"quoted\"");
  EXPECT_EQ(traffic.get("srcuser"), "karin");
  EXPECT_EQ(traffic.get("dstuser"), "(absent)");
  EXPECT_EQ(traffic.get("dport"), "53");
  EXPECT_EQ(traffic.get("action"), "allow");
  EXPECT_EQ(traffic.get("packets"), "2");
}

TEST(Devices, ReadPaloAltoWhereTheHostIsMissing) {
  const OwnedEvent login = one(
      "Aug  4 01:02:03 1,2021/08/04 01:02:03,0123,GLOBALPROTECT,0,1,2021/08/04 01:02:03,vsys1,gateway-auth,login,LDAP,,"
      "example\\karin,NO,PC1,192.0.2.7,0.0.0.0,0.0.0.0,0.0.0.0,id,,5.2,Windows,\"Windows 10 , 64-bit\",1,,"
      "Authentication failed: Invalid username or password,,failure,,0,,0,gw,1,0x0");
  EXPECT_EQ(login.source, "paloalto");
  EXPECT_EQ(login.get("hostname"), "(absent)");
  EXPECT_EQ(login.get("eventid"), "gateway-auth");
  EXPECT_EQ(login.get("srcuser"), "example\\karin");
  EXPECT_EQ(login.get("public_ip"), "192.0.2.7");
  EXPECT_EQ(login.get("client_os_ver"), "Windows 10 , 64-bit");
  EXPECT_EQ(login.get("status"), "failure");
  EXPECT_EQ(login.get("portal"), "gw");
}

TEST(Devices, NameFilterlogColumnsByVersionAndProtocol) {
  const OwnedEvent tcp = one(
      "<134>Aug  4 01:02:03 filterlog[7]: 5,,,100,igb1,match,block,in,4,0x0,,63,1,0,DF,6,tcp,60,192.0.2.1,198.51.100.2,"
      "4000,853,0,S,1,,64240,,mss");
  EXPECT_EQ(tcp.source, "syslog");
  EXPECT_EQ(tcp.get("action"), "block");
  EXPECT_EQ(tcp.get("src"), "192.0.2.1");
  EXPECT_EQ(tcp.get("dstport"), "853");
  EXPECT_EQ(tcp.get("tcpflags"), "S");
  const OwnedEvent six =
      one("<134>Aug  4 01:02:03 gw filterlog[7]: "
          "6,,,100,igb1,match,pass,in,6,0x00,0xf6,1,UDP,17,32,2001:db8::1,ff02::2,546,"
          "547,32");
  EXPECT_EQ(six.get("src"), "2001:db8::1");
  EXPECT_EQ(six.get("dstport"), "547");
  const OwnedEvent icmp = one(
      "<134>Aug  4 01:02:03 filterlog[7]: 5,,,100,igb1,match,pass,in,4,0x0,,64,1,0,DF,1,icmp,84,192.0.2.1,192.0.2.2,"
      "request,37728,164");
  EXPECT_EQ(icmp.get("dst"), "192.0.2.2");
  EXPECT_EQ(icmp.get("srcport"), "(absent)");
}

TEST(Devices, ReadCheckPointPairs) {
  const OwnedEvent event =
      one(R"(<134>1 2021-08-04T01:02:09Z gw CheckPoint 1930 - [action:"Accept"; time:"1628038923"; src:"192.0.2.1"; )"
          R"(tag:"product=VPN-1[policy=Standard\]"; sys_message::"say \"src:\" 1"; s_port:"4711"])");
  EXPECT_EQ(event.source, "checkpoint");
  EXPECT_EQ(event.time.iso(), "2021-08-04T01:02:03Z");
  EXPECT_EQ(event.get("hostname"), "gw");
  EXPECT_EQ(event.get("src"), "192.0.2.1");
  EXPECT_EQ(event.get("tag"), "product=VPN-1[policy=Standard]");
  EXPECT_EQ(event.get("sys_message"), "say \"src:\" 1");
  EXPECT_EQ(event.get("s_port"), "4711");
}

TEST(Devices, ReadFirepowerPairs) {
  const OwnedEvent event =
      one("2021-08-04T01:02:03Z  %FTD-1-430003: EventPriority: Low, SrcIP: 192.0.2.1, DstPort: 80, Prefilter: a, b:c, "
          "URL: http://example.org/?a=1,2, HTTPResponse: 404");
  EXPECT_EQ(event.source, "cisco");
  EXPECT_EQ(event.get("hostname"), "(absent)");
  EXPECT_EQ(event.get("msgid"), "430003");
  EXPECT_EQ(event.get("EventPriority"), "Low");
  EXPECT_EQ(event.get("SrcIP"), "192.0.2.1");
  EXPECT_EQ(event.get("Prefilter"), "a, b:c");
  EXPECT_EQ(event.get("URL"), "http://example.org/?a=1,2");
  EXPECT_EQ(event.get("HTTPResponse"), "404");
}

TEST(Devices, ReadFortinetCommaPairs) {
  const OwnedEvent mail =
      one("<190>date=2021-08-04,time=01:02:03.250,device_id=FE1,type=kevent,pri=information, user=admin,"
          "ui=http(192.0.2.1),,msg=\"login, from=\\\"192.0.2.9\\\", ok\",reason=none");
  EXPECT_EQ(mail.source, "fortimail");
  EXPECT_EQ(mail.time.iso(), "2021-08-04T01:02:03.250Z");
  EXPECT_EQ(mail.get("user"), "admin");
  EXPECT_EQ(mail.get("ui"), "http(192.0.2.1)");
  EXPECT_EQ(mail.get("msg"), "login, from=\"192.0.2.9\", ok");
  EXPECT_EQ(mail.get("reason"), "none");
  EXPECT_EQ(one("date=2021-08-04,time=01:02:03,devname=\"fw\",devid=\"F\",user=\"karin\"").source, "fortigate");
}

TEST(Devices, SplitSonicWallAddresses) {
  const OwnedEvent event =
      one("Aug  4 01:02:09 192.0.2.254  id=firewall sn=00 time=\"2021-08-04 01:02:03 UTC\" fw=192.0.2.254 m=29 "
          "msg=\"src=203.0.113.9\" usr=\"karin\" src=192.0.2.1:4500:X0:pc.example.org dst=198.51.100.2::X1 "
          "proto=tcp/https");
  EXPECT_EQ(event.source, "sonicwall");
  EXPECT_EQ(event.time.iso(), "2021-08-04T01:02:03Z");
  EXPECT_EQ(event.get("src_ip"), "192.0.2.1");
  EXPECT_EQ(event.get("src_port"), "4500");
  EXPECT_EQ(event.get("src_name"), "pc.example.org");
  EXPECT_EQ(event.get("dst_ip"), "198.51.100.2");
  EXPECT_EQ(event.get("dst_port"), "(absent)");
  EXPECT_EQ(event.get("proto_service"), "https");
  const OwnedEvent six =
      one("id=firewall sn=00 time=\"2021-08-04 01:02:03\" src=:28503:WAN:HOST srcV6=2001:db8::7 dst=[2001:db8::8]:53");
  EXPECT_EQ(six.get("src_ip"), "2001:db8::7");
  EXPECT_EQ(six.get("src_port"), "28503");
  EXPECT_EQ(six.get("dst_ip"), "2001:db8::8");
  EXPECT_EQ(six.get("dst_port"), "53");
}

TEST(Devices, ReadNetfilterWithoutItsHead) {
  const OwnedEvent cut = one("Aug  4 01:02:03 gw user.info kernel: L=126 ID=86 DF PROTO=TCP SPT=88 DPT=51179 ACK");
  EXPECT_EQ(cut.source, "netfilter");
  EXPECT_EQ(cut.get("DPT"), "51179");
}

TEST(Devices, ReadTheTimesThatPairsGive) {
  EXPECT_EQ(
      one("Aug  4 01:02:09 gw device_name=\"SFW\" timestamp=\"2021-08-04T03:02:03+0200\" log_id=\"1\"").time.iso(),
      "2021-08-04T01:02:03Z");
  EXPECT_EQ(one("<30>device=\"SFW\" date=2021-08-04 time=01:02:03 timezone=\"CEST\" log_id=1").time.iso(),
            "2021-08-04T01:02:03Z");
}

}  // namespace
}  // namespace tocsin::lines
