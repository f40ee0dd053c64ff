// A small part of ./dev bench spray that is quick enough for every build: 150 users, a seed that no parameter was
// chosen on.
#include <gtest/gtest.h>

#include "bench/spray_score.h"

namespace tocsin::bench {
namespace {

constexpr std::uint64_t kSeed = 6;
constexpr unsigned kUsers = 150;

TEST(Rehearsal, NobodyAttacks) {
  for (const char* world : {"plain", "bots", "outage"}) {
    const Score score = run(world, "none", kSeed, kUsers, false);
    EXPECT_EQ(score.false_campaigns, 0U) << world;
    EXPECT_EQ(score.wrong_users, 0U) << world;
  }
}

TEST(Rehearsal, ASlowCampaignIsSeenNamedAndFollowedIntoTheMail) {
  for (const bool no_as : {false, true}) {
    const Score score = run("egress-in-campaign", "4/h", kSeed, kUsers, no_as);
    EXPECT_LE(score.alarm_minutes, 5);
    EXPECT_GE(score.recall, 0.995);
    EXPECT_LE(score.innocent_sources, 1U);
    EXPECT_LE(score.wrong_users, 2U);
    EXPECT_EQ(score.entered_missed, 0U);
    EXPECT_LT(score.mail_message, 50U);
  }
}

}  // namespace
}  // namespace tocsin::bench
