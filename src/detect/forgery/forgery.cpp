// Log forgery: a user name that pretends to be another record. Two things speak of it: the line can be read in more
// than one way (the reader's grade "ambiguous"), or the name holds what a log line holds and no name does.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <map>

#include "base/ip.h"
#include "detect/detectors.h"
#include "detect/words.h"

namespace tocsin::detect {
namespace {

constexpr std::int64_t kGap = 86400;
constexpr std::size_t kEpisodesMax = 1000;

// "x from 192.0.2.1", "x rip=192.0.2.1": a mark of a log line with an address behind it; or a control character.
bool pretends(std::string_view user) {
  if (user.size() < 8) return std::ranges::any_of(user, [](unsigned char c) { return c == '\n' || c == '\r'; });
  static constexpr std::array<std::string_view, 6> kMarks{" from ", "rip=", "rhost=", "ip=", "client=", " port "};
  for (const std::string_view mark : kMarks) {
    const auto at = user.find(mark);
    if (at == user.npos) continue;
    if (mark == " port ")
      return at + mark.size() < user.size() && user[at + mark.size()] >= '0' && user[at + mark.size()] <= '9';
    std::string_view rest = user.substr(at + mark.size());
    if (rest.starts_with('[')) rest.remove_prefix(1);
    rest = rest.substr(0, std::min(rest.find_first_not_of("0123456789abcdefABCDEF.:"), rest.size()));
    while (!rest.empty() && (rest.back() == ':' || rest.back() == '.')) rest.remove_suffix(1);
    if (Ip::parse(rest)) return true;
  }
  return std::ranges::any_of(user, [](unsigned char c) { return c == '\n' || c == '\r'; });
}

class Forgery final : public Detector {
 public:
  void feed(const Sighting& seen) override {
    const Login& login = seen.activity.login;
    const bool ambiguous = login.source_grade == Provenance::ambiguous || login.user_grade == Provenance::ambiguous;
    const bool odd = login.user.size() >= 8 && login.user.find_first_of(" =\n\r") != login.user.npos;
    if (!ambiguous && !(odd && login.outcome != Outcome::success && pretends(login.user))) return;
    const std::string where = fmt::format("{} {}", seen.activity.product, login.host);
    auto& open = open_[where];
    if (open == 0 || episodes_[open - 1].last + kGap < seen.time) {
      if (episodes_.size() >= kEpisodesMax) return;
      episodes_.push_back({.where = where,
                           .product = std::string(seen.activity.product),
                           .host = std::string(login.host),
                           .alarm = seen.ordinal,
                           .first = seen.time,
                           .last = seen.time});
      open = episodes_.size();
    }
    One& one = episodes_[open - 1];
    one.last = seen.time;
    ++one.lines;
    one.ambiguous += ambiguous;
    if (one.ordinals.size() < 100) one.ordinals.push_back(seen.ordinal);
    // The address only where it was the logging program's own knowledge, and the line has one reading.
    if (!ambiguous && seen.source && login.source_grade <= Provenance::peer && one.sources.size() < 1000)
      one.sources[seen.source] = seen.address;
  }

  void finish(std::vector<Statement>& out) override {
    for (const One& one : episodes_) {
      Statement said;
      said.key = fmt::format("{} {}", one.where, at_second(one.first).iso());
      said.title = fmt::format("Log forgery: {} of {}{} with a user name that pretends to be another record",
                               counted(one.lines, "line"), one.product, one.host.empty() ? "" : " on " + one.host);
      said.detail =
          one.ambiguous
              ? fmt::format("{} of them can be read in more than one way: nothing is said of who or from where.",
                            one.ambiguous)
              : "All have one reading only; their source is the peer that the program saw.";
      said.alarm = one.alarm;
      said.time = said.first = at_second(one.first);
      said.last = at_second(one.last);
      said.count = one.lines;
      for (const auto& [key, address] : one.sources)
        said.entities.push_back({EntityType::address, address.text(), "source"});
      if (!one.host.empty()) said.entities.push_back({EntityType::host, one.host, "target"});
      settle(said.entities);
      said.members = one.ordinals;
      settle(said.members, said.alarm);
      out.push_back(std::move(said));
    }
  }

 private:
  struct One {
    std::string where, product, host;
    Ordinal alarm = 0;
    std::int64_t first = 0, last = 0;
    std::uint64_t lines = 0, ambiguous = 0;
    std::vector<Ordinal> ordinals = {};
    boost::unordered_flat_map<std::uint64_t, Ip> sources = {};
  };
  std::vector<One> episodes_;
  std::map<std::string, std::size_t> open_;
};

constexpr std::string_view kTechniques[] = {"T1565.001"};
constexpr ActivityKind kWants[] = {ActivityKind::login};
constexpr Parameter kParameters[] = {
    {"gap", "seconds", "without a forged line after which another finding begins", kGap}};

}  // namespace

extern const DetectorSpec forgery_spec{
    .id = "tocsin-log-forgery",
    .name = "forgery",
    .title = "Log line with two readings",
    .level = Level::medium,
    .techniques = kTechniques,
    .wants = kWants,
    .parameters = kParameters,
    .memory = "1,000 findings with 1,000 sources each",
    .make = [](const Options&, Tracker&) -> std::unique_ptr<Detector> { return std::make_unique<Forgery>(); },
};

}  // namespace tocsin::detect
