// The distributed, low and slow password campaign: one finding with all that take part.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "detect/campaign/tracker.h"
#include "detect/detectors.h"
#include "detect/words.h"

namespace tocsin::detect {
namespace {

std::string_view test_name(std::int64_t window) {
  switch (window) {
    case 900:
      return "a quarter of an hour";
    case 3600:
      return "an hour";
    case 6 * 3600:
      return "six hours";
    case 24 * 3600:
      return "a day";
    default:
      return "the sum over the hours since its onset";
  }
}

class CampaignDetector final : public Detector {
 public:
  explicit CampaignDetector(const Tracker& tracker) : tracker_(tracker) {}
  void feed(const Sighting&) override {}

  void finish(std::vector<Statement>& out) override {
    for (const Campaign& campaign : tracker_.campaigns()) out.push_back(state(campaign));
  }

 private:
  Statement state(const Campaign& campaign) const {
    Statement said;
    std::map<std::string, std::size_t> networks;
    for (const Campaign::Source& source : campaign.sources) {
      said.entities.push_back(address_entity(source.address, source.many_addresses, "source"));
      ++networks[tracker_.networks().name_of(source.address)];
    }
    for (const auto& [name, count] : networks) said.entities.push_back({EntityType::network, name, "network"});
    std::size_t known = 0, nameless = 0;
    for (const Campaign::Target& target : campaign.targets) {
      if (!target.known) continue;
      ++known;
      if (target.name.empty())
        ++nameless;
      else
        said.entities.push_back({EntityType::account, target.name, "target"});
    }
    std::size_t entered = 0, half = 0, hints = 0;
    for (const Campaign::Entry& entry : campaign.entries) {
      if (entry.grade >= 3) {
        ++hints;
      } else if (entry.partial) {
        ++half;
      } else {
        ++entered;
        said.entities.push_back({EntityType::account, entry.name, "entered"});
      }
    }
    settle(said.entities);
    const std::int64_t lasted = campaign.end - campaign.onset;
    const double hours = std::max(1.0, static_cast<double>(lasted) / 3600);
    said.key = at_second(campaign.alarm_time).iso();
    said.level = entered ? Level::critical : Level::high;
    said.title = fmt::format("Password spray campaign: {} tried from {} in {} over {}, {} entered",
                             counted(known, "account"), counted(campaign.sources.size(), "address"),
                             counted(networks.size(), "network"), duration(lasted), entered);
    said.detail = fmt::format(
        "{} tries from {} to {}, {:.2g} for each account and hour. The alarm stood at {}, on the count of {}; about "
        "{:.1f} "
        "failures a day from places new to their accounts are usual here.\n",
        campaign.tries, at_second(campaign.onset).iso(), at_second(campaign.end).iso(),
        static_cast<double>(campaign.tries) / hours /
            static_cast<double>(std::max<std::size_t>(campaign.targets.size(), 1)),
        at_second(campaign.alarm_time).iso(), test_name(campaign.window), campaign.expected_per_day);
    if (campaign.unknown_names)
      said.detail +=
          fmt::format("{} tried that never logged in; they are not listed, for a name may be a mistyped password.\n",
                      counted(campaign.unknown_names, "name"));
    if (campaign.strange_agents * 2 > campaign.tries)
      said.detail +=
          fmt::format("{} tries came with user agents that nobody here logs in with.\n", campaign.strange_agents);
    if (half)
      said.detail +=
          fmt::format("For {} the password was right and the second factor held.\n", counted(half, "account"));
    if (hints)
      said.detail += fmt::format("{} logged in from networks new to the site meanwhile: see the hints.\n",
                                 counted(hints, "target"));
    if (nameless) said.detail += fmt::format("The names of {} were not kept.\n", counted(nameless, "account"));
    said.detail += "Sources that tried few accounts are named by their kind: single ones among them may be innocent.";
    said.alarm = campaign.alarm;
    said.time = at_second(campaign.alarm_time);
    said.first = at_second(campaign.onset);
    said.last = at_second(campaign.end);
    said.count = campaign.tries;
    said.members = campaign.ordinals;
    settle(said.members, said.alarm);
    return said;
  }

  const Tracker& tracker_;
};

constexpr std::string_view kTechniques[] = {"T1110.003"};
constexpr ActivityKind kWants[] = {ActivityKind::login};
constexpr Parameter kParameters[] = {
    {"tail", "chance",
     "of as many first-contact failures in 15 minutes, 1, 6 or 24 hours, below which the alarm stands", 1e-6},
    {"prior", "failures/account/day", "unresolved first-contact failures expected before anything is learned", 0.008},
    {"cusum", "failures", "sum of hourly excess at which the alarm stands", 20},
    {"hot", "accounts", "tried from three networks new to them within a day, at which the alarm stands", 10},
    {"quiet", "hours", "without excess after which a campaign is over", 96},
    {"share", "share", "chance that a source is the campaign's, from which on it takes part", 0.93},
};

}  // namespace

extern const DetectorSpec campaign_spec{
    .id = "tocsin-password-spray-campaign",
    .name = "campaign",
    .title = "Distributed, slow password campaign",
    .level = Level::high,
    .techniques = kTechniques,
    .wants = kWants,
    .parameters = kParameters,
    .memory =
        "a third of the run's: (account, source) cells of 14 days, of a whole campaign while it stands; names that "
        "nobody has may hold a quarter and are thinned out past it; of the others the older half goes when it is full",
    .make = [](const Options&, Tracker& tracker) -> std::unique_ptr<Detector> {
      return std::make_unique<CampaignDetector>(tracker);
    },
};

}  // namespace tocsin::detect
