#include "rehearse/worlds.h"

#include <array>

namespace tocsin::rehearse {
namespace {

constexpr std::array<WorldSpec, kWorlds> kTable = {{
    {World::travel, "travel", "a tenth of the users is abroad at any time, in hotels and on foreign lines"},
    {World::conference, "conference", "an eighth of the users spends three days behind a conference's two addresses"},
    {World::narrow_nat, "narrow-nat", "mobile carriers put all their customers behind 16 addresses each"},
    {World::wide_nat, "wide-nat", "mobile carriers give another of 200,000 addresses to each connection"},
    {World::expiry, "expiry", "all passwords expire in one night; phones go on with the old ones for hours and days"},
    {World::migration, "migration", "mail moves to a new system: every device asks anew, a tool copies all mailboxes"},
    {World::branch, "branch", "a new office with its own line opens for a tenth of the users"},
    {World::egress, "egress", "the office's own way out moves to another provider"},
    {World::egress_in_campaign, "egress-in-campaign", "the same in the middle of the first attack"},
    {World::outage, "outage", "for two and a half hours the directory refuses nearly every right password"},
    {World::relay, "relay", "a third of the users comes through privacy relays, with another address each time"},
    {World::bots, "bots", "bots of the internet try common names, of which some exist here"},
    {World::connectors, "connectors", "a dozen connectors of cloud services go on with passwords that are wrong"},
    {World::cold_start, "cold-start", "a third of the users appears only in the course of the evidence"},
}};

}  // namespace

std::span<const WorldSpec> all_worlds() { return kTable; }

std::optional<World> find_world(std::string_view name) {
  for (const WorldSpec& spec : kTable)
    if (spec.name == name) return spec.world;
  return std::nullopt;
}

}  // namespace tocsin::rehearse
