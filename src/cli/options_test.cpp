#include "cli/options.h"

#include <gtest/gtest.h>

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

}  // namespace tocsin::cli
