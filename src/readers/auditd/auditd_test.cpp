#include "readers/auditd/auditd.h"

#include <gtest/gtest.h>

#include "readers/auditd/syscalls.h"
#include "tests/support/read_all.h"

namespace tocsin::auditd {
namespace {

using tests::OwnedEvent;
using tests::read_whole;
using tests::ReadResult;

const std::string kExec =
    "type=SYSCALL msg=audit(1628038923.500:77): arch=c000003e syscall=59 success=yes exit=0 a0=55d0 a1=0 ppid=1 pid=2 "
    "auid=1000 uid=0 comm=\"wget\" exe=\"/usr/bin/wget\" key=\"net\"\n"
    "type=EXECVE msg=audit(1628038923.500:77): argc=3 a0=\"wget\" a1=2D4F202F746D702F78 a2_len=6 a2[0]=\"htt\" "
    "a2[1]=703A2F\n"
    "type=CWD msg=audit(1628038923.500:77): cwd=\"/tmp\"\n"
    "type=PATH msg=audit(1628038923.500:77): item=0 name=\"x y\" nametype=CREATE\n"
    "type=PROCTITLE msg=audit(1628038923.500:77): proctitle=77676574002D4F\n";

TEST(Auditd, JoinTheRecordsOfAnEvent) {
  const ReadResult result = read_whole(spec, kExec);
  ASSERT_EQ(result.events.size(), 1u);
  const OwnedEvent& event = result.events[0];
  EXPECT_EQ(event.source, "auditd");
  EXPECT_EQ(event.time.iso(), "2021-08-04T01:02:03.500Z");
  EXPECT_EQ(event.record, 77u);
  EXPECT_EQ(event.raw, kExec.substr(0, kExec.size() - 1));
  EXPECT_EQ(event.all("type"), (std::vector<std::string>{"SYSCALL", "EXECVE", "CWD", "PATH", "PROCTITLE"}));
  EXPECT_EQ(event.all("a0"), (std::vector<std::string>{"55d0", "wget"}));
  EXPECT_EQ(event.all("a1"), (std::vector<std::string>{"0", "-O /tmp/x"}));
  EXPECT_EQ(event.get("a2"), "http:/");
  EXPECT_EQ(event.get("SYSCALL"), "execve");
  EXPECT_EQ(event.get("CommandLine"), "wget -O /tmp/x http:/");
  EXPECT_EQ(event.get("Image"), "/usr/bin/wget");
  EXPECT_EQ(event.get("CurrentDirectory"), "/tmp");
  EXPECT_EQ(event.get("proctitle"), "wget -O");
  EXPECT_EQ(event.get("TargetFilename"), "/tmp/x y");
  EXPECT_EQ(event.get("key"), "net");
}

TEST(Auditd, JoinEventsThatInterleave) {
  const ReadResult result = read_whole(spec,
                                       "node=a type=SYSCALL msg=audit(1628038923.500:1): syscall=59 comm=\"x\"\n"
                                       "node=b type=SYSCALL msg=audit(1628038923.500:1): syscall=59 comm=\"y\"\n"
                                       "node=a type=CWD msg=audit(1628038923.500:1): cwd=\"/a\"\n"
                                       "node=b type=CWD msg=audit(1628038923.500:1): cwd=\"/b\"\n");
  ASSERT_EQ(result.events.size(), 2u);
  EXPECT_EQ(result.events[0].get("cwd"), "/a");
  EXPECT_EQ(result.events[0].get("node"), "a");
  EXPECT_EQ(result.events[1].get("cwd"), "/b");
  EXPECT_EQ(result.events[1].get("comm"), "y");
}

// Events of several records each, two at a time, over many blocks: each is whole.
TEST(Auditd, JoinAcrossBlocks) {
  std::string bytes;
  for (int i = 0; i < 12000; i += 2) {
    for (const char* type : {"SYSCALL", "EXECVE", "CWD", "PATH"})
      for (int k = 0; k < 2; ++k)
        bytes += std::string("type=") + type + " msg=audit(16280" + std::to_string(10000 + i / 3) +
                 ".500:" + std::to_string(i + k) + "): item=" + std::to_string(i) +
                 " filler=\"................................\"\n";
  }
  const ReadResult result = read_whole(spec, bytes);
  EXPECT_GE(result.blocks, 3u);
  ASSERT_EQ(result.events.size(), 12000u);
  for (const OwnedEvent& event : result.events) ASSERT_EQ(event.all("type").size(), 4u);
}

TEST(Auditd, ReadEnrichedAndUserRecords) {
  const OwnedEvent event =
      read_whole(spec,
                 "type=USER_CMD msg=audit(1628038923.500:3): pid=9 uid=0 auid=1000 msg='cwd=\"/root\" "
                 "cmd=6C73202D6C terminal=pts/0 res=success'\x1dUID=\"root\" AUID=\"karin\"\n")
          .events.at(0);
  EXPECT_EQ(event.get("cmd"), "ls -l");
  EXPECT_EQ(event.get("res"), "success");
  EXPECT_EQ(event.get("UID"), "root");
  EXPECT_EQ(event.get("User"), "root");
  const OwnedEvent stop =
      read_whole(spec,
                 "type=SERVICE_STOP msg=audit(1628038923.500:4): pid=1 msg='unit=ufw comm=\"systemd\" "
                 "res=success'\n")
          .events.at(0);
  EXPECT_EQ(stop.get("unit"), "ufw");
}

TEST(Auditd, ReadInterpretedFieldsWithoutTheirSeparator) {
  const OwnedEvent event =
      read_whole(spec, "type=PATH msg=audit(1628038923.500:3): name=\"x\" cap_frootid=0OUID=\"root\" OGID=\"wheel\"\n")
          .events.at(0);
  EXPECT_EQ(event.get("cap_frootid"), "0");
  EXPECT_EQ(event.get("OUID"), "root");
  EXPECT_EQ(event.get("OGID"), "wheel");
}

TEST(Auditd, ReadSocketAddresses) {
  const std::string call = "type=SYSCALL msg=audit(1628038923.500:5): arch=c000003e syscall=42 exe=\"/usr/bin/nc\"\n";
  const auto with = [&](const std::string& saddr) {
    return read_whole(spec, call + "type=SOCKADDR msg=audit(1628038923.500:5): saddr=" + saddr + "\n").events.at(0);
  };
  const OwnedEvent four = with("020001BBC00002070000000000000000");
  EXPECT_EQ(four.get("laddr"), "192.0.2.7");
  EXPECT_EQ(four.get("DestinationIp"), "192.0.2.7");
  EXPECT_EQ(four.get("DestinationPort"), "443");
  EXPECT_EQ(four.get("Initiated"), "true");
  EXPECT_EQ(with("0A0000160000000020010DB800000000000000000000000100000000").get("laddr"), "2001:db8::1");
  EXPECT_EQ(with("01002F72756E2F7800").get("path"), "/run/x");
  const OwnedEvent enriched = with("020001BBC0000207\x1dSADDR={ saddr_fam=inet laddr=192.0.2.7 lport=443 }");
  EXPECT_EQ(enriched.get("lport"), "443");
}

TEST(Auditd, DecodeOnlyWhatIsEncoded) {
  const OwnedEvent event =
      read_whole(spec,
                 "type=SYSCALL msg=audit(1628038923.500:6): pid=1000 auid=1000 comm=1000 key=6131016232 exe=(null)\n")
          .events.at(0);
  EXPECT_EQ(event.get("pid"), "1000");
  EXPECT_EQ(event.get("comm"), std::string("\x10\0", 2));
  EXPECT_EQ(event.all("key"), (std::vector<std::string>{"a1", "b2"}));
  EXPECT_EQ(event.get("exe"), "(null)");
}

TEST(Auditd, KeepOtherLines) {
  const ReadResult result = read_whole(spec, kExec + "garbage\ntype=X msg=audit(oops\n");
  ASSERT_EQ(result.events.size(), 3u);
  EXPECT_EQ(result.events[1].source, "text");
  EXPECT_EQ(result.events[1].get("message"), "garbage");
}

TEST(Auditd, KnowSystemCalls) {
  EXPECT_EQ(syscall_name("c000003e", "0"), "read");
  EXPECT_EQ(syscall_name("c000003e", "59"), "execve");
  EXPECT_EQ(syscall_name("c000003e", "103"), "syslog");
  EXPECT_EQ(syscall_name("c000003e", "133"), "mknod");
  EXPECT_EQ(syscall_name("c000003e", "322"), "execveat");
  EXPECT_EQ(syscall_name("c000003e", "435"), "clone3");
  EXPECT_EQ(syscall_name("c00000b7", "221"), "execve");
  EXPECT_EQ(syscall_name("c000003e", "400"), "");
  EXPECT_EQ(syscall_name("c000003e", "-1"), "");
  EXPECT_EQ(syscall_name("40000003", "11"), "");
}

}  // namespace
}  // namespace tocsin::auditd
