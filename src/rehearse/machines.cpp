// What is not people: services' accounts, a mail gateway, a scanner, connectors, bots, a migration.
#include "rehearse/population.h"

namespace tocsin::rehearse {

void Population::machines(int day) {
  const std::int64_t midnight = day * kDay;
  const std::uint32_t users = names_.users();
  for (std::uint32_t i = 0; i < names_.services(); ++i) {
    const Step step = login({Who::account, users + i}, i % 3 == 0 ? Role::submission : Role::internal, 0,
                            i == 5 ? AddressPlan::office(0, 15) : AddressPlan::workstation(60000 + i));
    const std::int64_t gap = (10 + 4 * i) * kMinute;
    // Two have held a wrong password for as long as anybody remembers; the gateway fails now and then.
    const double fails = i == 3 || i == 8 ? 1.0 : i == 5 ? 0.05 : 0.001;
    for (std::int64_t at = rng_.below(600) * kSecond; at < kDay; at += gap + rng_.below(20) * kSecond)
      if (rng_.chance(fails))
        failed(step, midnight + at);
      else
        add(step, midnight + at);
  }
  // The institution's own vulnerability scanner looks for accounts as they come from the factory, on Tuesdays. With
  // five names it would be a spray by anybody's count.
  if (day % 7 == 1)
    for (std::uint32_t i = 0; i < 3; ++i)
      failed(login({Who::machine, i}, Role::shell, 0, AddressPlan::workstation(61000)),
             midnight + 3 * kHour + i * 7 * kSecond, LoginReason::unknown_user);
  if (plan_.worlds.has(World::connectors))
    for (std::uint32_t i = 0; i < 12; ++i) {
      const std::uint64_t drawn = mix(plan_.seed, i, 0x636f6e6e);
      if (static_cast<int>(drawn % 10) > day) continue;  // some begin only on a later day
      const Who who{Who::account, scale(drawn, users)};
      for (std::int64_t at = 0; at < kDay; at += (8 + drawn % 20) * kMinute + rng_.below(120) * kSecond)
        failed(
            login(who, Role::office, pick_agent(Agents::bot, i), AddressPlan::cloud(i % 2, i * 5000 + rng_.below(6))),
            midnight + at);
    }
}

void Population::noise(int day) {
  const std::int64_t midnight = day * kDay;
  const bool many = plan_.worlds.has(World::bots);
  const double per_hour = many ? 10 : 1;
  for (auto at = static_cast<std::int64_t>(rng_.exponential(kHour / per_hour)); at < kDay;
       at += static_cast<std::int64_t>(rng_.exponential(kHour / per_hour))) {
    const std::uint64_t bot = rng_.below(400);
    const Ip source =
        AddressPlan::hosting(scale(mix(bot, 0x626f74), AddressPlan::kHostingBlocks), static_cast<std::uint32_t>(bot));
    const bool exists = rng_.chance(many ? 0.4 : 0.02) && names_.users() > 4 * Names::kCommonNames;
    const Who who = exists ? Who{Who::account, rng_.below(Names::kCommonNames)} : Who{Who::machine, rng_.below(1000)};
    constexpr Role kTried[] = {Role::submission, Role::imap, Role::shell, Role::vpn};
    failed(login(who, kTried[rng_.below(4)], pick_agent(Agents::bot, bot), source), midnight + at,
           exists ? LoginReason::bad_password : LoginReason::unknown_user);
  }
}

void Population::migration_tool(int day) {
  // The night before: all mailboxes, one after the other, of which some have a password that isn't the listed one.
  for (std::uint32_t i = 0; i < names_.users(); ++i) {
    Step step = login({Who::account, i}, Role::imap, pick_agent(Agents::tool, 1), AddressPlan::cloud(0, 40000 + i % 4));
    std::int64_t at = day * kDay + kHour + static_cast<std::int64_t>(i) * 4 * kHour / names_.users();
    if (rng_.chance(0.03)) {
      for (int k = 0; k < 3; ++k) failed(step, at + k * 10 * kMinute);
      continue;
    }
    add(step, at);
    if (!plan_.mail) continue;
    step.kind = ActivityKind::mail_access;
    step.what = static_cast<std::uint8_t>(Access::sync);
    step.items = 500 + rng_.below(5000);
    step.bytes = step.items * 30000;
    add(step, at + kMinute);
  }
}

}  // namespace tocsin::rehearse
