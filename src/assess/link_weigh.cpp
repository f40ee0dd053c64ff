// What a couple of items shares, as features; their weights; links.
#include <fmt/format.h>

#include <cmath>

#include "assess/link.h"
#include "assess/link_state.h"

namespace tocsin::assess {

// Fitted: all down to hash (bench/linking_bench.cpp prints them anew); the rest are judgements.
const std::array<KindSpec, kKindCount> kKinds = {{
    {"address", 2.57, 0.42, 0, 0, 0, 500, 32, true},
    {"network", 0, 1.64, 0, -0.25, 1.12, 90, 48, false},
    {"host", 1.86, 0.50, -1.65, -1.18, 0, 1000, 64, true},
    {"domain", 2.12, 0.05, 0, -0.40, 1.27, 1000, 64, true},
    {"subdomain", 0, 0, -1.95, -0.28, 0, 0, 64, true},
    {"zone", 0.79, 0, -1.54, 0, 0, 1000, 64, false},
    {"label", 1.49, 0.93, -0.23, -0.66, 2.17, 730, 64, false},
    {"word", 1.43, 0.76, -0.13, 0, 0.49, 365, 48, false},
    {"port", 1.82, 1.19, 0, 0, 0, 0, 48, false},
    {"path", 1.72, 1.12, 0, 0, 0, 0, 32, true},
    {"hash", 0.64, 0.01, -0.37, -0.04, 0, 0, 64, true},
    {"key", 4, 0.5, 0, 0, 0, 0, 64, true},
    {"tool", 0.6, 0.5, 0, 0, 0, 730, 64, true},
    {"dictionary", 2, 0, 0, 0, 0, 365, 16, true},
    {"user-agent", 1, 0, 0, 0, 0, 180, 16, true},
    {"mail-template", 2, 0, 0, 0, 0, 180, 16, true},
    {"techniques", 0.3, 0, 0, 0, 0, 0, 1024, false},
    {"timing", 0.3, 0, 0, 0, 0, 0, 1024, false},
}};
// first_choice was chosen by folds (0.5 to 0.7 do alike); link_at lies a little above where .98 of these links are
// right.
const LinkWeights kLinkWeights = {-0.15, -0.45, -0.17, 1.39, 0.6, 1.34, 2.5};

namespace {

constexpr double kWorld = 1000;   // rarity is never judged among fewer items
constexpr double kLongWord = 20;  // letters from which on a word or label tells no more
constexpr double kOld = 0.5;      // aged below this share: said so

struct Measured {
  TieKind kind;
  double rarity, age;
  std::uint32_t holders, thing, lineage;
  bool told = false;  // something else that is shared says it already
};

double aged(const Measured& one) {
  const double half = spec(one.kind).half_life_days;
  return half == 0 ? 1 : std::exp2(-one.age / half);
}

class Couple {
 public:
  explicit Couple(const Linker::State& state)
      : me_(state), world_(std::max(kWorld, static_cast<double>(state.sizes.size()))) {}

  // False when they share nothing but words and ports.
  bool read(std::span<const SharedPair> pairs) {
    a_ = pairs[0].a;
    b_ = pairs[0].b;
    shared_.clear();
    if (std::ranges::all_of(pairs, [&](const SharedPair& one) { return weak(kind_of(me_.sightings[one.thing])); }))
      return false;
    for (const SharedPair& pair : pairs) measure(pair);
    for (Measured& one : shared_) one.told = told(one);
    return true;
  }

  PairFeatures features() const {
    PairFeatures out;
    std::array<std::uint32_t, kKindCount> counts{};
    std::array<std::uint32_t, Linker::State::kCounted> covered{};
    for (const Measured& one : shared_) {
      const auto kind = static_cast<std::size_t>(one.kind);
      if (one.kind == TieKind::network) ++covered[Linker::State::kNetworks];
      if (of_domain(kind_of(me_.sightings[one.thing]))) ++covered[Linker::State::kDomains];
      if (one.kind == TieKind::label) ++covered[Linker::State::kLabels];
      if (one.kind == TieKind::word) ++covered[Linker::State::kWords];
      if (one.told) continue;
      out.first[kind] = std::max(out.first[kind], static_cast<float>(aged(one) * size(one)));
      out.held[kind] = std::max(out.held[kind], static_cast<float>(std::log(one.holders / 2.0)));
      out.strangers[kind] = std::max(out.strangers[kind], static_cast<float>(strangers(one)));
      ++counts[kind];
    }
    for (std::size_t kind = 0; kind < kKindCount; ++kind)
      if (counts[kind] > 0) out.further[kind] = static_cast<float>(std::log(counts[kind]));
    const auto cover = [&](TieKind kind, Linker::State::Counted counted) {
      const std::uint32_t of = std::max(me_.counts[a_][counted], me_.counts[b_][counted]);
      if (covered[counted] > 0 && of > 0)
        out.cover[static_cast<std::size_t>(kind)] = static_cast<float>(covered[counted]) / static_cast<float>(of);
    };
    cover(TieKind::network, Linker::State::kNetworks);
    cover(TieKind::domain, Linker::State::kDomains);
    cover(TieKind::label, Linker::State::kLabels);
    cover(TieKind::word, Linker::State::kWords);
    const auto near_a = me_.near_of(a_), near_b = me_.near_of(b_);
    std::size_t both = 0;
    for (auto i = near_a.begin(), j = near_b.begin(); i != near_a.end() && j != near_b.end();) {
      const std::uint32_t x = i->item, y = j->item;
      both += x == y && (i->lineage != j->lineage || i->lineage == 0);
      if (x <= y) ++i;
      if (y <= x) ++j;
    }
    out.common = std::log1p(static_cast<float>(both));
    return out;
  }

  // What they share, weightiest first, with why it weighs little.
  void tell(ItemLink& link) {
    std::vector<std::uint32_t> lineages;
    for (const Measured& one : shared_)
      if (spec(one.kind).side) lineages.push_back(one.lineage);
    std::ranges::sort(lineages);
    link.sides = static_cast<std::uint32_t>(std::ranges::unique(lineages).begin() - lineages.begin());
    std::ranges::stable_sort(shared_, std::greater(), [&](const Measured& one) { return weight(one); });
    for (const Measured& one : shared_) {
      if (link.shared.size() == ItemLink::kSharedMax) break;
      link.shared.push_back({one.kind, std::string(me_.text(me_.sightings[one.thing])),
                             fmt::format("{:08x}", one.lineage), one.rarity, one.age, one.holders, weight(one), false,
                             note(one)});
    }
    for (const auto& [value, why] : me_.demoted[a_]) {
      if (link.shared.size() == ItemLink::kSharedMax) break;
      if (me_.demoted[b_].contains(value)) link.shared.push_back({why.kind, value, {}, 0, 0, 0, 0, true, why.note});
    }
  }

 private:
  void measure(const SharedPair& pair) {
    const Sighting& first = me_.sightings[pair.thing];
    std::uint32_t holders = 0;
    std::int32_t nearest = INT32_MAX;
    std::uint32_t side = me_.lineage(first);
    bool own_a = false, own_b = false;
    hosts_.clear();
    days_a_.clear();
    days_b_.clear();
    for (std::size_t i = pair.thing; i < me_.sightings.size() && me_.sightings[i].hash == first.hash; ++i) {
      const Sighting& one = me_.sightings[i];
      holders += i == pair.thing || one.item != me_.sightings[i - 1].item;
      const bool own = (one.kind & kOwnName) != 0;
      if (one.item == pair.a) days_a_.push_back(one.day), own_a |= own, hosts_.push_back(one.extra);
      if (one.item == pair.b) {
        days_b_.push_back(one.day), own_b |= own;
        // A path on a host that both know too is one side with it: one URL is one thing.
        if (kind_of(first) == TieKind::path && std::ranges::find(hosts_, one.extra) != hosts_.end()) side = one.extra;
      }
    }
    for (const std::int16_t x : days_a_)
      for (const std::int16_t y : days_b_)
        if (x != kNoDay && y != kNoDay) nearest = std::min(nearest, std::abs(x - y));
    const TieKind kind = own_a && own_b ? TieKind::host : kind_of(first);
    shared_.push_back({kind, std::log(world_ / holders) / std::log(world_ / 2), nearest == INT32_MAX ? 0.0 : nearest,
                       holders, pair.thing, side});
  }

  bool told(const Measured& one) const {
    const std::string_view mine = me_.text(me_.sightings[one.thing]);
    return std::ranges::any_of(shared_, [&](const Measured& other) {
      if (other.thing == one.thing) return false;
      const std::string_view its = me_.text(me_.sightings[other.thing]);
      if (of_domain(one.kind)) return other.kind == TieKind::host && other.lineage == one.lineage;
      if (one.kind == TieKind::network) return other.kind == TieKind::address && other.lineage == one.lineage;
      if (one.kind == TieKind::label)
        return of_domain(kind_of(me_.sightings[other.thing])) && its.substr(0, its.find('.')) == mine;
      if (one.kind == TieKind::word)
        return (other.kind == TieKind::host || other.kind == TieKind::label || of_domain(other.kind)) &&
               its.find(mine) != std::string_view::npos;
      return false;
    });
  }

  bool befriended(const Measured& one) const {
    return std::ranges::any_of(
        shared_, [&](const Measured& other) { return !weak(other.kind) && other.lineage != one.lineage; });
  }

  // What a hosting company's customers share is all they share; the pair itself doesn't count.
  double strangers(const Measured& one) const {
    if (weak(one.kind) || one.holders < 3) return 0;
    const Linker::State::Company& all = me_.company_of(one.thing);
    const double pairs = all.pairs - 1, friends = all.befriended - (befriended(one) ? 1 : 0);
    return std::max(0.0, 1 - (friends + 0.5) / (pairs + 1));
  }

  // A longer word is a rarer choice.
  double size(const Measured& one) const {
    if (one.kind != TieKind::label && one.kind != TieKind::word) return 1;
    return std::min(kLongWord, static_cast<double>(me_.sightings[one.thing].size)) / kLongWord;
  }

  double weight(const Measured& one) const {
    if (one.told) return 0;
    return std::max(0.0,
                    spec(one.kind).first * aged(one) * size(one) + spec(one.kind).held * std::log(one.holders / 2.0));
  }

  std::string note(const Measured& one) const {
    if (one.told) return "counted with what it belongs to";
    if (aged(one) < kOld) return fmt::format("{:.0f} days between the sightings", one.age);
    if (one.kind == TieKind::zone) return "many have names under it";
    if (one.holders > 2 && weight(one) < kOld * spec(one.kind).first * size(one))
      return fmt::format("held by {} others", one.holders - 2);
    return {};
  }

  const Linker::State& me_;
  double world_;
  std::uint32_t a_ = 0, b_ = 0;
  std::vector<Measured> shared_;
  std::vector<std::int16_t> days_a_, days_b_;
  std::vector<std::uint32_t> hosts_;
};

}  // namespace

double Linker::weigh(const PairFeatures& features, double size_a, double size_b, const LinkWeights& weights) {
  double sum = weights.bias + weights.smaller * std::log(std::min(size_a, size_b)) +
               weights.larger * std::log(std::max(size_a, size_b)) +
               weights.common * static_cast<double>(features.common);
  for (std::size_t kind = 0; kind < kKindCount; ++kind)
    sum += kKinds[kind].first * static_cast<double>(features.first[kind]) +
           kKinds[kind].further * static_cast<double>(features.further[kind]) +
           kKinds[kind].held * static_cast<double>(features.held[kind]) +
           kKinds[kind].strangers * static_cast<double>(features.strangers[kind]) +
           kKinds[kind].cover * static_cast<double>(features.cover[kind]);
  return sum;
}

void Linker::each_pair(const std::function<void(std::uint32_t, std::uint32_t, const PairFeatures&)>& use) {
  state_->prepare();
  Couple couple(*state_);
  couples(state_->pairs, [&](std::span<const SharedPair> pairs) {
    if (couple.read(pairs)) use(pairs[0].a, pairs[0].b, couple.features());
  });
}

std::vector<ItemLink> Linker::links(double at_least, const LinkWeights& weights) {
  state_->prepare();
  // Twice: what each item's weightiest pair is shows only when all are weighed.
  std::vector<float> all, most(items(), -1e9f);
  Couple couple(*state_);
  couples(state_->pairs, [&](std::span<const SharedPair> pairs) {
    const std::uint32_t a = pairs[0].a, b = pairs[0].b;
    all.push_back(-1e9f);
    if (!couple.read(pairs)) return;
    all.back() = static_cast<float>(weigh(couple.features(), size_of(a), size_of(b), weights));
    most[a] = std::max(most[a], all.back());
    most[b] = std::max(most[b], all.back());
  });
  std::vector<ItemLink> out;
  std::size_t number = 0;
  couples(state_->pairs, [&](std::span<const SharedPair> pairs) {
    const std::uint32_t a = pairs[0].a, b = pairs[0].b;
    const float base = all[number++];
    const double weight = static_cast<double>(base) + weights.first_choice * ((base >= most[a]) + (base >= most[b]));
    if (weight < at_least || !couple.read(pairs)) return;
    ItemLink& link = out.emplace_back();
    link.a = a;
    link.b = b;
    link.weight = weight;
    couple.tell(link);
  });
  return out;
}

}  // namespace tocsin::assess
