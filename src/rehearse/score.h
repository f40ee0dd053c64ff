// Score: what was found, held against what really happened.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "event/finding.h"
#include "rehearse/labels.h"

namespace tocsin::rehearse {

// A detector's finding.
struct Found {
  std::string rule;
  Level level = Level::medium;
  Time time = Time::none(), first = Time::none(), last = Time::none();  // the alarm; the members' bounds
  std::vector<Entity> entities;                                         // roles source, target, entered, mailbox
};

// A campaign finding is one that names sources and is not about an account taken over, mail, a second factor or forged
// lines. It is true when at least half of its sources are the attacker's, and counts as a campaign from level medium.
struct Score {
  std::optional<double> recall;     // share of the tries whose source, target and time a true campaign finding covers
  std::optional<double> precision;  // share of the attacker's among all failures that campaign findings cover
  std::optional<double> alarm_minutes;  // from the first try to the first true campaign finding's time
  double false_campaigns = 0;           // per 30 days and 1,000 users
  std::uint64_t innocent_sources = 0;   // named by true campaign findings, but nobody attacked from there
  std::uint64_t campaigns_true = 0, campaigns_false = 0, tries = 0, attributed = 0;
  std::uint64_t entered = 0, entered_found = 0, wrongly_entered = 0;  // accounts; found: said from level medium on
  std::uint64_t mailboxes = 0, mailboxes_found = 0, mailboxes_in_time = 0;  // in time: before the 50th message
  std::uint64_t wrong_mailboxes = 0;  // said to be read by others, from level medium on
  std::uint64_t forged_believed = 0;  // addresses that stand only in forged lines, named as sources

  std::string json() const;
  std::string text() const;
};

// Plays the rehearsal again from the choice in the labels, so that each try is judged. An error when this program no
// longer plays it as the labels say.
Result<Score> score(const Labels& labels, std::span<const Found> found);

}  // namespace tocsin::rehearse
