// What a Linker holds: private to link.cpp (what was seen) and link_weigh.cpp (what it weighs).
#pragma once
#include <libpsl.h>

#include <algorithm>
#include <map>

#include "assess/link.h"
#include "base/hash.h"

namespace tocsin::assess {

inline constexpr std::uint8_t kOwnName = 0x80;  // of a domain: it was seen bare, not through a name under it
inline constexpr std::int16_t kNoDay = INT16_MIN;

struct Sighting {
  std::uint64_t hash;
  std::uint32_t item, text, extra;  // extra: of a domain the host it was seen through, of a path the
                                    // lineage of its host, else the lineage
  std::int16_t day;
  std::uint8_t kind, size;  // kind: with kOwnName
};
static_assert(sizeof(Sighting) == 24);
inline TieKind kind_of(const Sighting& one) { return static_cast<TieKind>(one.kind & ~kOwnName); }
inline bool of_domain(TieKind kind) {
  return kind == TieKind::domain || kind == TieKind::subdomain || kind == TieKind::zone;
}

struct SharedPair {
  std::uint32_t a, b, thing;  // thing: the first sighting of its group
};

inline std::uint32_t narrow(std::uint64_t hash) { return static_cast<std::uint32_t>(hash ^ hash >> 32); }

struct Linker::State {
  const indicators::WarningLists* lists = nullptr;
  const psl_ctx_t* psl = psl_builtin();
  std::vector<Sighting> sightings;
  std::string texts;
  std::vector<std::uint32_t> sizes;  // of each item
  std::uint64_t capped = 0;
  bool sorted = false;
  std::vector<SharedPair> pairs;
  // Items near each, ascending, and by what: one lineage, or 0 for several. near_at[i] is where those of i begin.
  struct Near {
    std::uint32_t item, lineage;
  };
  std::vector<Near> near;
  std::vector<std::uint32_t> near_at;
  // How many networks, domains, labels and words each item has.
  enum Counted { kNetworks, kDomains, kLabels, kWords, kCounted };
  std::vector<std::array<std::uint32_t, kCounted>> counts;
  // Of each thing that makes pairs, by its first sighting: how many, and how many of them share something else too.
  struct Company {
    std::uint32_t thing, pairs = 0, befriended = 0;
  };
  std::vector<Company> company;
  const Company& company_of(std::uint32_t thing) const {
    return *std::ranges::lower_bound(company, thing, {}, &Company::thing);
  }
  // What ties nothing, by item: the value and why; told where something else links two items.
  struct Demoted {
    TieKind kind;
    std::string note;
  };
  std::vector<std::map<std::string, Demoted>> demoted;
  static constexpr std::size_t kDemotedMax = 256;  // an item

  std::span<const Near> near_of(std::uint32_t item) const {
    return std::span(near).subspan(near_at[item], near_at[item + 1] - near_at[item]);
  }
  std::string_view text(const Sighting& one) const { return std::string_view(texts).substr(one.text, one.size); }
  // Things of one lineage are one side: a host and its domain, an address and its network.
  std::uint32_t lineage(const Sighting& one) const {
    const TieKind kind = kind_of(one);
    return of_domain(kind) || kind == TieKind::path ? narrow(hash64(text(one))) : one.extra;
  }

  void see(TieKind kind, std::string_view value, std::uint32_t extra, Time time, bool own = false);
  void demote(std::uint32_t item, TieKind kind, std::string_view value, std::string note);
  // The part of a name that one owner has: a registered domain, or a name under a zone that gives names away.
  std::string_view owned(std::string_view host) const;
  void prepare();
  void find_near();
  void find_company();
};

inline bool weak(TieKind kind) { return kind == TieKind::word || kind == TieKind::port; }

// Walks the pairs; `use(pairs of one couple)`.
template <class Use>
void couples(const std::vector<SharedPair>& pairs, Use use) {
  for (std::size_t first = 0, last; first < pairs.size(); first = last) {
    for (last = first + 1; last < pairs.size() && pairs[last].a == pairs[first].a && pairs[last].b == pairs[first].b;)
      ++last;
    use(std::span(pairs).subspan(first, last - first));
  }
}

}  // namespace tocsin::assess
