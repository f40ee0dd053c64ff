#include "base/utf8.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace tocsin {
namespace {

TEST(Utf8, EveryCodePointIsWrittenAsRfc3629Says) {
  const auto written = [](char32_t point) {
    std::string out;
    append_utf8(out, point);
    return out;
  };
  EXPECT_EQ(written(U'A'), "A");
  EXPECT_EQ(written(0x7ff), "\xdf\xbf");
  EXPECT_EQ(written(0x800), "\xe0\xa0\x80");
  EXPECT_EQ(written(0xffff), "\xef\xbf\xbf");
  EXPECT_EQ(written(0x10000), "\xf0\x90\x80\x80");
  EXPECT_EQ(written(0x10ffff), "\xf4\x8f\xbf\xbf");
  for (const char32_t bad : {0xd800u, 0xdfffu, 0x110000u, 0xffffffffu}) EXPECT_EQ(written(bad), "\xef\xbf\xbd");
  for (char32_t point = 0; point < 0x110000; point += 37) EXPECT_TRUE(is_utf8(written(point)));
}

}  // namespace
}  // namespace tocsin
