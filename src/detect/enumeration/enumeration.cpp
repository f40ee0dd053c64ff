// Names that don't exist, one after the other, from one source: somebody finds out who has an account.
#include <fmt/format.h>

#include "detect/detectors.h"
#include "detect/episodes.h"
#include "detect/words.h"

namespace tocsin::detect {
namespace {

constexpr double kNames = 5, kLeak = 120;

class Enumeration final : public Detector {
 public:
  void expect(const Sighting& seen) const override {
    if (!seen.account_known) episodes_.expect(seen.source);
  }

  void feed(const Sighting& seen) override {
    const Login& login = seen.activity.login;
    if (login.reason != LoginReason::unknown_user || !is_try(login) || seen.account_known) return;
    episodes_.pour(seen.source, seen, seen.source_accounts >= 3 ? 4 : 1);
  }

  void finish(std::vector<Statement>& out) override {
    for (const Episode* episode : episodes_.all()) {
      const std::size_t names = episode->accounts.size() + episode->dropped;
      Statement said;
      said.key = fmt::format("{} {}", episode->address.text(), at_second(episode->alarm_time).iso());
      said.level = names >= 50 ? Level::medium : Level::low;
      said.title =
          fmt::format("User enumeration from {}: {} that don't exist, {} in {}", episode->address.text(),
                      counted(names, "name"), counted(episode->tries, "try"), duration(episode->last - episode->first));
      said.detail = "The names are not listed: one may be a mistyped password. The records hold them.";
      fill(said, *episode);
      out.push_back(std::move(said));
    }
  }

 private:
  Episodes episodes_{{.capacity = kNames, .leak_seconds = kLeak, .accounts = true}};
};

constexpr std::string_view kTechniques[] = {"T1589.001", "T1110"};
constexpr ActivityKind kWants[] = {ActivityKind::login};
constexpr Parameter kParameters[] = {
    {"names", "names", "not known that the bucket holds when the finding stands", kNames},
    {"leak", "seconds/name", "at which the bucket empties", kLeak},
};

}  // namespace

extern const DetectorSpec enumeration_spec{
    .id = "tocsin-user-enumeration",
    .name = "enumeration",
    .title = "User enumeration",
    .level = Level::low,
    .techniques = kTechniques,
    .wants = kWants,
    .parameters = kParameters,
    .memory = "22,000 buckets (about 5 MB), the half longest idle goes; 4,000 findings",
    .make = [](const Options&, Tracker&) -> std::unique_ptr<Detector> { return std::make_unique<Enumeration>(); },
};

}  // namespace tocsin::detect
