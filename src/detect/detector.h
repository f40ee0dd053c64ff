// Detectors: stateful, over the activities of a whole case in order of (time, content). A folder each.
//
// A detector takes time from activities alone, states its memory bound, and reports one finding for one thing that
// happened (a campaign with its members, not a row per try). What it keeps it copies: an Activity's views live during
// feed() only.
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

class Detector {
 public:
  virtual ~Detector() = default;
  // In order of time. Activities without a known time are not given.
  virtual void feed(const Activity& activity, Ordinal ordinal) = 0;
  // What stands at the end of the evidence. Called once.
  virtual void finish(std::vector<Statement>& out) = 0;
};

struct Options {
  const Networks* networks = &prefix_networks();
  std::size_t memory = std::size_t{64} << 20;  // bytes that the detector may hold
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
  std::unique_ptr<Detector> (*make)(const Options& options) = nullptr;
};

std::span<const DetectorSpec* const> all_detectors();

}  // namespace tocsin::detect
