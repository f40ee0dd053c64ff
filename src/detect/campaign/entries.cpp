#include "detect/campaign/entries.h"

#include <algorithm>
#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cmath>

namespace tocsin::detect {
namespace {

constexpr std::int64_t kDay = 86400;
constexpr double kByChance = 1;           // logins as likely that the days before let expect in the campaign's time
constexpr double kSpare = 0.3;            // … believed where none was seen
constexpr std::uint32_t kEnteredMax = 3;  // accounts that one source enters, unless it failed on half as many
constexpr double kWrong = 2;              // logins of people that may seem the campaign's
constexpr double kLikelier = 2.5;         // log of the likelihood ratio, at least
constexpr std::uint32_t kOfSource = 2;    // logins that one source teaches
constexpr std::int64_t kTogether = kDay;  // before an entry: a login from nowhere known is the same hand's

// What an agent says: nothing; the account's own; many use it here; hardly anybody.
enum Agent : std::uint8_t { none, own, usual, strange };

struct Chances {
  std::array<double, 4> agent{};
  std::array<double, 3> crowd{};
  std::array<double, 2> near{};  // of the campaign: a network that the account used before
  boost::unordered_flat_map<std::uint32_t, double> clients;
  boost::unordered_flat_map<std::uint64_t, double> networks;
  double tries = 0, on_targets = 0, failing = 0;  // of which on targets; by sources that failed others
  double single_networks = 0;                     // of the campaign
  double in_networks = 0;                         // logins of people from networks of the campaign
};

std::size_t crowd_of(unsigned accounts) { return accounts >= 3 ? 2 : accounts >= 1 ? 1 : 0; }

class Gate {
 public:
  Gate(const Siege& siege, const Candidates& candidates) : siege_(siege), candidates_(candidates) {
    for (const Participant& one : siege.participants) {
      participants_[one.source] = &one;
      for (const Cell* cell : one.cells) learn(*cell);
    }
    for (const Cell& cell : candidates.cells())
      if (!cell.retracted) ++failing_[cell.source];
    for (const Arrival& a : candidates.arrivals()) ++came_[a.source];
    // A tool that goes through all mailboxes, an office that moves, is one of them.
    boost::unordered_flat_map<std::uint64_t, std::uint32_t> of_source;
    for (const Arrival& a : candidates.arrivals())
      if (usual(a) && of_source[a.source]++ < kOfSource) learn(a);
    for (const auto& [network, count] : theirs_.networks) theirs_.single_networks += count < 1.5;
    of_source.clear();
    for (const Arrival& a : candidates.arrivals())
      if (usual(a) && of_source[a.source]++ < kOfSource) before_[a.network_known].push_back(likelihood(a));
    for (std::vector<double>& one : before_) std::ranges::sort(one);
    const double days = static_cast<double>(siege.onset - kDay - siege.quiet_from) / kDay;
    days_ = days;
    span_ = static_cast<double>(siege.end + kDay - siege.onset) / kDay;
    double strangers = kSpare;
    for (const Arrival& a : candidates.arrivals()) strangers += usual(a) && stranger(a);
    networks_tell_ = days_ >= 2 && strangers / days_ * span_ <= kByChance;
  }

  std::vector<Campaign::Entry> entries() {
    std::vector<Campaign::Entry> out;
    boost::unordered_flat_map<std::uint64_t, std::size_t> entered;
    for (const Arrival& a : candidates_.arrivals()) {
      if (a.time < siege_.onset || a.time > siege_.closed) continue;
      Campaign::Entry entry = told(a);
      if (!entry.grade) continue;
      const auto [at, fresh] = entered.emplace(a.account, out.size());
      if (fresh)
        out.push_back(entry);
      else if (Campaign::Entry& had = out[at->second]; had.grade == 3 && entry.grade < 3)
        // What came just before, from a place as strange, was the same hand.
        entry.time - had.time <= kTogether ? void(had.grade = 2) : void(had = entry);
    }
    std::ranges::sort(out, {}, &Campaign::Entry::ordinal);
    return out;
  }

 private:
  // Logins of the quiet days, by who had been here before.
  bool usual(const Arrival& a) const {
    return a.time >= siege_.quiet_from && a.time < siege_.onset - kDay && a.account_known && !a.partial;
  }
  static Agent agent_of(const Arrival& a) {
    return a.agent == 0 ? none : a.agent_known ? own : a.agent_accounts >= 3 ? usual_ : strange;
  }
  // By a network that takes part and serves nobody, with a client new to the account.
  bool stranger(const Arrival& a) const {
    return a.account_known && !a.network_known && !a.agent_known && a.network_accounts == 0 &&
           theirs_.networks.contains(a.network);
  }
  static constexpr Agent usual_ = Agent::usual;
  static std::uint32_t client(std::uint32_t agent, std::uint16_t service) {
    return agent ^ (std::uint32_t{service} << 16);
  }

  void learn(const Cell& cell) {
    if (cell.retracted) return;
    ++theirs_.tries;
    ++theirs_.agent[cell.agent == 0 ? none : cell.agent_accounts >= 3 ? usual_ : strange];
    ++theirs_.crowd[crowd_of(cell.network_accounts)];
    ++theirs_.near[cell.network_known];
    ++theirs_.clients[client(cell.agent, cell.service)];
    ++theirs_.networks[cell.network];
    ++targets_[cell.account];
  }
  void learn(const Arrival& a) {
    Chances& people = people_[a.network_known];
    ++people.tries;
    ++people.agent[agent_of(a)];
    ++people.crowd[crowd_of(a.network_accounts)];
    ++people.clients[client(a.agent, a.service)];
    people.in_networks += theirs_.networks.contains(a.network);
    people.failing += failed_others(a) > 0;
    people.on_targets += targets_.contains(a.account);
  }
  // Accounts that its source failed on, this one among them.
  std::uint32_t failed_others(const Arrival& a) const {
    const auto found = failing_.find(a.source);
    return found == failing_.end() ? 0 : found->second;
  }

  template <class Map, class Key>
  static double count(const Map& map, Key key) {
    const auto found = map.find(key);
    return found == map.end() ? 0 : found->second;
  }
  static double part(double n, double of, double prior, double weight) { return (n + weight * prior) / (of + weight); }

  // Log of how much likelier the login is under the campaign.
  double likelihood(const Arrival& a) const {
    const Chances& people = people_[a.network_known];
    const Agent agent = agent_of(a);
    constexpr std::array<double, 4> kTheirs{.3, .02, .34, .34}, kPeople{.4, .4, .15, .05};
    const std::array<double, 3> kCrowd = a.network_known ? std::array{.1, .1, .8} : std::array{.4, .2, .4};
    double sum = std::log(part(theirs_.agent[agent], theirs_.tries, kTheirs[agent], 2) /
                          part(people.agent[agent], people.tries, kPeople[agent], 5));
    // Within the kind, the client itself.
    const double mine = count(theirs_.clients, client(a.agent, a.service));
    const double usual_here = count(people.clients, client(a.agent, a.service));
    constexpr std::array<double, 4> kClients{6, 40, 40, 200};
    sum += std::log(part(mine, theirs_.agent[agent], 1 / kClients[agent], 2) /
                    part(usual_here, people.agent[agent], 1 / kClients[agent], 2));
    const std::size_t crowd = crowd_of(a.network_accounts);
    sum += std::log(part(theirs_.crowd[crowd], theirs_.tries, kCrowd[crowd], 1) /
                    part(people.crowd[crowd], people.tries, kCrowd[crowd], 3));
    sum += std::log(part(theirs_.near[a.network_known], theirs_.tries, .5, 1));
    // A network that takes part; one not seen before is as likely as those seen once have it (Good 1953).
    const double fresh = std::clamp((theirs_.single_networks + .5) / (theirs_.tries + 1), 1e-3, 1 - 1e-3);
    const double among = part(people.in_networks, people.tries, .05, 3);
    sum += std::log(theirs_.networks.contains(a.network) ? (1 - fresh) / among : fresh / (1 - among));
    const bool target = targets_.contains(a.account);
    const double targets = part(people.on_targets, people.tries, .2, 5);
    sum += std::log(target ? .98 / targets : .02 / (1 - targets));
    // Half of those who get in come from where they had failed.
    const double failing = part(people.failing, people.tries, .01, 3);
    sum += std::log(failed_others(a) ? .5 / failing : .5 / (1 - failing));
    return sum;
  }

  bool by_chance(const Arrival& a) const {
    const double ratio = likelihood(a);
    const std::vector<double>& before = before_[a.network_known];
    // Of n logins of people n / ratio at most seem so much likelier (Markov), were the traits independent.
    const double people = people_[a.network_known].tries / std::max(days_, 1.0) * span_;
    if (ratio < std::max(kLikelier, std::log((people + 1) / kWrong))) return true;
    if (days_ < 2) return ratio < 2 * kLikelier;
    const auto above = static_cast<double>(before.end() - std::ranges::lower_bound(before, ratio));
    return (above + kSpare) / days_ * span_ > kByChance;
  }

  Campaign::Entry told(const Arrival& a) const {
    Campaign::Entry entry{.account = a.account,
                          .name = candidates_.name(a.account),
                          .address = a.address,
                          .ordinal = a.ordinal,
                          .time = a.time,
                          .partial = a.partial,
                          .legacy = a.legacy};
    const auto participant = participants_.find(a.source);
    const bool member = participant != participants_.end();
    if (member)
      for (const Cell* cell : participant->second->cells)
        entry.failed_accounts += cell->account != a.account && cell->first <= a.time;
    // More people than it failed on: a tool, an office.
    if (came_.find(a.source)->second > std::max(kEnteredMax, 2 * entry.failed_accounts)) return entry;
    if (member && !participant->second->serves && a.network_accounts < 3)
      entry.grade = entry.failed_accounts ? 1 : 2;
    else if (a.time <= siege_.end + kDay && !by_chance(a))
      entry.grade = member && entry.failed_accounts ? 1 : 2;
    else if (networks_tell_ && a.time <= siege_.end + kDay && stranger(a))
      entry.grade = 2;
    else if (targets_.contains(a.account) && a.account_known && !a.network_known && a.network_accounts == 0)
      entry.grade = 3;
    return entry;
  }

  const Siege& siege_;
  const Candidates& candidates_;
  Chances theirs_;
  std::array<Chances, 2> people_;  // from networks new to their accounts, and from others
  boost::unordered_flat_map<std::uint64_t, const Participant*> participants_;
  boost::unordered_flat_map<std::uint64_t, std::uint32_t> targets_, failing_, came_;
  std::array<std::vector<double>, 2> before_;  // likelihoods, of the same
  double days_ = 0, span_ = 0;
  bool networks_tell_ = false;  // the days before let expect at most one stranger by chance
};

}  // namespace

std::vector<Campaign::Entry> find_entries(const Siege& siege, const Candidates& candidates) {
  return Gate(siege, candidates).entries();
}

}  // namespace tocsin::detect
