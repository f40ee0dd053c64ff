// Credential stuffing: a list of names and passwords from elsewhere, tried once through. What tells it from a spray is
// that hardly any account is tried twice, and that many names are not known here.
#include <fmt/format.h>

#include "detect/campaign/tracker.h"
#include "detect/detectors.h"
#include "detect/episodes.h"
#include "detect/words.h"

namespace tocsin::detect {
namespace {

constexpr double kAccounts = 15, kLeak = 900, kTriesEach = 1.6, kUnknownShare = 0.25;

class Stuffing final : public Detector {
 public:
  explicit Stuffing(const Tracker& tracker) : tracker_(tracker) {}

  void expect(const Sighting& seen) const override { episodes_.expect(seen.source); }

  void feed(const Sighting& seen) override {
    const Login& login = seen.activity.login;
    if (login.outcome == Outcome::success && !seen.source_known) episodes_.enter(seen.source, seen);
    if (is_try(login) && !at_home(seen)) episodes_.pour(seen.source, seen, seen.source_accounts >= 3 ? 4 : 1);
  }

  void finish(std::vector<Statement>& out) override {
    for (const Episode* episode : episodes_.all()) {
      const std::size_t accounts = episode->accounts.size(), entered = episode->entered();
      std::size_t strangers = 0;
      for (const auto& [key, account] : episode->accounts) strangers += !account.known;
      if (!fits(static_cast<double>(episode->tries), static_cast<double>(accounts + episode->dropped),
                static_cast<double>(strangers)))
        continue;
      Statement said;
      const std::string from = episode->address.text();
      said.key = fmt::format("{} {}", from, at_second(episode->alarm_time).iso());
      describe(said, from, accounts + episode->dropped, strangers, episode->tries, entered,
               episode->last - episode->first);
      fill(said, *episode);
      out.push_back(std::move(said));
    }
    for (const Campaign& campaign : tracker_.campaigns()) {
      if (!fits(static_cast<double>(campaign.tries), static_cast<double>(campaign.targets.size()),
                static_cast<double>(campaign.unknown_names)))
        continue;
      Statement said;
      said.key = fmt::format("campaign {}", at_second(campaign.alarm_time).iso());
      std::size_t entered = 0;
      for (const Campaign::Source& source : campaign.sources)
        said.entities.push_back(address_entity(source.address, source.many_addresses, "source"));
      for (const Campaign::Target& target : campaign.targets)
        if (target.known && !target.name.empty()) said.entities.push_back({EntityType::account, target.name, "target"});
      for (const Campaign::Entry& entry : campaign.entries) {
        if (entry.grade > 2 || entry.partial) continue;
        ++entered;
        said.entities.push_back({EntityType::account, entry.name, "entered"});
      }
      settle(said.entities);
      describe(said, counted(campaign.sources.size(), "address"), campaign.targets.size(), campaign.unknown_names,
               campaign.tries, entered, campaign.end - campaign.onset);
      said.alarm = campaign.alarm;
      said.time = at_second(campaign.alarm_time);
      said.first = at_second(campaign.onset);
      said.last = at_second(campaign.end);
      said.count = campaign.tries;
      said.members = campaign.ordinals;
      settle(said.members, said.alarm);
      out.push_back(std::move(said));
    }
  }

 private:
  static bool fits(double tries, double accounts, double strangers) {
    return accounts >= kAccounts && tries <= kTriesEach * accounts && strangers >= kUnknownShare * accounts;
  }

  static void describe(Statement& said, const std::string& from, std::size_t accounts, std::size_t strangers,
                       std::uint64_t tries, std::size_t entered, std::int64_t lasted) {
    said.level = entered ? Level::high : Level::medium;
    said.title = fmt::format("Credential stuffing from {}: {} tried {} times in {}, {} of them not known here{}", from,
                             counted(accounts, "name"), tries, duration(lasted), strangers,
                             entered ? fmt::format(", {} entered", entered) : "");
    said.detail = "Hardly any name was tried twice: a list from another leak. Names that nobody has are not listed.";
    if (entered) said.techniques = {"T1110.004", "T1078"};
  }

  const Tracker& tracker_;
  Episodes episodes_{{.capacity = kAccounts, .leak_seconds = kLeak, .accounts = true}};
};

constexpr std::string_view kTechniques[] = {"T1110.004"};
constexpr ActivityKind kWants[] = {ActivityKind::login};
constexpr Parameter kParameters[] = {
    {"accounts", "names", "that a source's bucket holds, or a campaign's, when the finding stands", kAccounts},
    {"leak", "seconds/name", "at which the bucket empties", kLeak},
    {"tries", "tries/name", "at most", kTriesEach},
    {"unknown", "share", "of names not known here, at least", kUnknownShare},
};

}  // namespace

extern const DetectorSpec stuffing_spec{
    .id = "tocsin-credential-stuffing",
    .name = "stuffing",
    .title = "Credential stuffing",
    .level = Level::medium,
    .techniques = kTechniques,
    .wants = kWants,
    .parameters = kParameters,
    .memory = "22,000 buckets (about 5 MB), the half longest idle goes; beside it the campaign's",
    .make = [](const Options&, Tracker& tracker) -> std::unique_ptr<Detector> {
      return std::make_unique<Stuffing>(tracker);
    },
};

}  // namespace tocsin::detect
