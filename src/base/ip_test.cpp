#include "base/ip.h"

#include <gtest/gtest.h>

namespace tocsin {
namespace {

TEST(Ip, BothSpellingsOfAnAddressAreEqual) {
  EXPECT_EQ(Ip::parse("192.0.2.7"), Ip::parse("::ffff:192.0.2.7"));
  EXPECT_EQ(Ip::parse("192.0.2.7")->text(), "192.0.2.7");
  EXPECT_EQ(Ip::parse("2001:DB8:0:0::1")->text(), "2001:db8::1");
  EXPECT_EQ(Ip::parse("fe80::1%eth0"), Ip::parse("fe80::1"));
}

TEST(Ip, WhatIsNoAddressIsRefused) {
  for (const char* text :
       {"", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.4 ", "1.2.3.4:22", "[::1]", "::g", "1..2.3"})
    EXPECT_FALSE(Ip::parse(text)) << text;
}

TEST(Ip, PrefixesKeepTheirFamily) {
  EXPECT_EQ(Ip::parse("192.0.2.7")->network_text(24), "192.0.2.0/24");
  EXPECT_EQ(Ip::parse("192.0.2.7")->network_text(0), "0.0.0.0/0");
  EXPECT_EQ(Ip::parse("2001:db8:1:2::9")->network_text(48), "2001:db8:1::/48");
  EXPECT_EQ(Ip::parse("192.0.2.200")->network_text(25), "192.0.2.128/25");
}

TEST(Ip, KnowsWhatIsNotOutThere) {
  for (const char* text : {"10.1.2.3", "172.31.0.1", "192.168.9.9", "100.64.0.1", "169.254.1.1", "127.0.0.1", "0.0.0.0",
                           "::1", "::", "fd00::1", "fe80::1"})
    EXPECT_TRUE(Ip::parse(text)->is_private()) << text;
  for (const char* text : {"172.32.0.1", "100.128.0.1", "192.0.2.1", "2001:db8::1"})
    EXPECT_FALSE(Ip::parse(text)->is_private()) << text;
}

}  // namespace
}  // namespace tocsin
