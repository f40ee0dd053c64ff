// Simulation: the logins and mail of an institution, with attacks over them, each labelled with what it is.
//
// A population with habits (phones that poll from home lines, carriers' NAT and the office, laptops, webmail, typos,
// forgotten and stale passwords, machines' accounts) lives through a world (worlds.h), and attacks play on it. It makes
// activities in memory; nothing is sent anywhere. The same plan gives the same activities on every machine.
//
//   Simulation simulation(plan);
//   Labelled one;
//   while (simulation.next(one)) detector.feed(one.activity, ordinal++);
//   score(findings, simulation.truth());
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "event/activity.h"
#include "event/networks.h"
#include "rehearse/worlds.h"

namespace tocsin::rehearse {

enum class Label : std::uint8_t {
  benign,
  attempt,  // a try of a campaign, failed
  entered,  // a try of a campaign, or a login after it, that succeeded
  theft,    // mail access or mailbox change by the one who entered
  forged,   // a failed try whose user name pretends to be another record
  flush,    // junk that is to push state out of tables
};
inline constexpr std::string_view kLabelNames[] = {"benign", "attempt", "entered", "theft", "forged", "flush"};

// What was logged in to, and so which log speaks of it.
enum class Role : std::uint8_t { imap, sync, office, webmail, vpn, shell, internal, submission };
inline constexpr int kRoles = 8;
// Activity's `service` for each: "imap", "eas", "m365", "webmail", "vpn", "sshd", "windows", "smtp".
std::string_view service_of(Role role);

enum class AttackKind : std::uint8_t { spray, brute_force, stuffing, forgery };

enum class Addresses : std::uint8_t {
  pool,         // 1,294 in 536 netblocks of 273 AS, of which about 20 change each day
  once,         // each used for one try
  triples,      // each used for three tries on one account, as a person who has forgotten a password
  residential,  // lines at home, in this country and elsewhere, each used a few times
};

enum class Theft : std::uint8_t {
  none,
  bind,     // read one by one, after a forwarding rule, a delegate, a consent or an application password
  sync,     // whole folders
  imap,     // fetched over IMAP, without a change before it
  mixture,  // another way for each mailbox
};

struct Attack {
  AttackKind kind = AttackKind::spray;
  double start_day = 10, days = 10;
  double rate = 0.2;             // tries per account per hour; of stuffing: pairs per hour for the whole institution
  std::uint32_t targets = 0;     // accounts; 0: a fifth of all, for brute force 2
  bool half_unknown = false;     // half of the names tried don't exist
  bool working_hours = false;    // 08:00 to 18:00 on workdays
  double ramp_days = 0;          // the rate grows from nothing over so many days
  bool ordinary_agents = false;  // else truncated ones
  bool legacy = true;            // half over IMAP and SMTP AUTH, else web sign-in only
  Addresses addresses = Addresses::pool;
  std::uint32_t pool = 1294, swapped_daily = 20, systems = 273;
  std::uint32_t entered = 0;     // accounts whose password it finds
  Theft theft = Theft::none;     // what it does with them
  std::uint32_t messages = 400;  // per mailbox
  double flush_per_hour = 0;     // junk (user, address) pairs beside it
};

struct Plan {
  std::uint64_t seed = 1;
  std::uint32_t users = 1000;
  int days = 30;
  Time start = Time::from_civil(2026, 1, 4, 23);  // a local Monday 00:00; it should stay a Monday
  int utc_offset_minutes = 60;                    // local time
  Worlds worlds;
  std::vector<Attack> attacks;
  bool mail = true;  // the owners' own mail access and mailbox changes as well
};

struct Labelled {
  Activity activity;  // views live until the next next()
  Label label = Label::benign;
  std::uint16_t attack = 0;   // which of Plan::attacks, unless benign
  Role role = Role::imap;     // of logins, and of the session that reads mail
  std::uint32_t message = 0;  // of theft: the last message of this mailbox taken so far, from 1
};

// What really happened in one attack. Complete when next() has returned false.
struct AttackTruth {
  Time start = Time::none(), end = Time::none();  // of its first and last try
  std::vector<Ip> sources;                        // sorted; flush junk is not in it
  std::vector<std::string> targets;               // accounts with domain, existing ones only; sorted
  std::vector<std::string> entered;               // sorted
  std::uint64_t tries = 0;                        // attempts and the successes among them
  std::uint64_t forged = 0, flushed = 0;
  struct Taken {
    std::string mailbox;
    Time entered = Time::none(), first_message = Time::none(), fiftieth = Time::none();
    std::uint64_t messages = 0;
  };
  std::vector<Taken> taken;  // by mailbox
};

class Simulation {
 public:
  explicit Simulation(const Plan& plan);
  Simulation(Simulation&&) noexcept;
  ~Simulation();

  // The next activity in time; false at the end. Times have three digits.
  bool next(Labelled& out);

  const std::vector<AttackTruth>& truth() const;  // as Plan::attacks
  const Networks& networks() const;               // knows the AS of every address that it uses

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tocsin::rehearse
