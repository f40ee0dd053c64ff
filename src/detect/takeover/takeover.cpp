// An account entered by somebody who takes part in a campaign. What the source did says how sure it is.
#include <fmt/format.h>

#include "detect/campaign/tracker.h"
#include "detect/detectors.h"
#include "detect/words.h"

namespace tocsin::detect {
namespace {

class Takeover final : public Detector {
 public:
  explicit Takeover(const Tracker& tracker) : tracker_(tracker) {}
  void feed(const Sighting&) override {}

  void finish(std::vector<Statement>& out) override {
    for (const Campaign& campaign : tracker_.campaigns())
      for (const Campaign::Entry& entry : campaign.entries) out.push_back(state(campaign, entry));
  }

 private:
  Statement state(const Campaign& campaign, const Campaign::Entry& entry) const {
    Statement said;
    const std::string who = entry.name.empty() ? "an account" : entry.name;
    said.key = fmt::format("{} {}", who, at_second(campaign.alarm_time).iso());
    const std::string from = tracker_.networks().name_of(entry.address);
    const std::string_view did = entry.partial ? "the right password for" : "a login to";
    if (entry.grade == 1) {
      said.level = entry.partial ? Level::medium : Level::critical;
      said.title = fmt::format("Account takeover: {} {} by {}, which had failed on {}", did, who, entry.address.text(),
                               counted(entry.failed_accounts, "other account"));
      said.detail = "Grade 1 of 3: the source itself takes part in the campaign.";
    } else if (entry.grade == 2) {
      said.level = entry.partial ? Level::medium : Level::high;
      said.title = fmt::format("Account takeover: {} {} by {}, of a network of the campaign ({})", did, who,
                               entry.address.text(), from);
      said.detail = "Grade 2 of 3: the network takes part in the campaign and serves hardly anybody here.";
    } else {
      said.level = Level::low;
      said.title = fmt::format("Hint: {} {} by {}, of a network new to the site ({}), while the account was tried", did,
                               who, entry.address.text(), from);
      said.detail = "Grade 3 of 3, a hint and no verdict: travellers look the same. Ask the account's owner.";
    }
    if (entry.partial) said.detail += " The second factor was not given.";
    if (entry.legacy) said.detail += " A protocol that knows no second factor was used.";
    // A hint doesn't say that anybody got in.
    said.entities = {{EntityType::account, who, entry.partial || entry.grade > 2 ? "target" : "entered"},
                     {EntityType::address, entry.address.text(), "source"},
                     {EntityType::network, from, "network"}};
    // What nothing but the campaign gives away stands when the campaign does.
    const bool at_once = campaign.alarm <= entry.ordinal || entry.failed_accounts >= 3;
    said.alarm = at_once ? entry.ordinal : campaign.alarm;
    said.time = at_second(at_once ? entry.time : campaign.alarm_time);
    said.first = said.last = at_second(entry.time);
    said.count = 1;
    said.members = {entry.ordinal};
    settle(said.members, said.alarm);
    return said;
  }

  const Tracker& tracker_;
};

constexpr std::string_view kTechniques[] = {"T1078"};
constexpr ActivityKind kWants[] = {ActivityKind::login};
constexpr Parameter kParameters[] = {
    {"crowd", "accounts", "that log in from a network, at which it is nobody's campaign alone and grade 2 isn't given",
     3},
};

}  // namespace

extern const DetectorSpec takeover_spec{
    .id = "tocsin-account-takeover",
    .name = "takeover",
    .title = "Account entered by a member of a campaign",
    .level = Level::high,
    .techniques = kTechniques,
    .wants = kWants,
    .parameters = kParameters,
    .memory = "none beside the campaign's",
    .make = [](const Options&, Tracker& tracker) -> std::unique_ptr<Detector> {
      return std::make_unique<Takeover>(tracker);
    },
};

}  // namespace tocsin::detect
