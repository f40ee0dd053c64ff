#include "assess/link.h"

#include <fmt/format.h>
#include <libpsl.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/check.h"
#include "base/hash.h"
#include "base/ip.h"
#include "base/text.h"

namespace tocsin::assess {

// Fitted: all down to path (bench/linking_bench.cpp prints them anew); the rest are judgements.
const std::array<KindSpec, kKindCount> kKinds = {{
    {"address", 1.99, 0, 0.54, 500, 64, true},
    {"network", 0.32, 3.02, 0.85, 60, 16, false},
    {"host", 0.82, 0, -0.08, 0, 64, true},
    {"domain", 1.80, 0, -1.88, 0, 64, true},
    {"subdomain", -0.45, 0, -3.67, 0, 64, true},
    {"zone", 1.58, -0.14, -1.62, 0, 64, false},
    {"word", 0.68, 1.60, -0.34, 0, 16, false},
    {"port", 0.37, 2.97, -0.53, 0, 16, false},
    {"path", 2.03, 1.06, 1.80, 0, 16, true},
    {"hash", 3, 0.5, 0, 0, 64, true},
    {"key", 4, 0.5, 0, 0, 64, true},
    {"tool", 1, 0.5, 0, 730, 64, true},
    {"dictionary", 2, 0, 0, 365, 16, true},
    {"user-agent", 1, 0, 0, 180, 16, true},
    {"mail-template", 2, 0, 0, 180, 16, true},
    {"techniques", 0.3, 0, 0, 0, 1024, false},
    {"timing", 0.3, 0, 0, 0, 1024, false},
}};
const LinkWeights kLinkWeights = {0.37, -0.38, -0.52, 2.21, 0.25, 0.57, 1.5};

namespace {

constexpr std::size_t kWordMin = 5, kPathMin = 7, kTextMax = 255;
constexpr std::size_t kPairsMax = 24'000'000;  // 12 bytes each
constexpr double kWorld = 1000;                // rarity is never judged among fewer items
constexpr std::uint8_t kOwn = 0x80;

struct Sighting {
  std::uint64_t hash;
  std::uint32_t item, text, extra;  // extra: of a domain the host it was seen through, else the lineage
  std::int16_t day;
  std::uint8_t kind, size;
};
static_assert(sizeof(Sighting) == 24);
constexpr std::int16_t kNoDay = INT16_MIN;

struct Pair {
  std::uint32_t a, b, thing;  // thing: the first sighting of its group
};

std::uint32_t narrow(std::uint64_t hash) { return static_cast<std::uint32_t>(hash ^ hash >> 32); }

std::int16_t day_of(Time time) {
  if (!time.known()) return kNoDay;
  return static_cast<std::int16_t>(std::clamp<std::int64_t>(time.seconds / 86400, INT16_MIN + 1, INT16_MAX));
}

bool is_hash(std::string_view text) {
  return (text.size() == 32 || text.size() == 40 || text.size() == 64) &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool usual_port(std::string_view port) {
  return port.empty() || port == "80" || port == "443" || port == "8080" || port == "8443";
}

struct Parts {
  std::string_view host, port, path;
};
Parts parts_of(std::string_view text) {
  if (const std::size_t scheme = text.find("://"); scheme != std::string_view::npos && scheme < 16)
    text.remove_prefix(scheme + 3);
  Parts out;
  const std::size_t slash = text.find('/');
  out.host = text.substr(0, slash);
  if (slash != std::string_view::npos) out.path = text.substr(slash);
  if (out.host.starts_with('[')) {
    const std::size_t end = out.host.find(']');
    if (end != std::string_view::npos) {
      if (end + 1 < out.host.size() && out.host[end + 1] == ':') out.port = out.host.substr(end + 2);
      out.host = out.host.substr(1, end - 1);
    }
  } else if (const std::size_t colon = out.host.find(':'); colon != std::string_view::npos) {
    if (out.host.find(':', colon + 1) == std::string_view::npos) {
      out.port = out.host.substr(colon + 1);
      out.host = out.host.substr(0, colon);
    }
  }
  return out;
}

}  // namespace

struct Linker::State {
  const indicators::WarningLists* lists = nullptr;
  const psl_ctx_t* psl = psl_builtin();
  std::vector<Sighting> sightings;
  std::string texts;
  std::vector<std::uint32_t> sizes;  // of each item
  std::uint64_t capped = 0;
  bool sorted = false;
  std::vector<Pair> pairs;
  std::vector<std::uint32_t> near, near_at;  // items near each, ascending; near_at[i] is where those of i begin

  std::span<const std::uint32_t> near_of(std::uint32_t item) const {
    return std::span(near).subspan(near_at[item], near_at[item + 1] - near_at[item]);
  }
  void find_near();

  void see(TieKind kind, std::string_view value, std::uint32_t extra, Time time, bool own = false) {
    Sighting one{};
    value = value.substr(0, kTextMax);
    one.hash = hash64(value, static_cast<std::uint64_t>(kind) + 1);
    one.item = static_cast<std::uint32_t>(sizes.size() - 1);
    one.extra = extra;
    one.day = day_of(time);
    one.kind = static_cast<std::uint8_t>(kind) | (own ? kOwn : 0);
    one.size = static_cast<std::uint8_t>(value.size());
    // What was put last often holds it already: a domain ends its host.
    if (texts.size() >= value.size() && std::string_view(texts).substr(texts.size() - value.size()) == value) {
      one.text = static_cast<std::uint32_t>(texts.size() - value.size());
    } else {
      one.text = static_cast<std::uint32_t>(texts.size());
      texts += value;
    }
    sightings.push_back(one);
  }
  std::string_view text(const Sighting& one) const { return std::string_view(texts).substr(one.text, one.size); }

  // The part of a name that one owner has: a registered domain, or a name under a zone that gives names away.
  std::string_view owned(std::string_view host) const {
    if (lists)
      if (const std::string_view zone = lists->zone_of(host); !zone.empty()) {
        const std::size_t dot = host.rfind('.', host.size() - zone.size() - 2);
        return dot == std::string_view::npos ? host : host.substr(dot + 1);
      }
    const std::string name(host);
    const char* registered = psl_registrable_domain(psl, name.c_str());
    return registered ? host.substr(host.size() - std::string_view(registered).size()) : std::string_view();
  }

  void prepare();
};

Linker::Linker(const indicators::WarningLists* lists) : state_(std::make_unique<State>()) { state_->lists = lists; }
Linker::~Linker() = default;
Linker::Linker(Linker&&) noexcept = default;

std::uint32_t Linker::add_item() {
  state_->sizes.push_back(0);
  return static_cast<std::uint32_t>(state_->sizes.size() - 1);
}
std::size_t Linker::items() const { return state_->sizes.size(); }
double Linker::size_of(std::uint32_t item) const { return std::max(1u, state_->sizes[item]); }
std::uint64_t Linker::capped() const { return state_->capped; }

std::string Linker::demoted(std::string_view indicator) const {
  const std::string folded = fold(indicator);
  const Parts parts = parts_of(folded);
  if (const auto ip = Ip::parse(parts.host)) {
    if (ip->is_private()) return "private address";
    if (state_->lists)
      if (const auto listed = state_->lists->of(*ip); listed && listed.kind != indicators::ListKind::rented)
        return std::string(listed.list);
    return {};
  }
  if (!state_->lists) return {};
  if (is_hash(folded)) return std::string(state_->lists->of_value(folded).list);
  const auto listed = state_->lists->of(parts.host);
  return listed ? std::string(listed.list) : std::string();
}

void Linker::see_indicator(std::string_view given, Time time, bool listed) {
  State& me = *state_;
  CHECK(!me.sizes.empty() && !me.sorted);
  std::string folded = fold(given);
  me.sizes.back() += listed;
  if (is_hash(folded)) {
    if (demoted(folded).empty()) me.see(TieKind::hash, folded, narrow(hash64(folded)), time);
    return;
  }
  const Parts parts = parts_of(folded);
  if (parts.path.size() >= kPathMin) me.see(TieKind::path, parts.path, narrow(hash64(parts.path)), time);
  if (const auto ip = Ip::parse(parts.host)) {
    if (!demoted(parts.host).empty()) return;
    const std::string address = ip->text(), network = ip->network_text(ip->is_v4() ? 24 : 48);
    const std::uint32_t lineage = narrow(hash64(network));
    me.see(TieKind::address, address, lineage, time);
    me.see(TieKind::network, network, lineage, time);
    if (!usual_port(parts.port) && parts.port.size() <= 5)
      me.see(TieKind::port, parts.port, narrow(hash64(parts.port)), time);
    return;
  }
  std::string_view host = parts.host;
  while (host.ends_with('.')) host.remove_suffix(1);
  if (host.find('.') == std::string_view::npos || host.size() > kTextMax) return;
  if (me.lists && me.lists->of(host)) return;
  const std::string_view domain = me.owned(host);
  if (domain.empty()) return;
  const std::uint32_t lineage = narrow(hash64(domain));
  const bool own = host == domain || (host.starts_with("www.") && host.substr(4) == domain);
  if (!own) me.see(TieKind::host, host, lineage, time);
  me.see(TieKind::domain, domain, narrow(hash64(host)), time, own);
  const std::string_view label = domain.substr(0, domain.find('.'));
  const std::string_view words = std::string_view(host).substr(0, host.size() - domain.size() + label.size());
  for (std::size_t at = 0; at < words.size();) {
    if (words[at] < 'a' || words[at] > 'z') {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < words.size() && words[end] >= 'a' && words[end] <= 'z') ++end;
    if (end - at >= kWordMin) me.see(TieKind::word, words.substr(at, end - at), lineage, time);
    at = end;
  }
}

void Linker::see(TieKind kind, std::string_view value, Time time, std::string_view lineage) {
  CHECK(!state_->sizes.empty() && !state_->sorted);
  const std::string folded = fold(value);
  state_->see(kind, folded, narrow(hash64(lineage.empty() ? std::string_view(folded) : lineage)), time);
}

// Sorts what was seen, names the kinds of domains, and makes the pairs, rarest things first.
void Linker::State::prepare() {
  if (sorted) return;
  sorted = true;
  std::ranges::sort(sightings, [](const Sighting& a, const Sighting& b) {
    return std::tie(a.hash, a.item, a.day, a.text) < std::tie(b.hash, b.item, b.day, b.text);
  });
  struct Range {
    std::uint32_t first, last, holders;
  };
  std::vector<Range> ranges;
  std::vector<std::uint32_t> hosts;
  for (std::size_t first = 0, last; first < sightings.size(); first = last) {
    for (last = first + 1; last < sightings.size() && sightings[last].hash == sightings[first].hash;) ++last;
    std::uint32_t holders = 1;
    bool own = false;
    for (std::size_t i = first; i < last; ++i) {
      holders += i > first && sightings[i].item != sightings[i - 1].item;
      own |= (sightings[i].kind & kOwn) != 0;
    }
    auto kind = static_cast<TieKind>(sightings[first].kind & ~kOwn);
    if (kind == TieKind::domain && !own) {
      hosts.clear();
      for (std::size_t i = first; i < last; ++i) hosts.push_back(sightings[i].extra);
      std::ranges::sort(hosts);
      const auto distinct = static_cast<std::size_t>(std::ranges::unique(hosts).begin() - hosts.begin());
      kind = holders >= 3 && distinct >= holders ? TieKind::zone : TieKind::subdomain;
    }
    for (std::size_t i = first; i < last; ++i) {
      sightings[i].kind = static_cast<std::uint8_t>(kind);
      if (kind == TieKind::domain || kind == TieKind::subdomain || kind == TieKind::zone)
        sightings[i].extra = narrow(hash64(text(sightings[i])));
    }
    if (holders < 2) continue;
    if (holders > spec(kind).degree_max) {
      capped += std::uint64_t{holders} * (holders - 1) / 2;
      continue;
    }
    ranges.push_back({static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(last), holders});
  }
  std::ranges::stable_sort(ranges, {}, &Range::holders);
  std::vector<std::uint32_t> items;
  for (const Range& range : ranges) {
    const std::uint64_t more = std::uint64_t{range.holders} * (range.holders - 1) / 2;
    if (pairs.size() + more > kPairsMax) {
      capped += more;
      continue;
    }
    items.clear();
    for (std::uint32_t i = range.first; i < range.last; ++i)
      if (items.empty() || items.back() != sightings[i].item) items.push_back(sightings[i].item);
    for (std::size_t i = 0; i < items.size(); ++i)
      for (std::size_t j = i + 1; j < items.size(); ++j) pairs.push_back({items[i], items[j], range.first});
  }
  std::ranges::sort(
      pairs, [](const Pair& a, const Pair& b) { return std::tie(a.a, a.b, a.thing) < std::tie(b.a, b.b, b.thing); });
  find_near();
}

// Items that share an address or a domain somebody used.
void Linker::State::find_near() {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> edges;
  for (const Pair& pair : pairs) {
    const auto kind = static_cast<TieKind>(sightings[pair.thing].kind);
    if (kind != TieKind::address && kind != TieKind::domain && kind != TieKind::subdomain && kind != TieKind::hash)
      continue;
    edges.emplace_back(pair.a, pair.b);
    edges.emplace_back(pair.b, pair.a);
  }
  std::ranges::sort(edges);
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  near_at.assign(sizes.size() + 1, 0);
  for (const auto& [from, to] : edges) ++near_at[from + 1];
  for (std::size_t i = 1; i < near_at.size(); ++i) near_at[i] += near_at[i - 1];
  near.clear();
  for (const auto& [from, to] : edges) near.push_back(to);
}

namespace {

// Walks the pairs; `use(pairs of one couple)`.
template <class Use>
void couples(const std::vector<Pair>& pairs, Use use) {
  for (std::size_t first = 0, last; first < pairs.size(); first = last) {
    for (last = first + 1; last < pairs.size() && pairs[last].a == pairs[first].a && pairs[last].b == pairs[first].b;)
      ++last;
    use(std::span(pairs).subspan(first, last - first));
  }
}

struct Measured {
  TieKind kind;
  double rarity, age;
  std::uint32_t holders, thing, lineage;
};

// What a couple shares, each thing with its rarity and the days between its nearest sightings.
void measure(const std::vector<Sighting>& sightings, std::size_t items, std::span<const Pair> couple,
             std::vector<Measured>& out) {
  out.clear();
  const double world = std::max(kWorld, static_cast<double>(items));
  std::vector<std::int16_t> a, b;
  for (const Pair& pair : couple) {
    const Sighting& first = sightings[pair.thing];
    std::uint32_t holders = 0;
    std::int32_t nearest = INT32_MAX;
    std::size_t i = pair.thing;
    a.clear();
    b.clear();
    for (; i < sightings.size() && sightings[i].hash == first.hash; ++i) {
      holders += i == pair.thing || sightings[i].item != sightings[i - 1].item;
      if (sightings[i].item == pair.a) a.push_back(sightings[i].day);
      if (sightings[i].item == pair.b) b.push_back(sightings[i].day);
    }
    for (const std::int16_t x : a)
      for (const std::int16_t y : b)
        if (x != kNoDay && y != kNoDay) nearest = std::min(nearest, std::abs(x - y));
    out.push_back({static_cast<TieKind>(first.kind), std::log(world / holders) / std::log(world / 2),
                   nearest == INT32_MAX ? 0.0 : nearest, holders, pair.thing, first.extra});
  }
}

bool of_domain(TieKind kind) { return kind == TieKind::domain || kind == TieKind::subdomain || kind == TieKind::zone; }

double aged(const Measured& one) {
  const double half = spec(one.kind).half_life_days;
  return half == 0 ? 1 : std::exp2(-one.age / half);
}

PairFeatures features_of(std::span<const Measured> shared) {
  PairFeatures out;
  std::array<std::uint32_t, kKindCount> counts{};
  for (const Measured& one : shared) {
    const auto kind = static_cast<std::size_t>(one.kind);
    // One lineage: the full name says what its domain would.
    if (of_domain(one.kind) && std::ranges::any_of(shared, [&](const Measured& other) {
          return other.kind == TieKind::host && other.lineage == one.lineage;
        }))
      continue;
    out.first[kind] = std::max(out.first[kind], static_cast<float>(aged(one)));
    out.held[kind] = std::max(out.held[kind], static_cast<float>(std::log(one.holders / 2.0)));
    ++counts[kind];
  }
  for (std::size_t kind = 0; kind < kKindCount; ++kind)
    if (counts[kind] > 0) out.further[kind] = static_cast<float>(std::log(counts[kind]));
  return out;
}

void add_near(std::span<const std::uint32_t> a, std::span<const std::uint32_t> b, PairFeatures& out) {
  std::size_t both = 0;
  for (auto i = a.begin(), j = b.begin(); i != a.end() && j != b.end();) {
    both += *i == *j;
    const std::uint32_t x = *i, y = *j;
    if (x <= y) ++i;
    if (y <= x) ++j;
  }
  out.common = std::log1p(static_cast<float>(both));
  out.crowd = std::log1p(static_cast<float>(a.size())) + std::log1p(static_cast<float>(b.size()));
}

}  // namespace

double Linker::weigh(const PairFeatures& features, double size_a, double size_b, const LinkWeights& weights) {
  double sum = weights.bias + weights.smaller * std::log(std::min(size_a, size_b)) +
               weights.larger * std::log(std::max(size_a, size_b)) +
               weights.common * static_cast<double>(features.common) +
               weights.crowd * static_cast<double>(features.crowd);
  for (std::size_t kind = 0; kind < kKindCount; ++kind)
    sum += kKinds[kind].first * static_cast<double>(features.first[kind]) +
           kKinds[kind].further * static_cast<double>(features.further[kind]) +
           kKinds[kind].held * static_cast<double>(features.held[kind]);
  return sum;
}

void Linker::each_pair(const std::function<void(std::uint32_t, std::uint32_t, const PairFeatures&)>& use) {
  state_->prepare();
  std::vector<Measured> shared;
  couples(state_->pairs, [&](std::span<const Pair> couple) {
    measure(state_->sightings, state_->sizes.size(), couple, shared);
    PairFeatures features = features_of(shared);
    add_near(state_->near_of(couple[0].a), state_->near_of(couple[0].b), features);
    use(couple[0].a, couple[0].b, features);
  });
}

std::vector<ItemLink> Linker::links(double at_least, const LinkWeights& weights) {
  State& me = *state_;
  me.prepare();
  std::vector<ItemLink> out;
  std::vector<Measured> shared;
  couples(me.pairs, [&](std::span<const Pair> couple) {
    measure(me.sightings, me.sizes.size(), couple, shared);
    PairFeatures features = features_of(shared);
    add_near(me.near_of(couple[0].a), me.near_of(couple[0].b), features);
    const double weight = weigh(features, size_of(couple[0].a), size_of(couple[0].b), weights);
    if (weight < at_least) return;
    ItemLink& link = out.emplace_back();
    link.a = couple[0].a;
    link.b = couple[0].b;
    link.weight = weight;
    std::vector<std::uint32_t> lineages;
    for (const Measured& one : shared)
      if (spec(one.kind).side) lineages.push_back(one.lineage);
    std::ranges::sort(lineages);
    link.sides = static_cast<std::uint32_t>(std::ranges::unique(lineages).begin() - lineages.begin());
    std::ranges::stable_sort(shared, std::greater(),
                             [](const Measured& one) { return spec(one.kind).first * aged(one); });
    if (shared.size() > ItemLink::kSharedMax) shared.resize(ItemLink::kSharedMax);
    for (const Measured& one : shared)
      link.shared.push_back({one.kind, std::string(me.text(me.sightings[one.thing])),
                             fmt::format("{:08x}", one.lineage), one.rarity, one.age, one.holders});
  });
  return out;
}

}  // namespace tocsin::assess
