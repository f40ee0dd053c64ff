#include "rehearse/scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace tocsin::rehearse {
namespace {

// The first third stays clean, so that there is a habit to compare with.
Attack campaign(const Choice& choice, AttackKind kind, double rate) {
  Attack attack;
  attack.kind = kind;
  attack.start_day = std::min(choice.days / 3 + 0.375, 14.375);  // 09:00
  attack.days = choice.days - attack.start_day;
  attack.rate = choice.rate.value_or(rate);
  return attack;
}

std::uint32_t share(const Choice& choice, std::uint32_t of) { return std::max(choice.users / of, 1U); }

void short_attack(Attack& attack, double days) { attack.days = std::min(attack.days, days); }

void spray(const Choice& choice, Plan& plan) {
  plan.attacks.push_back(campaign(choice, AttackKind::spray, 0.2));
  plan.attacks.back().entered = share(choice, 200);
}

void brute_force(const Choice& choice, Plan& plan) {
  Attack attack = campaign(choice, AttackKind::brute_force, 335);
  short_attack(attack, 0.5);
  attack.entered = 1;
  plan.attacks.push_back(attack);
}

void stuffing(const Choice& choice, Plan& plan) {
  Attack attack = campaign(choice, AttackKind::stuffing, choice.users / 4.0);
  short_attack(attack, 1);
  attack.entered = share(choice, 100);
  attack.ordinary_agents = true;
  attack.pool = 120;
  plan.attacks.push_back(attack);
}

void takeover(const Choice& choice, Plan& plan) {
  plan.attacks.push_back(campaign(choice, AttackKind::spray, 1));
  plan.attacks.back().entered = std::max(choice.users / 60, 2U);
  plan.attacks.back().ordinary_agents = true;
}

void mail_theft(const Choice& choice, Plan& plan) {
  takeover(choice, plan);
  plan.attacks.back().theft = Theft::mixture;
}

void forged_lines(const Choice& choice, Plan& plan) {
  Attack attack = campaign(choice, AttackKind::forgery, 30);
  short_attack(attack, 2);
  plan.attacks.push_back(attack);
}

void quiet(const Choice&, Plan&) {}

void parliament(const Choice& choice, Plan& plan) {
  Attack attack = campaign(choice, AttackKind::spray, 0.2);
  attack.entered = std::max(choice.users / 60, 3U);
  attack.theft = Theft::mixture;
  attack.messages = 600;
  plan.attacks.push_back(attack);
}

constexpr auto kTable = std::to_array<ScenarioSpec>({
    {"spray", "a fifth of the accounts, each tried now and then from a pool of addresses that changes daily",
     "tries per account per hour (0.2)", spray},
    {"brute-force", "two accounts tried without pause from 200 addresses, for half a day",
     "tries per account per hour (335)", brute_force},
    {"stuffing", "a list of names and passwords leaked elsewhere, once through",
     "pairs per hour (a quarter of the users)", stuffing},
    {"takeover", "a spray that looks like ordinary clients and enters a few accounts", "tries per account per hour (1)",
     takeover},
    {"mail-theft", "the same, and then the mail: rules, delegates, consents, whole folders, IMAP",
     "tries per account per hour (1)", mail_theft},
    {"forged-lines", "user names that pretend to be another record, so that a log reader blames the wrong address",
     "lines per hour (30)", forged_lines},
    {"quiet", "nobody attacks: what is found here is false", "", quiet},
    {"parliament", "a slow spray for weeks, a few accounts entered, their mail taken",
     "tries per account per hour (0.2)", parliament},
});

}  // namespace

std::span<const ScenarioSpec> all_scenarios() { return kTable; }

Result<Plan> plan_of(const Choice& choice) {
  const auto* const spec = std::ranges::find(kTable, choice.scenario, &ScenarioSpec::name);
  if (spec == kTable.end())
    return fail("there is no scenario '" + choice.scenario + "'", "", "tocsin rehearse --help lists them");
  if (choice.users < 10 || choice.users > 100'000) return fail("--users must be between 10 and 100000");
  if (choice.days < 2 || choice.days > 366) return fail("--days must be between 2 and 366");
  if (choice.rate && !(*choice.rate > 0 && *choice.rate <= 10'000))
    return fail("--rate must be above 0 and at most 10000");
  Plan plan;
  plan.seed = choice.seed;
  plan.users = choice.users;
  plan.days = choice.days;
  for (const std::string& name : choice.worlds) {
    if (name == "all") {
      plan.worlds = Worlds::all();
    } else if (name != "plain") {
      const auto world = find_world(name);
      if (!world) return fail("there is no world '" + name + "'", "", "tocsin rehearse --help lists them");
      plan.worlds = plan.worlds | *world;
    }
  }
  spec->attack(choice, plan);
  return plan;
}

}  // namespace tocsin::rehearse
