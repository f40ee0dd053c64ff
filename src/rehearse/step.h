// Step: one thing that happens, before it is put into words. Internal to rehearse.
#pragma once
#include <tuple>

#include "base/ip.h"
#include "event/activity.h"
#include "rehearse/simulation.h"

namespace tocsin::rehearse {

inline constexpr std::int64_t kSecond = 1000, kMinute = 60 * kSecond, kHour = 60 * kMinute, kDay = 24 * kHour;

struct Who {
  enum Kind : std::uint8_t { account, unknown, mistyped, forgery, machine, junk } kind = account;
  std::uint32_t number = 0;
};

enum class Access : std::uint8_t { bind, sync, fetch, send };
inline constexpr std::string_view kAccessNames[] = {"bind", "sync", "fetch", "send"};
enum class Change : std::uint8_t { rule, forwarding, delegate, consent, app_password };
inline constexpr std::string_view kChangeNames[] = {"rule", "forwarding", "delegate", "consent", "app-password"};

struct Step {
  std::int64_t at = 0;  // ms since Plan::start
  std::uint32_t sequence = 0;
  Who who;
  Ip source;
  ActivityKind kind = ActivityKind::login;
  Role role = Role::imap;
  Outcome outcome = Outcome::success;
  LoginReason reason = LoginReason::none;
  std::uint8_t agent = 0;
  Label label = Label::benign;
  std::uint8_t what = 0;  // Access or Change
  bool outsider = false;  // the rule sends out, the delegate or application is the intruder's
  std::uint32_t items = 0;
  std::uint32_t bytes = 0;
  std::uint32_t message = 0;
  std::int64_t session = -1;  // when it began; of a login itself: -1

  friend bool operator<(const Step& a, const Step& b) {
    return std::tie(a.at, a.sequence) < std::tie(b.at, b.sequence);
  }
};

}  // namespace tocsin::rehearse
