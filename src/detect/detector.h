// Detectors: stateful, over the activities of a whole case in order of (time, content). A folder each.
//
// Run is what the pipeline holds: it prepares each activity once (keys, habits of accounts and places: site.h), gives
// it to every detector that wants its kind, and collects what stands at the end. A detector takes time from activities
// alone, states its memory bound, and reports one finding for one thing that happened (a campaign with its members, not
// a row per try). What it keeps it copies: an Activity's views live during feed() only.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "event/activity.h"
#include "event/finding.h"
#include "event/networks.h"

namespace tocsin::detect {

// An activity's number in the run, from 0: how a detector names its evidence. The pipeline knows the place behind it.
using Ordinal = std::uint64_t;

struct Statement {
  std::string key;              // what the finding is about, in a fixed printable form: part of its id
  Level level = Level::medium;  // may differ from the spec's (a weak grade of the same thing)
  std::string title;   // one line for people, with numbers: "password spray: 214 accounts from 96 networks, 2 entered"
  std::string detail;  // Markdown, a few lines: what was seen, what was not, how sure; "" if the title says it all
  Ordinal alarm = 0;   // the activity at which it first stood
  Time time = Time::none(), first = Time::none(), last = Time::none();  // of the alarm; of the members
  std::uint64_t count = 0;                                              // all members
  std::vector<Entity> entities;         // all of them; roles: source, network, target, entered, mailbox, …
  std::vector<Ordinal> members;         // the first 100 in time are shown; must hold the alarm or be before it
  std::vector<std::string> techniques;  // instead of the spec's, where not empty
};

struct Parameter {
  std::string_view name, unit, meaning;
  double value = 0;  // the default
};

class Site;
class Tracker;

// An activity with what the site knew before it. Keys are 64-bit hashes, 0 when the record doesn't say.
struct Sighting {
  const Activity& activity;
  Ordinal ordinal = 0;
  std::int64_t time = 0;       // seconds since 1970
  std::string_view user = {};  // of whatever kind of activity
  Ip address = {};             // only if source != 0
  std::uint64_t account = 0;   // one key for DOM\user, user@dom and user where that is safe (site.h)
  std::uint64_t source = 0;    // the address; of IPv6 its /64
  std::uint64_t subnet = 0;    // its /24 or /48
  std::uint64_t network = 0;   // its AS, or /16 or /32 (Networks)
  // Of mail only: seconds since 1970 of the account's first login from the network, the subnet, with the agent; 0:
  // none; and the days on which it logged in. (Whoever reads mail has just logged in, so that "known" says little
  // there.)
  std::uint32_t network_since = 0, subnet_since = 0, agent_since = 0, account_days = 0;
  // Before this activity, by successful logins alone:
  bool account_known = false;  // the account has logged in
  bool source_known = false;   // … from this very source
  bool subnet_known = false;
  bool network_known = false;
  bool agent_known = false;          // … with this user agent
  std::uint8_t source_accounts = 0;  // accounts that have logged in from the source, 8 for "8 or more"
  std::uint8_t subnet_accounts = 0;
  std::uint8_t network_accounts = 0;
  std::uint8_t agent_accounts = 0;  // … with this user agent, whatever the place; 8 where the record names none
};

class Detector {
 public:
  virtual ~Detector() = default;
  // Said before feed(), of every activity: what lies far away in memory may be fetched meanwhile.
  virtual void expect(const Sighting&) const {}
  // In order of time. Activities without a known time are not given.
  virtual void feed(const Sighting& sighting) = 0;
  // What stands at the end of the evidence. Called once.
  virtual void finish(std::vector<Statement>& out) = 0;
};

struct Options {
  const Networks* networks = &prefix_networks();
  std::size_t memory =
      std::size_t{224} << 20;  // that a run may hold, in bytes: half campaigns, a quarter habits, a quarter the rest
};

struct DetectorSpec {
  std::string_view id;    // "tocsin-password-spray-campaign": the rule id of its findings
  std::string_view name;  // the folder
  std::string_view title;
  Level level = Level::medium;
  std::span<const std::string_view> techniques;
  std::span<const ActivityKind> wants;
  std::span<const Parameter> parameters;
  std::string_view memory;  // the bound in words
  // `tracker` is the run's one watch over campaigns (campaign/tracker.h), fed before any detector.
  std::unique_ptr<Detector> (*make)(const Options& options, Tracker& tracker) = nullptr;
};

std::span<const DetectorSpec* const> all_detectors();

struct Found {
  const DetectorSpec* spec = nullptr;
  Statement statement;
};

class Run {
 public:
  explicit Run(const Options& options = {}, std::span<const DetectorSpec* const> detectors = all_detectors());
  Run(Run&&) noexcept;
  Run& operator=(Run&&) noexcept;
  ~Run();
  // In order of (time, content); an activity without a known time is passed over.
  void feed(const Activity& activity, Ordinal ordinal);
  // In order of (alarm, spec, key). Called once.
  std::vector<Found> finish();
  std::size_t memory() const;  // bytes held now, by tables of the habits and of campaigns

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tocsin::detect
