// Likelihood: whether a source belongs to the campaign or to the failures that are usual here.
//
// Sources are a mixture. The noise is learned from the days before the onset and then frozen, and is several
// populations (strata): people and their devices come from networks that serve many here, bots from networks that serve
// nobody, and those who try names that nobody has are others again. The campaign is what the span holds beyond it,
// found by expectation and maximisation over traits that are taken as independent: its strata, whether the address
// serves people, what it tried how often, with which clients, how its tries crowd on one account and network (a device
// with an old password does so, a campaign tries evenly), when (people's noise comes in waves), which networks it comes
// from, and which accounts it tried: those that many independent places try, or one that nobody else does. Noise that
// grows in the span (a night of expired passwords) differs from the campaign in several of these at once and so stays
// noise.
#pragma once
#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <vector>

namespace tocsin::detect {

// What one source did in a while.
struct Trace {
  static constexpr std::size_t kCrowds = 3, kServes = 3, kShapes = 12, kNames = 3, kNear = 3, kBursts = 6;
  std::uint8_t crowd = 0;   // accounts that log in from its network: none, one or two, more
  std::uint8_t serves = 0;  // accounts that log in from itself: the same
  std::uint8_t shape = 0;   // accounts tried (one, two or three, more) times tries on one (1, 2, 3 to 5, more)
  std::uint8_t names = 0;   // of those tried, accounts here: all, some, none
  std::uint64_t network = 0;
  std::uint32_t quarter = 0;       // of a day, since 1970, in which it began
  std::uint32_t from = 0, to = 0;  // in Traces::tries
  double share = 0;                // the chance that it is the campaign's
  double stands_for = 1;           // sources, where those like it were thinned out
  static constexpr std::size_t kStrata = kCrowds * 2;
  std::size_t stratum() const { return crowd + (names == 2 ? kCrowds : 0); }
};

struct Tried {
  std::uint64_t account = 0;
  std::uint64_t group = 0;      // the account, the network and the day
  std::uint64_t device = 0;     // the account, the client and the quarter of a day
  std::uint32_t client = 0;     // agent and service
  std::uint8_t agent = 0;       // 0: the log names none; 1: many log in with it here; 2: hardly anybody
  std::uint8_t near = 0;        // to the account: it never logged in from the network; does; had from the subnet
  std::uint16_t of_device = 1;  // tries of the device
  std::uint8_t burst = 0;       // the same: 1, 2, 3 to 5, to 11, to 23, more
  bool known = false;           // the account exists
};

struct Traces {
  std::vector<Trace> traces;
  std::vector<Tried> tries;
  void settle();  // fills Tried::of_device and burst
};

class Likelihood {
 public:
  // Of `days` of noise at a site of `active` accounts.
  Likelihood(const Traces& noise, double days, double active);
  // Finds the campaign in `days`, and each trace's share.
  void fit(Traces& now, double days);
  // The share of a trace that was not among those fitted.
  double share(const Traces& of, const Trace& trace) const;

 private:
  template <std::size_t N>
  using Chances = std::array<double, N>;
  // Keys of accounts, groups and clients in the order of their first try, so that sums have one order.
  class Numbers {
   public:
    std::uint32_t number(std::uint64_t key) {
      return numbers_.emplace(key, static_cast<std::uint32_t>(numbers_.size())).first->second;
    }
    std::uint32_t find(std::uint64_t key) const {
      const auto found = numbers_.find(key);
      return found == numbers_.end() ? UINT32_MAX : found->second;
    }
    std::size_t size() const { return numbers_.size(); }

   private:
    boost::unordered_flat_map<std::uint64_t, std::uint32_t> numbers_;
  };
  struct Numbered {  // a try's account, group and client; UINT32_MAX: not among those fitted
    std::uint32_t account, group, client;
  };
  struct Part {
    Chances<Trace::kServes> serves{};
    Chances<Trace::kShapes> shape{};
    Chances<Trace::kNames> names{};
    Chances<Trace::kNear> near{};
    Chances<Trace::kBursts> burst{};
  };

  static bool of_people(std::size_t stratum);
  void start(Traces& now) const;
  void maximise(const Traces& now);
  Numbered numbered(const Tried& tried) const;
  double ratio(const Traces& of, const Trace& trace, double of_network, bool own) const;
  double noise_client(std::size_t stratum, const Tried& tried) const;
  double noise_account(std::size_t stratum, const Tried& tried) const;
  double of_network(std::size_t stratum, double usual, double theirs, double own) const;
  double of_network(const Trace& trace) const;
  double of_network(std::size_t trace, const Trace& of) const;  // of those fitted

  struct Noise : Part {
    double per_day = 0, tries = 0, sources = 0, single_networks = 0;
    double made_up = 0;  // tries of names that nobody has and nobody else tried
    double count = 0;    // sources in the span
    std::vector<double> waves;  // of people: by the quarter of a day, and at least what is usual
    boost::unordered_flat_map<std::uint64_t, double> accounts, clients, networks;
  };
  std::array<Noise, Trace::kStrata> noise_;
  double active_;

  Part campaign_;
  Chances<Trace::kStrata> strata_{};  // of the campaign
  // Of the campaign: sources, those alone in their network; and all networks, the noise's as well.
  Chances<Trace::kStrata> sources_{}, single_networks_{}, universe_{};

  Numbers account_numbers_, group_numbers_, client_numbers_, network_numbers_;
  std::vector<Numbered> numbered_;                   // as Traces::tries
  std::vector<double> accounts_, groups_, clients_;  // tries of the campaign, by number; of a group its surest
  std::vector<double> networks_;                     // sources of the campaign
  struct Network {
    std::uint8_t stratum = 0;
    double usual = 0;  // sources of the noise
  };
  std::vector<Network> network_of_;  // as networks_
  std::uint32_t first_quarter_ = 0, quarters_ = 1;
  std::vector<std::uint32_t> trace_networks_;  // as Traces::traces
  double days_ = 1, campaign_count_ = 0;       // sources in the span
  double campaign_tries_ = 0;
  double bursts_ = 0, lonely_ = 0;  // groups of the campaign; those on accounts that no other falls on
};

}  // namespace tocsin::detect
