#include "rehearse/simulation.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/hash.h"
#include "rehearse/address_plan.h"

namespace tocsin::rehearse {
namespace {

// Everything that a detector could see of it, as one number.
std::uint64_t fingerprint(const Plan& plan) {
  Simulation simulation(plan);
  Labelled one;
  std::uint64_t all = 0;
  while (simulation.next(one)) {
    const Activity& a = one.activity;
    std::string line = a.time.iso() + std::string(name(a.kind));
    if (a.kind == ActivityKind::login)
      line += fmt::format("{} {} {} {} {}", a.login.user, a.login.source->text(), a.login.user_agent, a.login.service,
                          static_cast<int>(a.login.outcome));
    if (a.kind == ActivityKind::mail_access)
      line += fmt::format("{} {} {}", a.mail.mailbox, a.mail.items, a.mail.access);
    if (a.kind == ActivityKind::mailbox_change) line += fmt::format("{} {}", a.change.mailbox, a.change.detail);
    all = hash64(line, all ^ static_cast<std::uint64_t>(one.label));
  }
  return all;
}

Attack spray() {
  Attack attack;
  attack.start_day = 4;
  attack.days = 5;
  attack.rate = 1;
  attack.entered = 3;
  attack.theft = Theft::mixture;
  return attack;
}

Plan small(std::vector<Attack> attacks = {}) {
  Plan plan;
  plan.users = 120;
  plan.days = 10;
  plan.attacks = std::move(attacks);
  return plan;
}

TEST(Rng, IsTheSameOnEveryMachine) {
  Rng rng(1);
  EXPECT_EQ(rng.next(), 12966619160104079557U);
  double sum = 0;
  for (int i = 0; i < 10000; ++i) sum += rng.exponential(1);
  EXPECT_NEAR(sum / 10000, 1, 0.03);
}

TEST(Simulation, SameSeedSameActivities) {
  Plan plan = small({spray()});
  const std::uint64_t first = fingerprint(plan);
  EXPECT_EQ(fingerprint(plan), first);
  plan.seed = 2;
  EXPECT_NE(fingerprint(plan), first);
}

TEST(Simulation, IsInOrderOfTimeAndTruthAgreesWithLabels) {
  for (const Addresses addresses : {Addresses::pool, Addresses::once, Addresses::triples, Addresses::residential}) {
    Attack attack = spray();
    attack.addresses = addresses;
    attack.half_unknown = true;
    attack.flush_per_hour = 50;
    Simulation simulation(small({attack}));
    Labelled one;
    Time last = Time::none();
    std::uint64_t tries = 0, flushed = 0;
    std::set<Ip> sources, innocent;
    std::set<std::string, std::less<>> targets, entered;
    std::map<std::string, std::uint64_t, std::less<>> taken;
    while (simulation.next(one)) {
      ASSERT_LE(last, one.activity.time);
      last = one.activity.time;
      const Login& login = one.activity.login;
      if (one.activity.kind == ActivityKind::login && one.label == Label::benign) innocent.insert(*login.source);
      if (one.activity.kind == ActivityKind::login && one.label == Label::attempt) ++tries;
      if (one.activity.kind == ActivityKind::login && one.label == Label::entered && entered.emplace(login.user).second)
        ++tries;
      if (one.label == Label::flush) ++flushed;
      if (one.label == Label::attempt) {
        sources.insert(*login.source);
        if (login.reason != LoginReason::unknown_user) targets.emplace(login.user);
      }
      if (one.label == Label::theft && one.message > 0) taken[std::string(one.activity.mail.mailbox)] = one.message;
    }
    ASSERT_EQ(simulation.truth().size(), 1U);
    const AttackTruth& truth = simulation.truth()[0];
    EXPECT_EQ(truth.tries, tries);
    EXPECT_EQ(truth.flushed, flushed);
    EXPECT_GT(flushed, 3000U);
    EXPECT_NEAR(static_cast<double>(tries), 5 * 24 * 48, 600);
    EXPECT_EQ(truth.entered, std::vector<std::string>(entered.begin(), entered.end()));
    EXPECT_EQ(truth.entered.size(), 3U);
    EXPECT_EQ(truth.targets, std::vector<std::string>(targets.begin(), targets.end()));
    EXPECT_EQ(truth.targets.size(), 24U);
    for (const Ip& source : sources) ASSERT_TRUE(std::ranges::binary_search(truth.sources, source));
    ASSERT_EQ(truth.taken.size(), taken.size());
    for (const auto& one_taken : truth.taken) EXPECT_EQ(one_taken.messages, taken[one_taken.mailbox]);
    const auto used = static_cast<double>(truth.sources.size()), made = static_cast<double>(tries);
    EXPECT_TRUE(addresses != Addresses::once || used > made * 0.95);
    EXPECT_TRUE(addresses != Addresses::triples || std::abs(used - made / 3) < 60) << used;
    EXPECT_TRUE(addresses != Addresses::pool || used < 1500);
    EXPECT_GT(innocent.size(), 200U);
  }
}

TEST(Simulation, AttacksDontChangeWhatOthersDo) {
  const auto benign = [](const Plan& plan) {
    Simulation simulation(plan);
    Labelled one;
    std::uint64_t all = 0;
    while (simulation.next(one))
      if (one.label == Label::benign) all = hash64(one.activity.time.iso(), all);
    return all;
  };
  EXPECT_EQ(benign(small()), benign(small({spray()})));
}

TEST(Simulation, EveryWorldLivesAndDiffersFromThePlainOne) {
  Plan plan = small();
  std::set<std::uint64_t> seen = {fingerprint(plan)};
  for (const WorldSpec& spec : all_worlds()) {
    EXPECT_EQ(find_world(spec.name), spec.world);
    plan.worlds = spec.world;
    // Without an attack there is no campaign to move the office in, but it moves.
    EXPECT_TRUE(seen.insert(fingerprint(plan)).second) << spec.name;
  }
  plan.worlds = Worlds::all();
  EXPECT_TRUE(seen.insert(fingerprint(plan)).second);
}

TEST(Simulation, ManyPeopleAndFewAreFine) {
  for (const std::uint32_t users : {1U, 3U, 4000U}) {
    Plan plan = small({spray()});
    plan.users = users;
    plan.days = users > 1000 ? 1 : 6;
    Simulation simulation(plan);
    Labelled one;
    std::uint64_t count = 0;
    while (simulation.next(one)) ++count;
    EXPECT_GT(count, users);
  }
}

TEST(AddressPlan, AddressesLieInTheirNetworksAndNowhereReal) {
  const AddressPlan plan;
  EXPECT_EQ(plan.network_of(AddressPlan::carrier(1, 5)), plan.network_of(AddressPlan::carrier(1, 390000)));
  EXPECT_NE(plan.network_of(AddressPlan::carrier(1, 5)), plan.network_of(AddressPlan::carrier(2, 5)));
  EXPECT_EQ(plan.network_of(AddressPlan::home(5, 1, 1)), plan.network_of(AddressPlan::home(5, 77, 3)));
  EXPECT_NE(plan.network_of(AddressPlan::workstation(5)), 0U);
  EXPECT_GT(plan.hosting_systems(), 1000U);
  for (std::uint32_t i = 0; i < 256000; i += 997) EXPECT_GE(AddressPlan::hosting(i, i).v4_value(), 0xf0000000);
  EXPECT_EQ(plan.country_of(AddressPlan::office(0, 1)), "XA");
}

}  // namespace
}  // namespace tocsin::rehearse
