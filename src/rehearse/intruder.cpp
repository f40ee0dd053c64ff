// Numbers from what has been published of the groups that spray parliaments (2020): 1,294 addresses in 536 netblocks of
// 273 AS a day, some 20 of them new each day; about a fifth of the accounts; 4 tries per account and hour, or 335.
#include "rehearse/intruder.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace tocsin::rehearse {
namespace {

constexpr double kBlocksPerAddress = 536.0 / 1294;

bool later_than(const Step& a, const Step& b) { return b < a; }

bool at_work(std::int64_t at) {
  const std::int64_t hour = at / kHour % 24;
  return at / kDay % 7 < 5 && hour >= 8 && hour < 18;
}

std::int64_t next_morning(std::int64_t at) {
  std::int64_t morning = at / kDay * kDay + 8 * kHour;
  while (morning <= at || !at_work(morning)) morning += kDay;
  return morning;
}

std::int64_t days(double count) { return static_cast<std::int64_t>(count * static_cast<double>(kDay)); }

}  // namespace

Intruder::Intruder(const Plan& plan, std::size_t attack, const Names& names, const AddressPlan& addresses)
    : attack_(plan.attacks[attack]),
      names_(names),
      addresses_(addresses),
      rng_(mix(plan.seed, attack, 0x696e74)),
      start_(days(attack_.start_day)),
      end_(std::min(start_ + days(attack_.days), plan.days * kDay)),
      horizon_(plan.days * kDay),
      target_(names.users()) {
  choose_targets(plan);
  if (attack_.addresses == Addresses::triples && attack_.kind == AttackKind::spray) per_hour_ /= 3;
  const bool few = attack_.kind == AttackKind::brute_force || attack_.kind == AttackKind::forgery;
  if (attack_.addresses == Addresses::pool || few) fill_pool(few ? std::min(attack_.pool, 200U) : attack_.pool);
  swapped_ = start_ / kDay;
  if (start_ < end_ && per_hour_ > 0) try_at_ = after(start_, per_hour_);
  if (attack_.flush_per_hour > 0) flush_at_ = after(start_, attack_.flush_per_hour);
}

void Intruder::choose_targets(const Plan& plan) {
  std::vector<std::uint32_t> order(names_.users());
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  for (std::size_t i = order.size(); i > 1; --i)
    std::swap(order[i - 1], order[rng_.below(static_cast<std::uint32_t>(i))]);
  std::uint32_t count = attack_.targets != 0                      ? attack_.targets
                        : attack_.kind == AttackKind::brute_force ? 2
                                                                  : std::max(plan.users / 5, 1U);
  if (attack_.kind == AttackKind::stuffing) count = plan.users;
  if (attack_.kind == AttackKind::forgery) count = 0;
  count = std::min(count, plan.users);
  order.resize(count);
  per_hour_ = attack_.rate;
  if (attack_.kind == AttackKind::stuffing) {
    // A list leaked elsewhere, once through: most of its people have no account here.
    const auto length = static_cast<std::uint32_t>(attack_.rate * attack_.days * 24);
    for (std::uint32_t i = 0, known = 0; i < length; ++i)
      list_.push_back(rng_.chance(0.3) && known < count ? Who{Who::account, order[known++]} : Who{Who::unknown, i});
  } else if (attack_.kind == AttackKind::forgery) {
    for (std::uint32_t i = 0; i < forgeries().size(); ++i) list_.push_back({Who::forgery, i});
  } else {
    for (const std::uint32_t user : order) list_.push_back({Who::account, user});
    if (attack_.half_unknown)
      for (std::uint32_t i = 0; i < count; ++i) list_.push_back({Who::unknown, i});
    per_hour_ *= static_cast<double>(list_.size());
  }
  turn_ = attack_.kind == AttackKind::stuffing ? 0 : list_.size();
  for (std::uint32_t i = 0; i < std::min(attack_.entered, count); ++i)
    opens_[order[i]] =
        attack_.kind == AttackKind::stuffing
            ? 0
            : start_ + static_cast<std::int64_t>(rng_.between(0.15, 0.85) * static_cast<double>(end_ - start_));
}

void Intruder::fill_pool(std::uint32_t count) {
  const auto blocks = static_cast<std::uint32_t>(kBlocksPerAddress * count) + 1;
  std::vector<std::uint32_t> systems;
  for (std::uint32_t i = 0; i < std::max(attack_.systems * count / 1294, 1U); ++i)
    systems.push_back(rng_.below(addresses_.hosting_systems()));
  for (std::uint32_t i = 0; i < blocks; ++i)
    blocks_.push_back(addresses_.hosting_block(systems[i % systems.size()], rng_));
  for (std::uint32_t i = 0; i < count; ++i)
    pool_.push_back(AddressPlan::hosting(blocks_[i % blocks_.size()], rng_.below(253)));
  used_.assign(count, false);
}

Ip Intruder::rented() {
  return AddressPlan::hosting(addresses_.hosting_block(rng_.below(addresses_.hosting_systems()), rng_),
                              rng_.below(253));
}

Ip Intruder::residential() {
  if (seen_.size() > 50 && rng_.chance(0.35)) return seen_[seen_.size() - 1 - rng_.below(50)];
  const std::uint32_t kind = rng_.below(10);
  if (kind < 3) return AddressPlan::home(rng_.below(AddressPlan::kHomeProviders), rng_.below(1U << 30), 0);
  if (kind < 4) return AddressPlan::carrier(rng_.below(AddressPlan::kCarriers), 256 + rng_.below(2048));
  return AddressPlan::foreign(rng_.below(AddressPlan::kForeignProviders - 2), rng_.below(1U << 17));
}

Ip Intruder::source(std::int64_t at) {
  if (pool_.empty()) {
    seen_.push_back(attack_.addresses == Addresses::residential ? residential() : rented());
    return seen_.back();
  }
  for (; swapped_ < at / kDay; ++swapped_)
    for (std::uint32_t i = 0; i < attack_.swapped_daily; ++i) {
      const std::uint32_t gone = rng_.below(static_cast<std::uint32_t>(pool_.size()));
      pool_[gone] =
          rng_.chance(0.5)
              ? rented()
              : AddressPlan::hosting(blocks_[rng_.below(static_cast<std::uint32_t>(blocks_.size()))], rng_.below(253));
      used_[gone] = false;
    }
  const std::uint32_t chosen = rng_.below(static_cast<std::uint32_t>(pool_.size()));
  if (!used_[chosen]) seen_.push_back(pool_[chosen]);
  used_[chosen] = true;
  return pool_[chosen];
}

std::int64_t Intruder::after(std::int64_t at, double per_hour) {
  if (attack_.ramp_days > 0)
    per_hour *=
        std::clamp(static_cast<double>(at - start_) / (attack_.ramp_days * static_cast<double>(kDay)), 0.02, 1.0);
  at += 1 + static_cast<std::int64_t>(rng_.exponential(static_cast<double>(kHour) / per_hour));
  while (attack_.working_hours && !at_work(at))
    at = next_morning(at) + static_cast<std::int64_t>(rng_.exponential(static_cast<double>(kHour) / per_hour));
  return at < end_ ? at : INT64_MAX;
}

std::int64_t Intruder::next_at() const {
  return std::min({try_at_, flush_at_, later_.empty() ? INT64_MAX : later_.front().at});
}

Step Intruder::pop() {
  const std::int64_t at = next_at();
  CHECK(at != INT64_MAX);
  Step step;
  if (!later_.empty() && later_.front().at == at) {
    std::ranges::pop_heap(later_, later_than);
    step = later_.back();
    later_.pop_back();
    if (step.label == Label::attempt) attempt(step);
  } else if (try_at_ == at) {
    step.at = at;
    step.who = next_name();
    step.source = source(at);
    dress(step);
    attempt(step);
    if (attack_.addresses == Addresses::triples && attack_.kind == AttackKind::spray) triple(step);
    const bool through = attack_.kind == AttackKind::stuffing && turn_ == list_.size();
    try_at_ = through ? INT64_MAX : after(at, per_hour_);
  } else {
    step.at = at;
    step.who = rng_.chance(0.5) ? Who{Who::account, rng_.below(names_.users())}
                                : Who{Who::junk, static_cast<std::uint32_t>(rng_.next())};
    step.source = AddressPlan::hosting(rng_.below(AddressPlan::kHostingBlocks), rng_.below(253));
    step.label = Label::flush;
    step.outcome = Outcome::failure;
    step.reason = LoginReason::bad_password;
    step.role = Role::imap;
    ++flushed_;
    flush_at_ = after(at, attack_.flush_per_hour);
  }
  step.sequence = sequence_++;
  return step;
}

Who Intruder::next_name() {
  for (std::size_t skipped = 0;; ++skipped) {
    if (turn_ == list_.size()) {  // a new round, in another order
      for (std::size_t i = list_.size(); i > 1; --i)
        std::swap(list_[i - 1], list_[rng_.below(static_cast<std::uint32_t>(i))]);
      turn_ = 0;
    }
    const Who who = list_[turn_++];
    // Nobody goes on guessing a password that is known.
    if (who.kind != Who::account || !entered_.contains(who.number) || skipped > list_.size()) return who;
  }
}

void Intruder::dress(Step& step) {
  const std::uint32_t way = rng_.below(4);
  step.role = attack_.legacy && way < 2 ? (way == 0 ? Role::imap : Role::submission)
              : way == 2                ? Role::webmail
                                        : Role::office;
  if (attack_.kind == AttackKind::forgery) step.role = static_cast<Role>(rng_.below(kRoles));
  const std::uint64_t drawn = rng_.next();
  step.agent = !attack_.ordinary_agents    ? pick_agent(Agents::truncated, drawn)
               : step.role == Role::office ? pick_agent(Agents::office, drawn)
                                           : pick_agent(Agents::browser, drawn);
}

void Intruder::attempt(Step& step) {
  step.label = Label::attempt;
  step.outcome = Outcome::failure;
  step.reason = step.who.kind == Who::account ? LoginReason::bad_password : LoginReason::unknown_user;
  if (attack_.kind == AttackKind::brute_force && rng_.chance(0.3)) step.reason = LoginReason::locked;
  if (attack_.kind == AttackKind::forgery) {
    step.label = Label::forged;
    ++forged_;
  } else {
    ++tries_;
  }
  if (first_ < 0) first_ = step.at;
  last_ = step.at;
  if (step.who.kind != Who::account) return;
  target_[step.who.number] = true;
  const auto opens = opens_.find(step.who.number);
  if (opens == opens_.end() || opens->second > step.at || entered_.contains(step.who.number)) return;
  entered_[step.who.number] = step.at;
  step.label = Label::entered;
  step.outcome = Outcome::success;
  step.reason = LoginReason::none;
  if (attack_.theft != Theft::none) steal(step);
}

void Intruder::triple(const Step& first) {
  Step again = first;
  again.label = Label::attempt;
  std::int64_t at = first.at;
  for (int k = 0; k < 2 && first.label == Label::attempt; ++k) {
    at += 8 * kSecond + static_cast<std::int64_t>(rng_.exponential(20.0 * kSecond));
    if (at < end_) later(again, at);
  }
}

void Intruder::steal(const Step& entry) {
  Step step = entry;
  std::int64_t at = entry.at + 10 * kMinute + static_cast<std::int64_t>(rng_.exponential(3.0 * kHour));
  if (rng_.chance(0.5)) {
    step.source = attack_.addresses == Addresses::residential ? residential() : rented();
    if (at < horizon_) seen_.push_back(step.source);
  }
  const auto way = attack_.theft == Theft::mixture ? static_cast<Theft>(1 + entered_.size() % 3) : attack_.theft;
  step.role = way == Theft::imap ? Role::imap : rng_.chance(0.5) ? Role::webmail : Role::office;
  later(step, at);
  step.session = at;
  at += kMinute;
  step.label = Label::theft;
  if (way != Theft::imap) {
    step.kind = ActivityKind::mailbox_change;
    step.what = static_cast<std::uint8_t>(rng_.below(5));
    step.outsider = true;
    later(step, at + kMinute);
    at += 3 * kMinute;
  }
  step.kind = ActivityKind::mail_access;
  step.what = static_cast<std::uint8_t>(way == Theft::sync   ? Access::sync
                                        : way == Theft::imap ? Access::fetch
                                                             : Access::bind);
  take(step, at);
}

void Intruder::take(Step step, std::int64_t at) {
  const auto way = static_cast<Access>(step.what);
  const auto sign_in = [&] {
    Step again = step;
    again.kind = ActivityKind::login;
    again.label = Label::entered;
    again.session = -1;
    again.message = 0;
    later(again, at);
    step.session = at;
  };
  for (std::uint32_t taken = 0, sitting = 0; taken < attack_.messages;) {
    // A server tells what an IMAP connection took when it ends: one connection for a few messages.
    if (way == Access::fetch) {
      sign_in();
      at += 2 * kSecond + static_cast<std::int64_t>(rng_.exponential(5.0 * kSecond));
    }
    step.items = way == Access::sync ? 20 + rng_.below(130) : 1 + rng_.below(way == Access::fetch ? 10 : 5);
    step.items = std::min(step.items, attack_.messages - taken);
    step.bytes = step.items * (4000 + rng_.below(90000));
    step.message = taken += step.items;
    later(step, at);
    at +=
        3 * kSecond + static_cast<std::int64_t>(rng_.exponential(way == Access::sync ? 4.0 * kMinute : 40.0 * kSecond));
    sitting += step.items;
    if (sitting < 150) continue;
    sitting = 0;
    at += static_cast<std::int64_t>(rng_.exponential(5.0 * kHour));
    if (way == Access::fetch) continue;
    sign_in();
    at += kMinute;
  }
}

void Intruder::later(Step step, std::int64_t at) {
  if (at >= horizon_) return;
  step.at = at;
  step.sequence = sequence_++;
  if (step.kind == ActivityKind::mail_access && step.label == Label::theft) {
    Taken& taken = taken_[step.who.number];
    if (taken.first < 0) taken.first = at;
    if (taken.fiftieth < 0 && step.message >= 50) taken.fiftieth = at;
    taken.messages = step.message;
  }
  later_.push_back(step);
  std::ranges::push_heap(later_, later_than);
}

AttackTruth Intruder::truth(const Plan& plan) const {
  const auto time = [&](std::int64_t at) {
    if (at < 0) return Time::none();
    return Time{plan.start.seconds + at / 1000, static_cast<std::uint32_t>(at % 1000) * 1'000'000, 3};
  };
  const auto mailbox = [&](std::uint32_t number) { return names_.account(number) + "@" + std::string(kDomain); };
  AttackTruth truth;
  truth.start = time(first_);
  truth.end = time(last_);
  truth.sources = seen_;
  std::ranges::sort(truth.sources);
  truth.sources.erase(std::ranges::unique(truth.sources).begin(), truth.sources.end());
  for (std::uint32_t i = 0; i < target_.size(); ++i)
    if (target_[i]) truth.targets.push_back(mailbox(i));
  std::ranges::sort(truth.targets);
  for (const auto& [number, at] : entered_) truth.entered.push_back(mailbox(number));
  std::ranges::sort(truth.entered);
  truth.tries = tries_;
  truth.forged = forged_;
  truth.flushed = flushed_;
  for (const auto& [number, taken] : taken_)
    truth.taken.push_back(
        {mailbox(number), time(entered_.at(number)), time(taken.first), time(taken.fiftieth), taken.messages});
  std::ranges::sort(truth.taken, {}, &AttackTruth::Taken::mailbox);
  return truth;
}

}  // namespace tocsin::rehearse
