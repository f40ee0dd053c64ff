// A rehearsal under the detectors, and what is to be said of them.
#pragma once
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

Score run(const std::string& world, const std::string& attack, std::uint64_t seed, unsigned users, bool no_as);
Bars bars_of(const std::string& attack, const std::string& world);
std::string describe(unsigned seed, const Score& score);
std::vector<std::string> expand_worlds(const std::vector<std::string>& names);
std::vector<std::string> expand_attacks(const std::vector<std::string>& names);
void measure_memory(std::uint64_t pairs, bool as_json);
void measure_speed(unsigned users, std::uint64_t seed, bool as_json);

}  // namespace tocsin::bench
