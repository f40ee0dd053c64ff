// Password spray that is dense enough to be seen at one place: an address, its /24 or /48, its network.
//
// A finding of a wider place stands only where several narrower ones take part: what one address does is said once.
#include <fmt/format.h>

#include "detect/campaign/tracker.h"
#include "detect/detectors.h"
#include "detect/episodes.h"
#include "detect/words.h"

namespace tocsin::detect {
namespace {

enum class Place { source, subnet, network };
struct Size {
  double accounts, leak_seconds;
  std::size_t sources;  // that must take part
};
constexpr double kSourceAccounts = 4.5;  // so that five in five minutes are enough
constexpr Size kSizes[] = {{kSourceAccounts, 600, 1}, {8, 1800, 2}, {12, 1800, 4}};
constexpr double kServingEase = 4;

class Spray final : public Detector {
 public:
  Spray(Place place, const Tracker& tracker)
      : place_(place),
        size_(kSizes[static_cast<int>(place)]),
        tracker_(tracker),
        episodes_({.capacity = size_.accounts, .leak_seconds = size_.leak_seconds, .accounts = true}) {}

  void expect(const Sighting& seen) const override { episodes_.expect(key_of(seen)); }

  void feed(const Sighting& seen) override {
    const Login& login = seen.activity.login;
    const std::uint64_t key = key_of(seen);
    if (login.outcome == Outcome::success) {
      if (!seen.source_known) episodes_.enter(key, seen);
      return;
    }
    if (!is_try(login) || at_home(seen)) return;
    const unsigned served = place_ == Place::source   ? seen.source_accounts
                            : place_ == Place::subnet ? seen.subnet_accounts
                                                      : seen.network_accounts;
    if (served >= 3 && place_ != Place::source) return;
    episodes_.pour(key, seen, served >= 3 ? kServingEase : 1);
  }

  void finish(std::vector<Statement>& out) override {
    for (const Episode* episode : episodes_.all()) {
      if (episode->sources.size() < size_.sources) continue;
      const std::size_t accounts = episode->accounts.size() + episode->dropped, entered = episode->entered();
      // Most that it tried got in: a place of people.
      if (3 * entered > accounts) continue;
      const std::string where = name(*episode);
      Statement said;
      said.key = fmt::format("{} {}", where, at_second(episode->alarm_time).iso());
      said.level = entered ? Level::high : Level::medium;
      said.title = fmt::format(
          "Password spray from {}: {} tried {} times{} in {}{}", where, counted(accounts, "account"), episode->tries,
          place_ == Place::source ? "" : fmt::format(" by {}", counted(episode->sources.size(), "address")),
          duration(episode->last - episode->first), entered ? fmt::format(", {} entered", entered) : "");
      if (const std::size_t missing = episode->missing())
        said.detail =
            fmt::format("{} among them that the log says don't exist; they are not listed.", counted(missing, "name"));
      fill(said, *episode);
      if (place_ != Place::source) said.entities.push_back({EntityType::network, where, "network"});
      settle(said.entities);
      if (entered) said.techniques = {"T1110.003", "T1078"};
      out.push_back(std::move(said));
    }
  }

 private:
  std::uint64_t key_of(const Sighting& seen) const {
    return place_ == Place::source ? seen.source : place_ == Place::subnet ? seen.subnet : seen.network;
  }

  std::string name(const Episode& episode) const {
    const Ip& ip = episode.address;
    if (place_ == Place::source) return ip.text();
    if (place_ == Place::subnet) return ip.network_text(ip.is_v4() ? 24 : 48);
    return tracker_.networks().name_of(ip);
  }

  Place place_;
  Size size_;
  const Tracker& tracker_;
  Episodes episodes_;
};

constexpr std::string_view kTechniques[] = {"T1110.003"};
constexpr ActivityKind kWants[] = {ActivityKind::login};
constexpr Parameter kSource[] = {
    {"accounts", "accounts", "that the bucket holds when the finding stands", kSourceAccounts},
    {"leak", "seconds/account", "at which the bucket empties", 600},
    {"serving", "times", "as many for a source that serves three accounts or more", kServingEase}};
constexpr Parameter kSubnet[] = {{"accounts", "accounts", "that the bucket holds when the finding stands", 8},
                                 {"leak", "seconds/account", "at which the bucket empties", 1800},
                                 {"sources", "addresses", "that take part at least", 2}};
constexpr Parameter kNetwork[] = {{"accounts", "accounts", "that the bucket holds when the finding stands", 12},
                                  {"leak", "seconds/account", "at which the bucket empties", 1800},
                                  {"sources", "addresses", "that take part at least", 4}};
constexpr std::string_view kMemory =
    "22,000 buckets (about 5 MB), the half longest idle goes; 4,000 findings with 2,000 accounts and sources each";

}  // namespace

extern const DetectorSpec spray_source_spec{
    .id = "tocsin-password-spray-source",
    .name = "spray",
    .title = "Password spray from one source",
    .level = Level::medium,
    .techniques = kTechniques,
    .wants = kWants,
    .parameters = kSource,
    .memory = kMemory,
    .make = [](const Options&, Tracker& tracker) -> std::unique_ptr<Detector> {
      return std::make_unique<Spray>(Place::source, tracker);
    },
};
extern const DetectorSpec spray_subnet_spec{
    .id = "tocsin-password-spray-subnet",
    .name = "spray",
    .title = "Password spray from one /24 or /48",
    .level = Level::medium,
    .techniques = kTechniques,
    .wants = kWants,
    .parameters = kSubnet,
    .memory = kMemory,
    .make = [](const Options&, Tracker& tracker) -> std::unique_ptr<Detector> {
      return std::make_unique<Spray>(Place::subnet, tracker);
    },
};
extern const DetectorSpec spray_network_spec{
    .id = "tocsin-password-spray-network",
    .name = "spray",
    .title = "Password spray from one autonomous system",
    .level = Level::medium,
    .techniques = kTechniques,
    .wants = kWants,
    .parameters = kNetwork,
    .memory = kMemory,
    .make = [](const Options&, Tracker& tracker) -> std::unique_ptr<Detector> {
      return std::make_unique<Spray>(Place::network, tracker);
    },
};

}  // namespace tocsin::detect
