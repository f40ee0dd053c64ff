#include "detect/words.h"

#include <fmt/format.h>

#include <algorithm>

#include "detect/episodes.h"

namespace tocsin::detect {

std::string counted(std::uint64_t count, std::string_view noun) {
  const bool es = noun.ends_with("s") || noun.ends_with("x");
  if (count == 1) return fmt::format("1 {}", noun);
  if (noun.ends_with("y")) return fmt::format("{} {}ies", count, noun.substr(0, noun.size() - 1));
  return fmt::format("{} {}{}", count, noun, es ? "es" : "s");
}

std::string duration(std::int64_t seconds) {
  if (seconds < 120) return counted(static_cast<std::uint64_t>(std::max<std::int64_t>(seconds, 0)), "second");
  if (seconds < 2 * 3600) return fmt::format("{} minutes", seconds / 60);
  if (seconds < 2 * 86400) return fmt::format("{:.1f} hours", static_cast<double>(seconds) / 3600);
  return fmt::format("{:.1f} days", static_cast<double>(seconds) / 86400);
}

Entity address_entity(const Ip& address, bool many, std::string role) {
  if (many) return {EntityType::network, address.network_text(64), std::move(role)};
  return {EntityType::address, address.text(), std::move(role)};
}

void settle(std::vector<Entity>& entities) {
  std::ranges::sort(entities);
  entities.erase(std::ranges::unique(entities).begin(), entities.end());
}

bool is_try(const Login& login) {
  if (login.outcome != Outcome::failure || login.source_grade > Provenance::peer) return false;
  switch (login.reason) {
    case LoginReason::unavailable:
    case LoginReason::expired:
    case LoginReason::mfa_required:
    case LoginReason::mfa_denied:
      return false;
    default:
      return true;
  }
}

bool at_home(const Sighting& seen) {
  if (seen.source_known || seen.subnet_known) return true;
  return seen.network_known && (seen.agent_known || seen.activity.login.user_agent.empty());
}

void fill(Statement& said, const Episode& episode) {
  for (const auto& [key, account] : episode.accounts) {
    if (account.name.empty() || account.missing) continue;
    said.entities.push_back({EntityType::account, account.name, account.entered ? "entered" : "target"});
  }
  for (const auto& [key, address] : episode.sources)
    said.entities.push_back({EntityType::address, address.text(), "source"});
  settle(said.entities);
  said.alarm = episode.alarm;
  said.time = at_second(episode.alarm_time);
  said.first = at_second(episode.first);
  said.last = at_second(episode.last);
  said.count = episode.tries;
  said.members = episode.ordinals;
  settle(said.members, said.alarm);
}

void settle(std::vector<Ordinal>& members, Ordinal alarm) {
  members.push_back(alarm);
  std::ranges::sort(members);
  members.erase(std::ranges::unique(members).begin(), members.end());
  if (members.size() <= 100) return;
  const bool late = members[99] < alarm;
  members.resize(100);
  if (late) members.back() = alarm;
}

}  // namespace tocsin::detect
