#include "indicators/warning_lists.h"

#include <gtest/gtest.h>

namespace tocsin::indicators {
namespace {

WarningLists sample() {
  WarningLists lists;
  EXPECT_TRUE(lists.add_json(
      "cdn", R"({"name":"CDN","type":"cidr","list":["198.51.100.0/24","2001:db8::/32","203.0.113.7"]})"));
  EXPECT_TRUE(lists.add_json("amazon-aws", R"({"name":"cloud","type":"cidr","list":["198.51.0.0/16"]})"));
  EXPECT_TRUE(lists.add_json("dynamic-dns", R"({"name":"dyn","type":"hostname","list":[".dyn.example"]})"));
  EXPECT_TRUE(lists.add_json("top", R"({"name":"top","type":"hostname","list":["Popular.example"]})"));
  EXPECT_FALSE(lists.add_json("broken", "{"));
  EXPECT_FALSE(lists.add_json("other", R"({"list":3})"));
  lists.finish();
  return lists;
}

TEST(WarningLists, TheNarrowestRangeSpeaksForAnAddress) {
  const WarningLists lists = sample();
  const auto of = [&](const char* text) { return lists.of(*Ip::parse(text)); };
  EXPECT_EQ(of("198.51.100.9").list, "cdn");
  EXPECT_EQ(of("198.51.200.9").kind, ListKind::rented);
  EXPECT_EQ(of("198.52.0.0").kind, ListKind::none);
  EXPECT_EQ(of("203.0.113.7").list, "cdn");
  EXPECT_FALSE(of("203.0.113.8"));
  EXPECT_TRUE(of("2001:db8::1"));
}

TEST(WarningLists, NamesCountWithTheirParentsAndZonesGiveNamesAway) {
  const WarningLists lists = sample();
  EXPECT_EQ(lists.of("www.popular.example").list, "top");
  EXPECT_FALSE(lists.of("unpopular.example"));
  EXPECT_FALSE(lists.of("x.dyn.example"));
  EXPECT_EQ(lists.of("dyn.example").kind, ListKind::zone);
  EXPECT_EQ(lists.zone_of("a.x.dyn.example"), "dyn.example");
  EXPECT_EQ(lists.zone_of("dyn.example"), "");
}

}  // namespace
}  // namespace tocsin::indicators
