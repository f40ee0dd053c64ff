#include "bench/spray_score.h"

#include <sys/resource.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <deque>
#include <map>
#include <set>

#include "bench/spray_explain.h"
#include "detect/detector.h"
#include "detect/site.h"
#include "detect/table.h"
#include "rehearse/simulation.h"

namespace tocsin::bench {
namespace {

using namespace rehearse;

struct Named {
  std::string_view name;
  Attack attack;
  Bars bars;
  bool cold = false;
};

Attack spray(double rate) {
  Attack a;
  a.rate = rate;
  a.start_day = 10.3;
  a.days = 10;
  a.entered = 4;
  a.theft = Theft::mixture;
  return a;
}

const std::vector<Named>& table() {
  static const std::vector<Named> made = [] {
    std::vector<Named> out;
    const auto add = [&](std::string_view name, Attack attack, Bars bars, bool cold = false) {
      out.push_back({name, attack, bars, cold});
    };
    add("4/h",
        [] {
          Attack a = spray(4);
          a.days = 5;
          return a;
        }(),
        {.alarm_minutes = 5});
    add("1/h", spray(1), {.alarm_minutes = 60});
    add("0.2/h", spray(0.2), {.alarm_minutes = 60});
    add("30x0.2/h",
        [] {
          Attack a = spray(0.2);
          a.targets = 30;
          return a;
        }(),
        {.alarm_minutes = 360});
    add("0.04/h", spray(0.04), {.alarm_minutes = 360, .recall = 0});
    add("0.01/h", spray(0.01), {.alarm_minutes = 36 * 60, .recall = 0});
    add(
        "no-clean-days",
        [] {
          Attack a = spray(0.2);
          a.start_day = 0;
          return a;
        }(),
        {.alarm_minutes = 720}, true);
    add("once",
        [] {
          Attack a = spray(0.2);
          a.addresses = Addresses::once;
          return a;
        }(),
        {});
    add("triples",
        [] {
          Attack a = spray(0.2);
          a.addresses = Addresses::triples;
          return a;
        }(),
        {});
    add("residential",
        [] {
          Attack a = spray(0.2);
          a.addresses = Addresses::residential;
          return a;
        }(),
        {.recall = 0.99});
    add("working-hours",
        [] {
          Attack a = spray(0.2);
          a.working_hours = true;
          return a;
        }(),
        {});
    add("ramp",
        [] {
          Attack a = spray(0.2);
          a.ramp_days = 5;
          return a;
        }(),
        {.alarm_minutes = 36 * 60});
    add("half-unknown",
        [] {
          Attack a = spray(0.2);
          a.half_unknown = true;
          return a;
        }(),
        {});
    add("once-unknown",
        [] {
          Attack a = spray(0.2);
          a.half_unknown = true;
          a.addresses = Addresses::once;
          return a;
        }(),
        {});
    add("ordinary",
        [] {
          Attack a = spray(0.2);
          a.ordinary_agents = true;
          return a;
        }(),
        {});
    add("once-ordinary",
        [] {
          Attack a = spray(0.2);
          a.ordinary_agents = true;
          a.addresses = Addresses::once;
          return a;
        }(),
        {});
    add("flush",
        [] {
          Attack a = spray(0.2);
          a.flush_per_hour = 2000;
          return a;
        }(),
        {});
    return out;
  }();
  return made;
}

const Named& find(const std::string& name) {
  for (const Named& one : table())
    if (one.name == name) return one;
  fmt::print(stderr, "spray_bench: there is no attack '{}'\n", name);
  std::exit(2);
}

// As detectors write a source: an address, or the /64 of an IPv6 one.
std::string source_text(const Ip& ip) { return ip.is_v4() ? ip.text() : ip.network_text(64); }
std::string source_text(const Entity& entity) {
  if (entity.type == EntityType::network) return entity.value;
  const auto ip = Ip::parse(entity.value);
  return ip ? source_text(*ip) : entity.value;
}

Plan plan_of(const std::string& world, const std::string& attack, std::uint64_t seed, unsigned users) {
  Plan plan;
  plan.seed = seed;
  plan.users = users;
  if (world == "all") {
    plan.worlds = Worlds::all();
  } else if (world != "plain") {
    const auto found = find_world(world);
    if (!found) fmt::print(stderr, "spray_bench: there is no world '{}'\n", world), std::exit(2);
    plan.worlds = *found;
  }
  if (attack != "none") plan.attacks.push_back(find(attack).attack);
  return plan;
}

struct Try {
  std::string source;
  Time time;
};

}  // namespace

Score run(const std::string& world, const std::string& attack, std::uint64_t seed, unsigned users, bool no_as,
          bool explain) {
  const Plan plan = plan_of(world, attack, seed, users);
  Simulation simulation(plan);
  detect::Options options;
  if (!no_as) options.networks = &simulation.networks();
  detect::Run detectors(options);
  Score score;
  std::vector<Try> tries;
  std::set<std::string> theirs;
  std::map<std::string, detect::Ordinal> entered_at;
  std::map<std::string, std::vector<std::pair<detect::Ordinal, std::uint32_t>>> thefts;
  std::map<std::string, Acts> acts;  // by source, for --explain
  std::map<std::string, std::string> entries, taken;
  std::map<std::string, std::set<std::string>> failed_on;
  std::set<std::uint64_t> networks;
  std::set<std::string> tied;
  Labelled one;
  detect::Ordinal ordinal = 0;
  for (; simulation.next(one); ++ordinal) {
    detectors.feed(one.activity, ordinal);
    if (explain && one.activity.kind == ActivityKind::login && one.activity.login.source)
      note(acts[source_text(*one.activity.login.source)], one);
    if (one.label == Label::benign) continue;
    const Login& login = one.activity.login;
    if (one.activity.kind == ActivityKind::login && login.source) {
      theirs.insert(source_text(*login.source));
      const std::uint64_t network = simulation.networks().network_of(*login.source);
      const std::string source = source_text(*login.source);
      if (one.label == Label::entered && !entered_at.contains(local_part(login.user))) {
        const auto failed = failed_on.find(source);
        const bool others = failed != failed_on.end() &&
                            (failed->second.size() > 1 || !failed->second.contains(local_part(login.user)));
        if (others || networks.contains(network)) tied.insert(local_part(login.user));
      }
      if (one.label == Label::attempt) failed_on[source].insert(local_part(login.user)), networks.insert(network);
      if (one.label == Label::attempt) tries.push_back({source_text(*login.source), one.activity.time});
      if (one.label == Label::entered) {
        entered_at.emplace(local_part(login.user), ordinal);
        if (explain) entries.emplace(local_part(login.user), told(one) + " from " + source_text(*login.source));
      }
    }
    if (explain && one.activity.kind == ActivityKind::mail_access && one.label == Label::theft &&
        taken[local_part(one.activity.mail.mailbox)].size() < 300) {
      const MailAccess& mail = one.activity.mail;
      taken[local_part(mail.mailbox)] +=
          fmt::format("{} {} {} by '{}' from {} {}; ", one.activity.time.iso().substr(5, 14), mail.items, mail.access,
                      mail.client, mail.source->text(), simulation.networks().name_of(*mail.source));
    }
    if (one.activity.kind == ActivityKind::mail_access && one.label == Label::theft)
      thefts[local_part(one.activity.mail.mailbox)].emplace_back(ordinal, one.message);
  }
  score.activities = ordinal;
  const std::vector<detect::Found> found = detectors.finish();

  std::set<std::string> named;
  Time first = Time::none(), last = Time::none();
  detect::Ordinal alarm = UINT64_MAX;
  for (const detect::Found& one_found : found) {
    const detect::Statement& said = one_found.statement;
    if (one_found.spec->id != "tocsin-password-spray-campaign") continue;
    std::size_t right = 0, sources = 0;
    for (const Entity& entity : said.entities)
      if (entity.role == "source") ++sources, right += theirs.contains(source_text(entity));
    if (right * 2 < sources || right == 0) {
      ++score.false_campaigns;
      continue;
    }
    for (const Entity& entity : said.entities)
      if (entity.role == "source") named.insert(source_text(entity));
    if (!first.known() || said.first < first) first = said.first;
    last = std::max(last, said.last);
    if (said.alarm < alarm) {
      alarm = said.alarm;
      score.alarm_minutes = static_cast<double>(said.time.seconds - simulation.truth()[0].start.seconds) / 60;
      score.window = said.detail.substr(said.detail.find("on the count"), 50);
    }
  }
  for (const std::string& source : named) score.innocent_sources += !theirs.contains(source);
  if (explain) {
    for (const std::string& source : named)
      if (!theirs.contains(source)) tell("INNOCENT", source, acts[source], simulation.networks());
    for (const std::string& source : theirs)
      if (!named.contains(source)) tell("MISSED", source, acts[source], simulation.networks());
  }
  std::size_t hit = 0;
  for (const Try& one_try : tries)
    hit += named.contains(one_try.source) && first.seconds <= one_try.time.seconds &&
           one_try.time.seconds <= last.seconds + 86400;
  score.recall = tries.empty() ? 0 : static_cast<double>(hit) / static_cast<double>(tries.size());

  std::map<std::string, detect::Ordinal> flagged;
  std::map<std::string, detect::Ordinal> mail;
  for (const detect::Found& one_found : found) {
    const detect::Statement& said = one_found.statement;
    for (const Entity& entity : said.entities) {
      const std::string who = local_part(entity.value);
      if (one_found.spec->id == "tocsin-account-takeover" && entity.type == EntityType::account) {
        if (said.level < Level::medium)
          score.hints += !entered_at.contains(who);
        else
          flagged.emplace(who, said.alarm);
      }
      if (one_found.spec->id == "tocsin-mail-theft" && entity.type == EntityType::mailbox &&
          said.level >= Level::medium)
        mail.emplace(who, said.alarm);
    }
  }
  if (explain)
    for (const detect::Found& one_found : found)
      fmt::print("FOUND {} {} {} {}\n", one_found.spec->id, tocsin::name(one_found.statement.level),
                 one_found.statement.first.iso(), one_found.statement.title);
  if (explain)
    for (const detect::Found& one_found : found) {
      bool wrong = one_found.spec->id == "tocsin-account-takeover" && one_found.statement.level >= Level::medium;
      for (const Entity& entity : one_found.statement.entities)
        if (entity.type == EntityType::account) wrong = wrong && !entered_at.contains(local_part(entity.value));
      if (wrong) fmt::print("WRONG {} {}\n", one_found.statement.first.iso(), one_found.statement.title);
    }
  for (const detect::Found& one_found : found) ++score.findings[std::string(one_found.spec->id)];
  for (const auto& [who, at] : flagged) score.wrong_users += !entered_at.contains(who);
  for (const auto& [who, at] : entered_at) {
    ++score.entered;
    const auto said = flagged.find(who);
    if (said == flagged.end())
      ++score.entered_missed;
    else
      score.entered_late += said->second > std::max(at, alarm);
    score.tied_missed += tied.contains(who) && (said == flagged.end() || said->second > std::max(at, alarm));
    if (explain && (said == flagged.end() || said->second > std::max(at, alarm)))
      fmt::print("ENTERED {} {} {} {}\n", said == flagged.end() ? "missed" : "late",
                 tied.contains(who) ? "tied" : "loose", who, entries[who]);
  }
  for (const auto& [who, at] : mail) score.false_mail += !thefts.contains(who);
  for (const auto& [who, messages] : thefts) {
    const auto said = mail.find(who);
    unsigned before = 0;
    if (said == mail.end())
      before = 9999;
    else
      for (const auto& [at, message] : messages)
        if (at <= said->second) before = at == said->second ? before + 1 : message;
    score.mail_message = std::max(score.mail_message, before);
    if (explain && before >= 50) fmt::print("THEFT at {} {} {}\n", before, who, taken[who]);
  }
  return score;
}

Bars bars_of(const std::string& attack, const std::string& world) {
  Bars bars;
  if (attack != "none") bars = find(attack).bars;
  if (world != "plain") bars.innocent = 5;
  return bars;
}

std::string describe(unsigned seed, const Score& s) {
  return fmt::format(
      "seed {:>3}: alarm {:.1f} min, recall {:.4f}, innocent {}, false {}, wrong {}, hints {}, entered {} missed {} "
      "late {} tied {}, mail {} "
      "({} false), {} activities; {}",
      seed, s.alarm_minutes, s.recall, s.innocent_sources, s.false_campaigns, s.wrong_users, s.hints, s.entered,
      s.entered_missed, s.entered_late, s.tied_missed, s.mail_message, s.false_mail, s.activities, s.window);
}

std::vector<std::string> expand_worlds(const std::vector<std::string>& names) {
  std::vector<std::string> out;
  for (const std::string& name : names) {
    if (name == "each" || name == "every") {
      if (name == "every") out.emplace_back("plain");
      for (const WorldSpec& spec : all_worlds()) out.emplace_back(spec.name);
      if (name == "every") out.emplace_back("all");
    } else {
      out.push_back(name);
    }
  }
  return out;
}

std::vector<std::string> expand_attacks(const std::vector<std::string>& names) {
  std::vector<std::string> out;
  for (const std::string& name : names)
    if (name == "every")
      for (const Named& one : table()) out.emplace_back(one.name);
    else
      out.push_back(name);
  return out;
}

Flooded run_flooded(unsigned users, std::uint64_t pairs, std::size_t memory) {
  // The days before an attack are flooded with made-up names from made-up addresses, each pair once.
  Plan plan = plan_of("plain", "0.2/h", 1, users);
  plan.days = 14;
  Simulation simulation(plan);
  detect::Options options;
  options.networks = &simulation.networks();
  if (memory) options.memory = memory;
  detect::Run detectors(options);
  std::vector<std::string> tries;
  Labelled one;
  detect::Ordinal ordinal = 0;
  std::uint64_t sent = 0;
  const std::uint64_t each = pairs / (900 * users) + 1;  // beside an activity; some 90 a day and user, for ten days
  Activity junk;
  junk.kind = ActivityKind::login;
  junk.login.outcome = Outcome::failure;
  junk.login.reason = LoginReason::bad_password;
  std::string name;
  while (simulation.next(one)) {
    detectors.feed(one.activity, ordinal++);
    for (std::uint64_t i = 0; i < each && sent < pairs; ++i, ++sent) {
      const std::uint64_t drawn = detect::mix(sent, 77);
      name = fmt::format("j{}", drawn % 10'000'000);
      junk.login.user = name;
      junk.login.source = Ip::v4(static_cast<std::uint32_t>(drawn >> 32));
      junk.time = one.activity.time;
      detectors.feed(junk, ordinal++);
    }
    if (one.label != Label::attempt || !one.activity.login.source) continue;
    tries.push_back(source_text(*one.activity.login.source));
  }
  Flooded out;
  out.memory = detectors.memory();
  std::set<std::string> named;
  for (const detect::Found& found : detectors.finish()) {
    if (found.spec->id != "tocsin-password-spray-campaign") continue;
    out.alarm_minutes = static_cast<double>(found.statement.time.seconds - simulation.truth()[0].start.seconds) / 60;
    for (const Entity& entity : found.statement.entities)
      if (entity.role == "source") named.insert(source_text(entity));
  }
  out.named = static_cast<unsigned>(named.size());
  for (const std::string& source : tries) out.recall += named.contains(source);
  out.recall /= static_cast<double>(std::max<std::size_t>(tries.size(), 1));
  return out;
}

void measure_memory(unsigned users, std::uint64_t pairs, bool as_json) {
  const Flooded without = run_flooded(users, 0, 0), with = run_flooded(users, pairs, 0);
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const double megabytes = static_cast<double>(with.memory) / (1 << 20), loss = without.recall - with.recall;
  if (as_json) {
    fmt::print(
        "{{\"name\": \"state after {} pairs\", \"value\": {:.1f}, \"unit\": \"MB\", \"must\": \"<= 256\", \"holds\": "
        "{}}}\n",
        pairs, megabytes, megabytes <= 256);
    fmt::print(
        "{{\"name\": \"tries lost to them\", \"value\": {:.4f}, \"unit\": \"share\", \"must\": \"<= 0.01\", \"holds\": "
        "{}}}\n",
        loss, loss <= 0.01);
  } else {
    fmt::print(
        "{} pairs: {:.1f} MB of state, whole process {:.1f} MB; alarm {:.1f} min ({:.1f} without), recall {:.4f} "
        "({:.4f}), sources named {} ({})\n",
        pairs, megabytes, static_cast<double>(usage.ru_maxrss) / 1024, with.alarm_minutes, without.alarm_minutes,
        with.recall, without.recall, with.named, without.named);
  }
}

void measure_speed(unsigned users, std::uint64_t seed, bool as_json) {
  // The activities of a few days are kept, so that only the detectors are timed.
  Plan plan = plan_of("all", "4/h", seed, users);
  plan.days = 14;
  Simulation simulation(plan);
  std::vector<Activity> kept;
  std::deque<std::string> texts;
  std::map<std::string, const std::string*, std::less<>> pool;
  const auto keep = [&](std::string_view& text) {
    auto at = pool.find(text);
    if (at == pool.end()) at = pool.emplace(std::string(text), &texts.emplace_back(text)).first;
    text = *at->second;
  };
  Labelled one;
  while (simulation.next(one)) {
    Activity a = one.activity;
    for (std::string_view* text :
         {&a.product, &a.login.user, &a.login.service, &a.login.host, &a.login.method, &a.login.user_agent,
          &a.login.session, &a.mail.mailbox, &a.mail.user, &a.mail.client, &a.mail.session, &a.mail.access,
          &a.mail.folder, &a.change.mailbox, &a.change.user, &a.change.change, &a.change.detail, &a.change.session})
      keep(*text);
    kept.push_back(a);
  }
  double best = 1e9;
  std::size_t memory = 0;
  for (int round = 0; round < 3; ++round) {
    detect::Options options;
    options.networks = &simulation.networks();
    detect::Run detectors(options);
    const std::clock_t start = std::clock();  // of this process: others don't count
    for (std::size_t i = 0; i < kept.size(); ++i) detectors.feed(kept[i], i);
    best = std::min(best, static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
    memory = detectors.memory();
  }
  const double rate = static_cast<double>(kept.size()) / best;
  if (as_json)
    fmt::print(
        "{{\"name\": \"detectors, activities a second on a core\", \"value\": {:.0f}, \"unit\": \"activities/s\", "
        "\"must\": "
        "\">= 1000000\", \"holds\": {}}}\n",
        rate, rate >= 1e6);
  else
    fmt::print("{} activities, {:.2f} M/s, {:.0f} ns each, {:.1f} MB of habits and campaigns\n", kept.size(),
               rate / 1e6, 1e9 / rate, static_cast<double>(memory) / 1e6);
}

}  // namespace tocsin::bench
