// Brute force: many tries from one source, or on one account from many.
//
// Not meant: a device with an old password at a place of its account's own, and a person who forgets a password and
// then gets in.
#include <fmt/format.h>

#include "detect/detectors.h"
#include "detect/episodes.h"
#include "detect/words.h"

namespace tocsin::detect {
namespace {

constexpr double kSourceTries = 4, kSourceLeak = 120, kServingEase = 8;
constexpr double kAccountTries = 20, kAccountLeak = 180;
constexpr std::size_t kAccountSources = 3;
constexpr std::uint64_t kForgotten = 12;  // tries of one source on one account, up to which a success ends it

class FromSource final : public Detector {
 public:
  void expect(const Sighting& seen) const override { episodes_.expect(seen.source); }
  void feed(const Sighting& seen) override {
    const Login& login = seen.activity.login;
    if (login.outcome == Outcome::success) episodes_.enter(seen.source, seen);
    if (!is_try(login) || at_home(seen)) return;
    episodes_.pour(seen.source, seen, seen.source_accounts >= 3 ? kServingEase : 1);
  }

  void finish(std::vector<Statement>& out) override {
    for (const Episode* episode : episodes_.all()) {
      const std::size_t accounts = episode->accounts.size() + episode->dropped, entered = episode->entered();
      if (accounts <= 1 && entered && episode->tries <= kForgotten) continue;
      if (accounts >= 5 && episode->tries < 3 * accounts) continue;  // a spray: another finding says it
      Statement said;
      said.key = fmt::format("{} {}", episode->address.text(), at_second(episode->alarm_time).iso());
      said.level = entered && episode->tries > kForgotten  ? Level::high
                   : episode->tries >= 20 || accounts >= 3 ? Level::medium
                                                           : Level::low;
      said.title =
          fmt::format("Brute force from {}: {} on {} in {}{}", episode->address.text(), counted(episode->tries, "try"),
                      counted(accounts, "account"), duration(episode->last - episode->first),
                      entered ? fmt::format(", {} entered", entered) : "");
      fill(said, *episode);
      if (entered) said.techniques = {"T1110.001", "T1078"};
      out.push_back(std::move(said));
    }
  }

 private:
  Episodes episodes_{{.capacity = kSourceTries, .leak_seconds = kSourceLeak}};
};

class OnAccount final : public Detector {
 public:
  void expect(const Sighting& seen) const override { episodes_.expect(seen.account); }
  void feed(const Sighting& seen) override {
    const Login& login = seen.activity.login;
    if (login.outcome == Outcome::success && !seen.source_known) episodes_.enter(seen.account, seen);
    if (is_try(login) && seen.source && !at_home(seen)) episodes_.pour(seen.account, seen);
  }

  void finish(std::vector<Statement>& out) override {
    for (const Episode* episode : episodes_.all()) {
      if (episode->sources.size() < kAccountSources) continue;  // the source's own finding says it
      const auto account = episode->accounts.find(episode->key);
      if (account == episode->accounts.end() || account->second.missing) continue;
      const bool entered = account->second.entered;
      Statement said;
      said.key = fmt::format("{} {}", account->second.name, at_second(episode->alarm_time).iso());
      said.level = entered ? Level::critical : Level::high;
      said.title = fmt::format("Brute force on {}: {} from {} in {}{}", account->second.name,
                               counted(episode->tries, "try"), counted(episode->sources.size(), "address"),
                               duration(episode->last - episode->first), entered ? ", entered by one of them" : "");
      fill(said, *episode);
      if (entered) said.techniques = {"T1110.001", "T1078"};
      out.push_back(std::move(said));
    }
  }

 private:
  Episodes episodes_{{.capacity = kAccountTries, .leak_seconds = kAccountLeak}};
};

constexpr std::string_view kTechniques[] = {"T1110.001"};
constexpr ActivityKind kWants[] = {ActivityKind::login};
constexpr Parameter kSourceParameters[] = {
    {"tries", "tries", "that a source's bucket holds when the finding stands", kSourceTries},
    {"leak", "seconds/try", "at which the bucket empties", kSourceLeak},
    {"serving", "times", "as many tries are needed of a source that serves three accounts or more", kServingEase},
    {"forgotten", "tries", "on one account up to which a success from the source shows a person who forgot",
     kForgotten},
};
constexpr Parameter kAccountParameters[] = {
    {"tries", "tries", "that an account's bucket holds when the finding stands", kAccountTries},
    {"leak", "seconds/try", "at which the bucket empties", kAccountLeak},
    {"sources", "addresses", "at least, else it is the source's finding", kAccountSources},
};
constexpr std::string_view kMemory =
    "22,000 buckets (about 5 MB), the half longest idle goes; 4,000 findings with 2,000 accounts and sources each";

}  // namespace

extern const DetectorSpec brute_force_source_spec{
    .id = "tocsin-brute-force-source",
    .name = "brute_force",
    .title = "Brute force from one source",
    .level = Level::medium,
    .techniques = kTechniques,
    .wants = kWants,
    .parameters = kSourceParameters,
    .memory = kMemory,
    .make = [](const Options&, Tracker&) -> std::unique_ptr<Detector> { return std::make_unique<FromSource>(); },
};

extern const DetectorSpec brute_force_account_spec{
    .id = "tocsin-brute-force-account",
    .name = "brute_force",
    .title = "Brute force on one account from many sources",
    .level = Level::high,
    .techniques = kTechniques,
    .wants = kWants,
    .parameters = kAccountParameters,
    .memory = kMemory,
    .make = [](const Options&, Tracker&) -> std::unique_ptr<Detector> { return std::make_unique<OnAccount>(); },
};

}  // namespace tocsin::detect
