// The habits are those that decide whether a detector of credential attacks works: where a device connects from, how
// often, and how and where honest people and machines fail. Rates are per user and day; with 1,000 users the plain
// world has some 40,000 logins, 500 failures and two to four failures from a place new to the user that nothing
// explains.
#include "rehearse/population.h"

#include <algorithm>

namespace tocsin::rehearse {

Population::Population(const Plan& plan, const Names& names)
    : plan_(plan), names_(names), rng_(mix(plan.seed, 0x706f70)), hours_(static_cast<std::size_t>(plan.days) * 24) {
  const Worlds worlds = plan.worlds;
  if (worlds.has(World::conference)) meeting_day_ = once_day(1);
  if (worlds.has(World::expiry)) expiry_day_ = once_day(2);
  if (worlds.has(World::migration)) migration_day_ = once_day(3);
  if (worlds.has(World::branch)) branch_day_ = once_day(4);
  if (worlds.has(World::egress)) egress_at_ = once_day(5) * kDay + 6 * kHour;
  if (worlds.has(World::egress_in_campaign)) {
    double day = once_day(6);
    if (!plan.attacks.empty()) day = plan.attacks[0].start_day + plan.attacks[0].days / 2;
    egress_at_ = std::min(egress_at_, static_cast<std::int64_t>(day) * kDay + 10 * kHour);
  }
  if (worlds.has(World::outage)) {
    outage_from_ = once_day(7) * kDay + 9 * kHour + static_cast<std::int64_t>(rng_.below(240)) * kMinute;
    outage_until_ = outage_from_ + 150 * kMinute;
  }
  users_.resize(plan.users);
  for (std::uint32_t i = 0; i < plan.users; ++i) {
    User& user = users_[i];
    user.number = i;
    user.provider = rng_.below(AddressPlan::kHomeProviders);
    user.line = rng_.below(1U << 30);
    user.carrier = rng_.below(AddressPlan::kCarriers);
    user.phone = rng_.chance(0.5) ? Role::imap : Role::sync;
    user.has_phone = rng_.chance(0.87);
    user.relay = rng_.chance(worlds.has(World::relay) ? 0.35 : 0.01);
    user.polls_at_night = rng_.chance(0.6);
    user.wifi_at_office = rng_.chance(0.6);
    user.uses_vpn = rng_.chance(0.4);
    user.poll_minutes = rng_.between(15, 80);
    user.typo = rng_.between(0.002, 0.04);
    user.webmail = rng_.chance(0.4) ? rng_.between(0.3, 2) : 0.05;
    user.at_home = rng_.between(0, 0.5);
    user.phone_agent = pick_agent(Agents::phone, mix(plan.seed, i, 1));
    user.office_agent = pick_agent(Agents::office, mix(plan.seed, i, 2));
    user.browser_agent = pick_agent(Agents::browser, mix(plan.seed, i, 3));
    user.password_day = static_cast<int>(rng_.below(90));
    user.old_device = rng_.chance(0.01);
    user.hammers = rng_.chance(0.3);
    if (worlds.has(World::cold_start) && rng_.chance(0.33))
      user.first_day = 1 + static_cast<int>(rng_.below(static_cast<std::uint32_t>(std::max(plan.days * 2 / 3, 1))));
    else if (rng_.chance(0.02))  // newcomers
      user.first_day = static_cast<int>(rng_.below(static_cast<std::uint32_t>(plan.days)));
  }
}

int Population::once_day(std::uint64_t salt) const {
  const int first = plan_.days / 4, span = std::max(plan_.days / 2, 1);
  int day = first + static_cast<int>(scale(mix(plan_.seed, salt, 0x6f6e6365), static_cast<std::uint32_t>(span)));
  while (day % 7 >= 5) --day;  // on a workday
  return std::max(day, 0);
}

void Population::hour(int hour, std::vector<Step>& out) {
  if (hour % 24 == 0) plan_day(hour / 24);
  out.swap(hours_[static_cast<std::size_t>(hour)]);
  hours_[static_cast<std::size_t>(hour)] = {};
  std::sort(out.begin(), out.end());
}

void Population::plan_day(int day) {
  if (day == branch_day_)
    for (User& user : users_)
      if (mix(plan_.seed, user.number, 0x627261) % 10 == 0) user.site = 1;
  if (day == expiry_day_)
    for (User& user : users_) {
      user.stale_from = day * kDay + 6 * kHour;
      // The phone gets the new password some time after the person has chosen it.
      user.stale_until = user.stale_from + 2 * kHour + static_cast<std::int64_t>(rng_.exponential(7.0 * kHour));
    }
  for (User& user : users_)
    if (day >= user.first_day) live(user, day);
  machines(day);
  noise(day);
  if (day == migration_day_) migration_tool(day);
}

Population::Day Population::shape(User& user, int day) {
  if (day > user.away_to && rng_.chance(plan_.worlds.has(World::travel) ? 0.033 : 0.004)) {
    user.away_from = day;
    user.away_to = day + 1 + static_cast<int>(rng_.below(5));
    user.away_provider = rng_.below(AddressPlan::kForeignProviders);
    user.away_line = rng_.below(1U << 16);
  }
  if (day > user.off_to && rng_.chance(0.004)) {
    user.off_from = day;
    user.off_to = day + 3 + static_cast<int>(rng_.below(10));
  }
  if (rng_.chance(0.02)) user.line = rng_.below(1U << 30);  // the provider gives another address
  const auto minutes = [&](double from, double to) {
    return static_cast<std::int64_t>(rng_.between(from, to) * kMinute);
  };
  Day made;
  made.number = day;
  made.away = day >= user.away_from && day <= user.away_to;
  made.meeting = day >= meeting_day_ && day < meeting_day_ + 3 && meeting_day_ >= 0 &&
                 mix(plan_.seed, user.number, 0x636f6e) % 8 == 0;
  made.works = day % 7 < 5 && !(day >= user.off_from && day <= user.off_to);
  made.in_office = made.works && !made.away && !made.meeting && !rng_.chance(user.at_home);
  made.wakes = minutes(6 * 60, 7.6 * 60);
  made.leaves = made.wakes + minutes(40, 80);
  made.arrives = made.leaves + minutes(15, 60);
  made.departs = minutes(16 * 60, 18.5 * 60);
  made.back = made.departs + minutes(15, 70);
  made.sleeps = minutes(22 * 60, 23.8 * 60);
  return made;
}

Population::Place Population::place(const User& user, const Day& day, std::int64_t at) const {
  // Chance by (user, half hour), so that everything in one sitting has one place.
  const std::uint64_t drawn =
      mix(plan_.seed, user.number, static_cast<std::uint64_t>((day.number * kDay + at) / (30 * kMinute)));
  const bool daytime = at >= day.leaves && at < day.back;
  if (day.meeting && at >= 8 * kHour && at < 19 * kHour) return drawn % 8 == 0 ? Place::mobile : Place::meeting;
  if (day.away || day.meeting) return drawn % 3 == 0 ? Place::mobile : Place::away;
  if (day.in_office && daytime) return at >= day.arrives && at < day.departs ? Place::office : Place::mobile;
  if (day.number % 7 >= 5 && daytime) return drawn % 4 == 0 ? Place::mobile : Place::home;
  return drawn % 25 == 0 ? Place::mobile : Place::home;
}

Ip Population::address(const User& user, const Day& day, Place place, std::int64_t at) {
  const std::int64_t now = day.number * kDay + at;
  const auto part = [&](std::int64_t length) { return static_cast<std::uint64_t>(now / length); };
  switch (place) {
    case Place::home:
      return AddressPlan::home(user.provider, user.line, static_cast<std::uint32_t>(day.number));
    case Place::office: {
      const std::uint32_t site = user.site != 0 ? user.site : now >= egress_at_ ? 9 : 0;
      return AddressPlan::office(site, user.number % 2);
    }
    case Place::meeting:
      return AddressPlan::foreign(199, 4711 + user.number % 2);
    case Place::away: {
      if (!plan_.worlds.has(World::conference) || !day.meeting)
        return AddressPlan::foreign(user.away_provider, user.away_line);
      return AddressPlan::foreign(198, user.number);
    }
    case Place::mobile:
      break;
  }
  if (plan_.worlds.has(World::narrow_nat) && (!plan_.worlds.has(World::wide_nat) || user.carrier == 0))
    return AddressPlan::carrier(user.carrier, scale(mix(user.number, part(6 * kHour)), 16) + 16);
  if (plan_.worlds.has(World::wide_nat))
    return AddressPlan::carrier(user.carrier, scale(mix(user.number, part(5 * kMinute), 7), 3 * 65536));
  return AddressPlan::carrier(user.carrier, scale(mix(user.number, part(6 * kHour)), 2048) + 256);
}

void Population::live(User& user, int day) {
  const Day shaped = shape(user, day);
  if ((day + user.password_day) % 90 == 89 && shaped.works) {
    user.stale_from = day * kDay + shaped.arrives + 5 * kMinute;
    user.stale_until =
        user.stale_from + static_cast<std::int64_t>(rng_.exponential(rng_.chance(0.1) ? 3.0 * kDay : 4.0 * kHour));
  }
  if (user.has_phone) phone(user, shaped);
  laptop(user, shaped);
  errors(user, shaped);
}

void Population::phone(User& user, const Day& day) {
  const std::int64_t midnight = day.number * kDay;
  double gap = user.poll_minutes * kMinute;
  for (std::int64_t at = static_cast<std::int64_t>(rng_.exponential(gap)); at < kDay;) {
    const std::int64_t now = midnight + at;
    const bool asleep = at < day.wakes || at > day.sleeps;
    const bool stale = now >= user.stale_from && now < user.stale_until;
    if (!asleep || user.polls_at_night) {
      const Place where = place(user, day, at);
      const bool wifi = where != Place::office || user.wifi_at_office;
      Step step = login({Who::account, user.number}, user.phone, user.phone_agent,
                        address(user, day, wifi ? where : Place::mobile, at));
      if (user.relay && where != Place::office) {
        const std::uint64_t drawn = rng_.next();
        step.source = AddressPlan::relay(static_cast<std::uint32_t>(drawn % 3), scale(drawn, 200000));
      }
      if (stale) {
        if (user.hammers || rng_.chance(0.35)) failed(step, now);
      } else if (in_outage(now) && rng_.chance(0.9)) {
        failed(step, now);
        failed(step, now + 20 * kSecond);
      } else if (now / kDay >= migration_day_ && migration_day_ >= 0 && (user.migrated & 1) == 0) {
        sign_in(user, day, user.phone, user.phone_agent, at, where);
      } else {
        add(step, now);
        if (plan_.mail && rng_.chance(0.3)) read_mail(user, step, now, now + kSecond);
      }
    }
    at += kMinute +
          static_cast<std::int64_t>(rng_.exponential((stale && user.hammers ? 0.3 : 1.0) * (asleep ? 3 : 1) * gap));
  }
}

void Population::laptop(User& user, const Day& day) {
  const auto moment = [&](std::int64_t from, std::int64_t to) {
    return from +
           static_cast<std::int64_t>(rng_.unit() * static_cast<double>(std::max<std::int64_t>(to - from, kMinute)));
  };
  if (day.works) {
    const int sessions = 2 + static_cast<int>(rng_.below(4));
    for (int i = 0; i < sessions; ++i) {
      const std::int64_t at = i == 0 ? day.arrives + static_cast<std::int64_t>(rng_.below(600)) * kSecond
                                     : moment(day.arrives, day.departs);
      const Place where = place(user, day, at);
      if (where == Place::office) {
        Step inside = login({Who::account, user.number}, Role::internal, 0, AddressPlan::workstation(user.number));
        if (rng_.chance(user.typo * 2)) failed(inside, day.number * kDay + at - 9 * kSecond);
        add(inside, day.number * kDay + at);
      } else if (user.uses_vpn && i == 0) {
        sign_in(user, day, Role::vpn, user.office_agent, at - kMinute, where);
      }
      const std::int64_t done = sign_in(user, day, Role::office, user.office_agent, at + 20 * kSecond, where);
      if (done < 0 || !plan_.mail) continue;
      for (int k = rng_.poisson(3); k > 0; --k)
        read_mail(user, signed_in_, done, done + static_cast<std::int64_t>(rng_.exponential(40.0 * kMinute)));
    }
    if (user.number % 90 == 7 && day.in_office)
      for (int k = rng_.poisson(2); k > 0; --k)
        sign_in(user, day, Role::shell, 0, moment(day.arrives, day.departs), Place::office);
  }
  for (int k = rng_.poisson(user.webmail); k > 0; --k) {
    const std::int64_t at = moment(day.wakes, day.sleeps);
    sign_in(user, day, Role::webmail, user.browser_agent, at, place(user, day, at));
  }
}

std::int64_t Population::sign_in(User& user, const Day& day, Role role, std::uint8_t agent, std::int64_t at,
                                 Place where) {
  std::int64_t now = day.number * kDay + at;
  Step step = login({Who::account, user.number}, role, agent, address(user, day, where, at));
  if (user.relay && where != Place::office && role != Role::vpn) {
    const std::uint64_t drawn = rng_.next();
    step.source = AddressPlan::relay(static_cast<std::uint32_t>(drawn % 3), scale(drawn, 200000));
  }
  if (in_outage(now) && rng_.chance(0.9)) {
    for (int k = 2 + static_cast<int>(rng_.below(4)); k > 0; --k, now += 15 * kSecond) failed(step, now);
    return -1;
  }
  double typo = user.typo * (where == Place::away || where == Place::meeting ? 2.5 : 1);
  const int device = role == user.phone ? 1 : role == Role::office ? 2 : 4;
  const bool moved = migration_day_ >= 0 && day.number >= migration_day_ && (user.migrated & device) == 0;
  if (moved) {
    typo = 0.35;
    user.migrated |= device;
  }
  while (rng_.chance(typo)) {
    failed(step, now);
    now += 4 * kSecond + static_cast<std::int64_t>(rng_.exponential(12.0 * kSecond));
    typo = 0.25;
  }
  add(step, now);
  signed_in_ = step;
  return now;
}

void Population::errors(User& user, const Day& day) {
  const auto awake = [&] {
    return day.wakes + static_cast<std::int64_t>(rng_.unit() * static_cast<double>(day.sleeps - day.wakes));
  };
  const Who me{Who::account, user.number};
  const std::int64_t midnight = day.number * kDay;
  if (rng_.chance(0.003)) {  // a forgotten password: some tries, the help desk, success from the same place
    const std::int64_t at = awake();
    const Place where = place(user, day, at);
    const Step step = login(me, Role::office, user.office_agent, address(user, day, where, at));
    std::int64_t now = midnight + at;
    for (int k = 3 + static_cast<int>(rng_.below(5)); k > 0;
         --k, now += static_cast<std::int64_t>(rng_.between(8, 90) * kSecond))
      failed(step, now, k == 1 && rng_.chance(0.3) ? LoginReason::locked : LoginReason::bad_password);
    add(step, now + static_cast<std::int64_t>(rng_.exponential(1.5 * kHour)));
  }
  if (rng_.chance(0.0008)) {  // tries from somebody else's machine or network, and gives up
    const std::int64_t at = midnight + awake();
    const Step step = login(me, Role::webmail, pick_agent(Agents::browser, rng_.next()),
                            AddressPlan::home(rng_.below(AddressPlan::kHomeProviders - 1), rng_.below(1U << 30), 0));
    failed(step, at);
    if (rng_.chance(0.4)) failed(step, at + 20 * kSecond);
  }
  if (rng_.chance(0.0008)) {  // takes a colleague's name for the own
    const std::int64_t at = awake();
    const Place where = place(user, day, at);
    failed(login({Who::account, rng_.below(plan_.users)}, Role::webmail, user.browser_agent,
                 address(user, day, where, at)),
           midnight + at);
  }
  if (rng_.chance(0.004)) {  // mistypes the name
    const std::int64_t at = awake();
    const Place where = place(user, day, at);
    Step step = login({Who::mistyped, user.number}, Role::webmail, user.browser_agent, address(user, day, where, at));
    failed(step, midnight + at, LoginReason::unknown_user);
    step.who = me;
    add(step, midnight + at + 15 * kSecond);
  }
  if (user.old_device)
    for (std::int64_t at = kHour / 2; at < kDay; at += 3 * kHour + static_cast<std::int64_t>(rng_.below(600)) * kSecond)
      failed(login(me, Role::imap, user.phone_agent,
                   AddressPlan::home(user.provider, user.number * 7919 + 1, static_cast<std::uint32_t>(day.number))),
             midnight + at);
  if (plan_.mail && rng_.chance(0.0015)) {  // a rule for newsletters, a secretary, a calendar application
    Step step =
        login(me, Role::office, user.office_agent, address(user, day, place(user, day, day.arrives), day.arrives));
    step.kind = ActivityKind::mailbox_change;
    const std::uint32_t drawn = rng_.below(10);
    step.what = static_cast<std::uint8_t>(drawn < 7 ? Change::rule : drawn < 9 ? Change::delegate : Change::consent);
    add(step, midnight + day.arrives + 30 * kMinute);
  }
}

void Population::read_mail(const User& user, const Step& from, std::int64_t began, std::int64_t at) {
  Step step = from;
  step.session = began;
  step.kind = ActivityKind::mail_access;
  const bool whole = rng_.chance(0.02);  // a client that synchronises
  step.what = static_cast<std::uint8_t>(whole ? Access::sync : from.role == Role::imap ? Access::fetch : Access::bind);
  step.items = whole ? 20 + rng_.below(180) : 1 + rng_.below(user.number % 5 == 0 ? 12 : 5);
  step.bytes = step.items * (2000 + rng_.below(60000));
  add(step, at);
}

Step Population::login(Who who, Role role, std::uint8_t agent, const Ip& source) const {
  Step step;
  step.who = who;
  step.role = role;
  step.agent = agent;
  step.source = source;
  return step;
}

void Population::failed(Step step, std::int64_t at, LoginReason reason) {
  step.outcome = Outcome::failure;
  step.reason = reason;
  add(step, at);
}

void Population::add(Step step, std::int64_t at) {
  if (at < 0 || at >= static_cast<std::int64_t>(hours_.size()) * kHour) return;
  step.at = at;
  step.sequence = sequence_++;
  hours_[static_cast<std::size_t>(at / kHour)].push_back(step);
}

}  // namespace tocsin::rehearse
