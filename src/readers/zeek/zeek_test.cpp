#include "readers/zeek/zeek.h"

#include <gtest/gtest.h>

#include "tests/support/read_all.h"

namespace tocsin::zeek {
namespace {

using tests::read_whole;
using tests::ReadResult;

constexpr std::string_view kHead =
    "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\thttp\n"
    "#fields\tts\tid.orig_h\tid.orig_p\turi\ttags\tok\n#types\ttime\taddr\tport\tstring\tset[enum]\tbool\n";

TEST(Zeek, ReadColumnsByTheirTypes) {
  const ReadResult result =
      read_whole(spec, std::string(kHead) +
                           "1628038923.123456\t192.0.2.1\t4000\t/a\\x09b\\\\c\tX,Y\tT\n"
                           "1628038924.5\t2001:db8::1\t-\t(empty)\t(empty)\tF\n#close\t2021-08-04-02-00-00\n");
  ASSERT_EQ(result.events.size(), 2u);
  const auto& first = result.events[0];
  EXPECT_EQ(first.source, "zeek.http");
  EXPECT_EQ(first.time.iso(), "2021-08-04T01:02:03.123456Z");
  EXPECT_EQ(first.get("id.orig_h"), "192.0.2.1");
  EXPECT_EQ(first.get("uri"), "/a\tb\\c");
  EXPECT_EQ(first.all("tags"), (std::vector<std::string>{"X", "Y"}));
  EXPECT_EQ(first.get("ok"), "true");
  EXPECT_EQ(first.get("ts"), "1628038923.123456");
  const auto& second = result.events[1];
  EXPECT_EQ(second.get("id.orig_p"), "(absent)");
  EXPECT_EQ(second.get("uri"), "");
  EXPECT_EQ(second.get("tags"), "");
  EXPECT_TRUE(result.anomalies.empty());
}

TEST(Zeek, FollowLogsThatWereJoined) {
  const ReadResult result =
      read_whole(spec, std::string(kHead) +
                           "1628038923.0\t192.0.2.1\t1\t/\t-\tT\n"
                           "#separator \\x7c\n#path|conn\n#fields|ts|uid\n#types|time|string\n1628038925.0|C1\n");
  ASSERT_EQ(result.events.size(), 2u);
  EXPECT_EQ(result.events[1].source, "zeek.conn");
  EXPECT_EQ(result.events[1].get("uid"), "C1");
}

TEST(Zeek, RepairEscapedBytes) {
  const ReadResult result =
      read_whole(spec, std::string(kHead) + "1628038923.0\t192.0.2.1\t1\t/\\xff\\xc3\\xa9\\x0\t-\tT\n");
  EXPECT_EQ(result.events[0].get("uri"), "/\xef\xbf\xbd\xc3\xa9\\x0");
}

}  // namespace
}  // namespace tocsin::zeek
