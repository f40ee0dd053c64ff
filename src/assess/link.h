// Links between things that came from elsewhere: incidents of one or several cases, or public reports.
//
// An item (an incident, a report) is a list of sightings: an address, a name, a file, a list of user names … Two items
// that share some are candidates; the link's weight is a sum over what they share, by kind, by how rare it is and by
// how long lies between the sightings, less the more each of them lists (long lists meet by chance). What many items
// hold (degree cap), or what stands on a warning list, ties nothing, and what holders have in common who have nothing
// else in common (a hosting company's network) little; a zone that gives names away counts name by name.
//
// A link is a hint. A merge needs two independent sides: shared things of different lineage (an address and its
// network, a host and its domain are one lineage). Links are never closed transitively; see campaign.h.
//
// The weights of kKinds are fitted on public reports (`./dev bench linking`, which also says how they do on actors they
// were not fitted on), so that a weight is a log-odds, up to the share of right pairs there; those of kinds that
// reports don't have are judgements. Sharing more never speaks against a link.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "indicators/warning_lists.h"

namespace tocsin::assess {

enum class TieKind : std::uint8_t {
  address,
  network,  // an address; its /24 (IPv6: /48)
  host,     // a full name, also a bare domain that both used
  domain,
  subdomain,
  zone,   // a registered domain that one of the items used itself; one only seen through names under it; one
          // whose users seem to be many
  label,  // the first part of a registered domain, under other endings too (name-7.com, name-7.net)
  word,
  port,
  path,  // of a name; unusual; of a URL
  hash,
  key,
  tool,
  dictionary,
  agent,
  mail,
  techniques,
  timing
};
struct KindSpec {
  std::string_view name;
  double first, further;     // weight of sharing one, times its age; of the logarithm of how many
  double held;               // of the logarithm of how many items hold it, beyond two
  double strangers;          // of the share of its other holders' pairs that have nothing else in common
  double cover;              // of the share of the longer list's things of this kind that are shared
  double half_life_days;     // 0: doesn't age
  std::uint32_t degree_max;  // held by more items: ties nothing
  bool side;                 // can be one of the two independent sides of a merge
};
inline constexpr std::size_t kKindCount = 18;
extern const std::array<KindSpec, kKindCount> kKinds;
inline const KindSpec& spec(TieKind kind) { return kKinds[static_cast<std::size_t>(kind)]; }

struct LinkWeights {
  double bias, smaller, larger;  // for the logarithms of how many indicators the shorter and the longer list hold
  double common;                 // for the logarithm of how many third items are near both by different things
  double first_choice;           // for each of the two that has no weightier pair
  double link_at;                // total from which on two items are linked
  double join_at;                // and from which on they may be merged, if two independent sides say so
};
extern const LinkWeights kLinkWeights;

struct SharedThing {
  TieKind kind = TieKind::address;
  std::string value, lineage;
  double rarity = 0;  // 1: on these two alone, of as many items as there are (at least a thousand)
  double age_days = 0;
  std::uint32_t holders = 0;
  double weight = 0;     // what it adds by itself, aged; 0 when demoted
  bool demoted = false;  // shared, but ties nothing: listed, private, or held by too many
  std::string note;      // why it weighs little or nothing; "" when it weighs in full
};

struct ItemLink {
  std::uint32_t a = 0, b = 0;  // items, a < b
  double weight = 0;
  std::uint32_t sides = 0;          // independent lineages that could carry a merge
  std::vector<SharedThing> shared;  // weightiest first, demoted ones last; at most kSharedMax
  static constexpr std::size_t kSharedMax = 32;
  bool joins(const LinkWeights& weights = kLinkWeights) const { return sides >= 2 && weight >= weights.join_at; }
};

// What each pair of items shares, by kind, before weighing: for fitting.
struct PairFeatures {
  std::array<float, kKindCount> first{}, further{}, held{}, strangers{}, cover{};
  float common = 0;
};

class Linker {
 public:
  // The lists may be null; they must outlive the linker.
  explicit Linker(const indicators::WarningLists* lists);
  ~Linker();
  Linker(Linker&&) noexcept;

  std::uint32_t add_item();  // what follows belongs to it
  // An address, a host name, a URL, host:port, or a hash, as lists of indicators have them; the time may be unknown.
  // `listed`: it counts as part of a list that somebody put together; what was seen at work does not.
  void see_indicator(std::string_view text, Time time = Time::none(), bool listed = true);
  // Any other thing. Things of one lineage count as one side; "" : a lineage of its own.
  void see(TieKind kind, std::string_view value, Time time = Time::none(), std::string_view lineage = {});

  std::size_t items() const;
  // Why an indicator ties nothing: the warning list's name; "" when it ties.
  std::string demoted(std::string_view indicator) const;

  // All pairs whose weight reaches `at_least`, by (a, b). Sorts what was seen: call once.
  std::vector<ItemLink> links(double at_least, const LinkWeights& weights = kLinkWeights);
  // All pairs that share more than words and ports, with their features, for fitting.
  void each_pair(const std::function<void(std::uint32_t a, std::uint32_t b, const PairFeatures& features)>& use);
  static double weigh(const PairFeatures& features, double size_a, double size_b, const LinkWeights& weights);
  double size_of(std::uint32_t item) const;  // indicators that it lists

  // Pairs left out because things were held by too many at once: never silent.
  std::uint64_t capped() const;

  struct State;  // link_state.h

 private:
  std::unique_ptr<State> state_;
};

}  // namespace tocsin::assess
