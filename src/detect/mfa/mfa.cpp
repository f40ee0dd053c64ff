// MFA fatigue: requests for the second factor, refused or let pass, until one is granted.
#include <fmt/format.h>

#include "detect/detectors.h"
#include "detect/episodes.h"
#include "detect/words.h"

namespace tocsin::detect {
namespace {

constexpr double kRequests = 5, kLeak = 600;

class MfaFatigue final : public Detector {
 public:
  void feed(const Sighting& seen) override {
    const Login& login = seen.activity.login;
    if (login.outcome == Outcome::success) {
      episodes_.enter(seen.account, seen);
      return;
    }
    if (login.reason == LoginReason::mfa_denied) episodes_.pour(seen.account, seen);
  }

  void finish(std::vector<Statement>& out) override {
    for (const Episode* episode : episodes_.all()) {
      const auto account = episode->accounts.find(episode->key);
      if (account == episode->accounts.end()) continue;
      const bool entered = account->second.entered;
      Statement said;
      said.key = fmt::format("{} {}", account->second.name, at_second(episode->alarm_time).iso());
      said.level = entered ? Level::critical : Level::high;
      said.title =
          fmt::format("MFA fatigue: {} refused or unanswered for {} in {}{}", counted(episode->tries, "request"),
                      account->second.name, duration(episode->last - episode->first),
                      entered ? ", then one of the sources got in" : "");
      said.detail = "Whoever asks has the password already: it must be changed whatever became of the requests.";
      fill(said, *episode);
      out.push_back(std::move(said));
    }
  }

 private:
  Episodes episodes_{{.capacity = kRequests, .leak_seconds = kLeak, .buckets_max = 11000}};
};

constexpr std::string_view kTechniques[] = {"T1621"};
constexpr ActivityKind kWants[] = {ActivityKind::login};
constexpr Parameter kParameters[] = {
    {"requests", "requests", "refused that an account's bucket holds when the finding stands", kRequests},
    {"leak", "seconds/request", "at which the bucket empties", kLeak},
};

}  // namespace

extern const DetectorSpec mfa_spec{
    .id = "tocsin-mfa-fatigue",
    .name = "mfa",
    .title = "MFA fatigue",
    .level = Level::high,
    .techniques = kTechniques,
    .wants = kWants,
    .parameters = kParameters,
    .memory = "11,000 buckets (about 3 MB), the half longest idle goes; 4,000 findings",
    .make = [](const Options&, Tracker&) -> std::unique_ptr<Detector> { return std::make_unique<MfaFatigue>(); },
};

}  // namespace tocsin::detect
