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

// Who takes part is told from a night of expired passwords, a migration's tool and bots; and from people at home.
TEST(Rehearsal, NoiseOfAnyKindIsNotNamed) {
  for (const auto& [world, attack] : {std::pair{"all", "0.2/h"}, {"all", "0.01/h"}, {"plain", "residential"}}) {
    const Score score = run(world, attack, kSeed, 300, false);
    EXPECT_EQ(score.false_campaigns, 0U) << world << attack;
    EXPECT_GE(score.recall, 0.99) << world << attack;
    EXPECT_LE(score.innocent_sources, 5U) << world << attack;
    EXPECT_LE(score.wrong_users, 2U) << world << attack;
    EXPECT_EQ(score.tied_missed, 0U) << world << attack;
  }
}

// Names that nobody has, in any number, hide no campaign and aren't taken for one.
TEST(Rehearsal, AFloodOfMadeUpNamesHidesNothing) {
  constexpr std::size_t kMemory = 8 << 20;
  const Flooded without = run_flooded(300, 0, kMemory), with = run_flooded(300, 1'000'000, kMemory);
  EXPECT_GE(without.recall, 0.99);
  EXPECT_GE(with.recall, without.recall - 0.01);
  EXPECT_LE(with.named, without.named + 5);
  EXPECT_LE(with.alarm_minutes, without.alarm_minutes + 5);
  EXPECT_LE(with.memory, 3 * kMemory);
}

}  // namespace
}  // namespace tocsin::bench
