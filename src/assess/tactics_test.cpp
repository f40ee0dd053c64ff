#include "assess/tactics.h"

#include <gtest/gtest.h>

namespace tocsin::assess {
namespace {

TEST(Tactics, TheFileThatComesWithTheProgramNamesFourteenInTheirOrder) {
  const Tactics tactics = *Tactics::load("share/tocsin/actors/tactics.json");
  ASSERT_EQ(tactics.all().size(), 14u);
  EXPECT_EQ(tactics.all().front().short_name, "reconnaissance");
  EXPECT_EQ(tactics.all().back().name, "Impact");
  const auto spray = tactics.of("T1110.003");
  ASSERT_EQ(spray.size(), 1u);
  EXPECT_EQ(tactics.all()[spray[0]].id, "TA0006");
  EXPECT_EQ(tactics.of("T1110.999"), spray);
  EXPECT_GE(tactics.of("T1078").size(), 3u);
  EXPECT_TRUE(tactics.of("T0000").empty());
}

TEST(Tactics, AnotherFileIsRefused) {
  EXPECT_FALSE(Tactics::parse("[]", "x"));
  EXPECT_FALSE(Tactics::parse(R"({"format":"tocsin-actors/1"})", "x"));
  EXPECT_TRUE(
      Tactics::parse(R"({"format":"tocsin-tactics/1","tactics":[1,[]],"techniques":[["T1",[0,7,-1]],{}]})", "x"));
}

}  // namespace
}  // namespace tocsin::assess
