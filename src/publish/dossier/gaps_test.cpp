#include "publish/dossier/gaps.h"

#include <gtest/gtest.h>

namespace tocsin::publish {
namespace {

constexpr std::int64_t kHour = 3600, kMonday = 1'600'041'600;  // 2020-09-14T00:00:00Z

// Events every hour of `days` days by this plan of hours of the day; nothing in [from, to).
Speech speech(const char* path, int days, int (*plan)(int hour), int from = 0, int to = 0, int start = 0) {
  Speech out{path, "text", Time::none(), Time::none(), {}};
  for (int hour = start; hour < days * 24; ++hour) {
    if ((hour >= from && hour < to) || plan(hour % 24) == 0) continue;
    out.hours.push_back({kMonday / kHour + hour, static_cast<std::uint64_t>(plan(hour % 24))});
    const Time at{kMonday + hour * kHour + 600, 0, 0};
    if (!out.first.known()) out.first = at;
    out.last = at;
  }
  return out;
}
int steady(int) { return 100; }
int by_day(int hour) { return hour >= 7 && hour < 19 ? 40 : 0; }

casefile::Incident incident(int from, int to) {
  casefile::Incident one;
  one.id = "incident-1";
  one.first = Time{kMonday + from * kHour, 0, 0};
  one.last = Time{kMonday + to * kHour, 0, 0};
  return one;
}
std::vector<Gap> gaps(std::vector<Speech> pieces, int from, int to) {
  const casefile::Incident one = incident(from, to);
  return find_gaps(std::move(pieces), std::span(&one, 1));
}

TEST(Gaps, NightsAndWeekendsAreNone) {
  EXPECT_TRUE(gaps({speech("auth.log", 12, by_day)}, 0, 11 * 24).empty());
  EXPECT_TRUE(gaps({speech("auth.log", 12, steady)}, 0, 11 * 24).empty());
}

TEST(Gaps, ASilenceByDayDuringAnIncidentIsOneAndOutsideItIsNone) {
  const auto found = gaps({speech("auth.log", 5, by_day, 2 * 24 + 10, 2 * 24 + 14)}, 24, 4 * 24);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].kind, Gap::Kind::silent);
  EXPECT_EQ(found[0].from.seconds, kMonday + (2 * 24 + 10) * kHour);
  EXPECT_EQ(found[0].to.seconds, kMonday + (2 * 24 + 14) * kHour);
  EXPECT_EQ(found[0].expected, 160u);
  EXPECT_EQ(found[0].incident, "incident-1");
  EXPECT_TRUE(gaps({speech("auth.log", 5, by_day, 2 * 24 + 10, 2 * 24 + 14)}, 3 * 24, 4 * 24).empty());
}

TEST(Gaps, AShortSteadyLogHasNoOtherDaysToCompareWith) {
  EXPECT_EQ(gaps({speech("auth.log", 1, steady, 8, 13)}, 2, 20).size(), 1u);
  EXPECT_TRUE(gaps({speech("auth.log", 1, steady, 8, 10)}, 2, 20).empty());
}

TEST(Gaps, WhatEndsBeforeOrBeginsAfterIsToldOnce) {
  auto found = gaps({speech("auth.log", 2, steady)}, 24, 4 * 24);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].kind, Gap::Kind::ends);
  found = gaps({speech("auth.log", 4, steady, 0, 0, 48)}, 24, 3 * 24);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].kind, Gap::Kind::begins);
  EXPECT_TRUE(gaps({speech("auth.log", 2, steady)}, 3 * 24, 4 * 24).empty()) << "it never spoke of that time";
}

TEST(Gaps, RotatedPiecesAreOneLogAndLogsOfTwoHostsAreTwo) {
  const Speech first = speech("a/auth.log.1", 2, steady), second = speech("a/auth.log", 4, steady, 0, 0, 48);
  EXPECT_TRUE(gaps({second, first}, 24, 4 * 24 - 1).empty());
  const auto found = gaps({speech("ws1.evtx", 4, steady), speech("ws2.evtx", 2, steady)}, 24, 4 * 24 - 1);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].source, "ws2.evtx");
}

}  // namespace
}  // namespace tocsin::publish
