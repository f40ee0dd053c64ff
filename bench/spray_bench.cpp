// spray_bench: how soon campaigns on accounts are seen, who is named, and what is said when nobody attacks.
//
//   spray_bench [--worlds a,b|plain|each|all|every] [--attacks a,b|every|none] [--seeds FROM-TO] [--users N] [--no-as]
//               [--rows | --explain] [--json]
//   spray_bench --speed | --memory PAIRS  [--users N] [--json]
// A row is one world under one attack over the seeds: medians and worst values, and on average the mailboxes that were
// said to be read ("read") though nobody took anything. With --rows every run is printed,
// with --explain also what was missed, late, innocent or wrong, and what it did.
// The last lines are JSON, {"name","value","unit","must","holds"}, one a bar of the issue.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <map>
#include <set>

#include "bench/spray_score.h"

namespace {

using namespace tocsin;
using namespace tocsin::bench;

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const auto comma = text.find(',');
    out.emplace_back(text.substr(0, comma));
    text = comma == text.npos ? "" : text.substr(comma + 1);
  }
  return out;
}

double worst(std::vector<double> values) { return values.empty() ? 0 : *std::ranges::max_element(values); }
double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  return values[values.size() / 2];
}

double mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

void json(const std::string& name, double value, std::string_view unit, double bound, bool at_least) {
  const bool holds = at_least ? value >= bound : value <= bound;
  fmt::print("{{\"name\": \"{}\", \"value\": {:.6g}, \"unit\": \"{}\", \"must\": \"{} {:g}\", \"holds\": {}}}\n", name,
             value, unit, at_least ? ">=" : "<=", bound, holds);
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> worlds{"plain"}, attacks{"none"};
  unsigned from = 1, to = 3, users = 1000;
  std::uint64_t pairs = 0;
  bool rows = false, no_as = false, explain = false, speed = false, as_json = false;
  for (int i = 1; i < argc; ++i) {
    const std::string_view arg = argv[i];
    const auto value = [&] { return std::string_view(i + 1 < argc ? argv[++i] : ""); };
    if (arg == "--worlds")
      worlds = split(value());
    else if (arg == "--attacks")
      attacks = split(value());
    else if (arg == "--seeds") {
      if (std::sscanf(value().data(), "%u-%u", &from, &to) == 1) to = from;
    } else if (arg == "--users")
      users = static_cast<unsigned>(std::stoul(std::string(value())));
    else if (arg == "--rows")
      rows = true;
    else if (arg == "--explain")
      rows = explain = true;
    else if (arg == "--no-as")
      no_as = true;
    else if (arg == "--speed")
      speed = true;
    else if (arg == "--memory")
      pairs = std::stoull(std::string(value()));
    else if (arg == "--json")
      as_json = true;
    else
      return fmt::print(stderr, "spray_bench: unknown option {}\n", arg), 2;
  }
  if (pairs) return measure_memory(users, pairs, as_json), 0;
  if (speed) return measure_speed(users, from, as_json), 0;
  worlds = expand_worlds(worlds);
  attacks = expand_attacks(attacks);
  if (!as_json)
    fmt::print("{:<20} {:<14} {:>8} {:>8} {:>8} {:>8} {:>6} {:>6} {:>6} {:>7} {:>6} {:>6} {:>6} {:>6}\n", "world",
               "attack", "alarm", "worst", "recall", "least", "innoc", "false", "wrong", "entered", "late", "tied",
               "mail", "read");
  for (const std::string& world : worlds)
    for (const std::string& attack : attacks) {
      std::vector<double> alarm, recall, innocent, wrong, missed, late, tied, mail, misread;
      double campaigns = 0;
      for (unsigned seed = from; seed <= to; ++seed) {
        const Score score = run(world, attack, seed, users, no_as, explain);
        campaigns = std::max(campaigns, static_cast<double>(score.false_campaigns));
        innocent.push_back(score.innocent_sources);
        wrong.push_back(score.wrong_users);
        misread.push_back(score.false_mail);
        if (attack != "none") {
          alarm.push_back(score.alarm_minutes);
          recall.push_back(1 - score.recall);
          missed.push_back(score.entered_missed);
          late.push_back(score.entered_late);
          tied.push_back(score.tied_missed);
          mail.push_back(score.mail_message);
        }
        if (rows) fmt::print("  {:<18} {:<14} {}\n", world, attack, describe(seed, score));
      }
      const Bars bars = bars_of(attack, world);
      if (!as_json) {
        fmt::print(
            "{:<20} {:<14} {:>8.1f} {:>8.1f} {:>8.4f} {:>8.4f} {:>6.0f} {:>6.0f} {:>6.0f} {:>7.0f} {:>6.0f} {:>6.0f} "
            "{:>6.0f} {:>6.1f}\n",
            world, attack, median(alarm), worst(alarm), 1 - median(recall), 1 - worst(recall), worst(innocent),
            campaigns, worst(wrong), worst(missed), worst(late), worst(tied), worst(mail), mean(misread));
        std::fflush(stdout);
        continue;
      }
      const std::string name = world + ", " + attack;
      json(name + ": false campaigns in 30 days", campaigns, "campaigns", 1, false);
      if (attack == "none") continue;
      json(name + ": alarm", worst(alarm), "minutes", bars.alarm_minutes, false);
      if (bars.recall > 0) json(name + ": tries attributed", 1 - worst(recall), "share", bars.recall, true);
      json(name + ": innocent sources", worst(innocent), "sources", bars.innocent, false);
      json(name + ": users wrongly flagged", worst(wrong), "users", 2, false);
      json(name + ": entered from where it had tried, not flagged at once", worst(tied), "users", 0, false);
      if (bars.mail) json(name + ": mail theft alarm", worst(mail), "message", 49, false);
    }
}
