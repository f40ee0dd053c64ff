#include "cli/options.h"

#include <gtest/gtest.h>

#include "cli/progress.h"

namespace tocsin::cli {

TEST(Options, ReadSizes) {
  EXPECT_EQ(parse_size("512M").value(), 512u << 20);
  EXPECT_EQ(parse_size("1GiB").value(), 1u << 30);
  EXPECT_EQ(parse_size("77").value(), 77u);
  for (const char* text : {"", "M", "0", "-1", "5X", "5MM", "99999999999T"}) EXPECT_FALSE(parse_size(text)) << text;
}

TEST(Options, ReadZones) {
  EXPECT_EQ(parse_zone("+02:00").value(), 120);
  EXPECT_EQ(parse_zone("-0330").value(), -210);
  EXPECT_EQ(parse_zone("UTC").value(), 0);
  for (const char* text : {"", "Paris", "02:00", "+99"}) EXPECT_FALSE(parse_zone(text)) << text;
}

TEST(Numbers, ReadAsPeopleSayThem) {
  EXPECT_EQ(human_bytes(0), "0 bytes");
  EXPECT_EQ(human_bytes(18'432'000'000.0), "18 GB");
  EXPECT_EQ(human_bytes(1'840'000), "1.8 MB");
  EXPECT_EQ(human_bytes(999'999), "1.0 MB");
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(21'733'018), "21,733,018");
  EXPECT_EQ(human_seconds(0.25), "0.2 s");
  EXPECT_EQ(human_seconds(185), "3 min 05 s");
}

}  // namespace tocsin::cli
