// A rehearsal under the detectors, and what is to be said of them.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tocsin::bench {

struct Score {
  double alarm_minutes = 1e9;  // from the first try to the campaign's alarm
  double recall = 0;           // of the tries: the source is named, and the time lies in the campaign's
  unsigned innocent_sources = 0, false_campaigns = 0;
  unsigned wrong_users = 0;                                    // flagged at medium or above though nobody entered
  unsigned entered = 0, entered_missed = 0, entered_late = 0;  // late: not at the event although the alarm stood
  unsigned tied_missed = 0;  // of both: from a source that had failed on others, or a network that had tried before
  unsigned hints = 0;
  unsigned mail_message = 0;  // the worst mailbox's message count at its alarm; 9999 if none
  unsigned false_mail = 0;
  std::uint64_t activities = 0;
  std::string window;
  std::map<std::string, unsigned> findings;
};

struct Bars {
  double alarm_minutes = 60, recall = 0.995, innocent = 1;
  bool mail = true;
};

Score run(const std::string& world, const std::string& attack, std::uint64_t seed, unsigned users, bool no_as,
          bool explain = false);  // explain: print what is missed, who is innocent, and what was found
Bars bars_of(const std::string& attack, const std::string& world);
std::string describe(unsigned seed, const Score& score);
std::vector<std::string> expand_worlds(const std::vector<std::string>& names);
std::vector<std::string> expand_attacks(const std::vector<std::string>& names);
// A campaign after days of made-up names from made-up addresses, each pair once. Memory: of a run, 0 for the usual.
struct Flooded {
  double alarm_minutes = 1e9, recall = 0;
  unsigned named = 0;  // sources
  std::size_t memory = 0;
};
Flooded run_flooded(unsigned users, std::uint64_t pairs, std::size_t memory);
void measure_memory(unsigned users, std::uint64_t pairs, bool as_json);
void measure_speed(unsigned users, std::uint64_t seed, bool as_json);

}  // namespace tocsin::bench
