// Entries: which logins of a campaign's time are the campaign's.
//
// Each login of an account from a subnet new to it is weighed: under the campaign (clients, networks and kinds of
// network of its tries, its targets, its sources) against the days before, when nobody attacked. It is called an entry
// when it is much likelier under the campaign and the days before let expect at most one such login by chance.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "detect/campaign/candidates.h"
#include "detect/campaign/tracker.h"

namespace tocsin::detect {

// A source that takes part, and what it did.
struct Participant {
  std::uint64_t source = 0;
  bool serves = false;  // people here as well
  std::vector<const Cell*> cells;
};

struct Siege {
  std::int64_t onset = 0, end = 0;  // of the tries
  std::int64_t closed = 0;          // sources that take part are told up to here
  std::int64_t quiet_from = 0;      // of the days before the onset
  std::vector<Participant> participants;
};

// In order of time; one of an account, its surest.
std::vector<Campaign::Entry> find_entries(const Siege& siege, const Candidates& candidates);

}  // namespace tocsin::detect
