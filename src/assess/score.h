// Ranking actors by the techniques and software that were seen, and how sure the first of them is.
//
// Eight readings of "how well does this actor explain what was seen", each plain enough to be shown, are weighted into
// one score. The likelihood of the first is a logistic curve over its lead, the share of the observations that it
// explains, and how near one single report of it comes. It was fitted with as many cases whose actor is unknown
// as cases whose actor is known: `./dev bench attribution` repeats the fit and says how well it holds.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "assess/knowledge.h"

namespace tocsin::assess {

inline constexpr std::array kFeatureNames = {"techniques",    "software",     "size",           "nearest report",
                                             "second report", "third report", "profile cosine", "explained"};
inline constexpr std::size_t kFeatures = kFeatureNames.size();
using Features = std::array<double, kFeatures>;

struct Weights {
  Features score;
  std::array<double, 4> likelihood;  // 1, lead, explained, nearest report
  double named_at;                   // somebody is named from this likelihood on: a quarter of the known cases
};
extern const Weights kWeights;  // fitted on ATT&CK 18.1

struct Ranked {
  std::uint32_t actor = 0;
  double score = 0;
  Features features{};
  std::vector<std::uint32_t> hits;  // the traits seen that are known of this actor, rarest first
  double explained() const { return features[7]; }
  double nearest() const { return features[3]; }
};

class TraitModel {
 public:
  // What to leave out, for measuring: a report of one actor, a whole actor, or all reports from a day on.
  struct Without {
    std::optional<std::uint32_t> actor;
    std::optional<std::uint32_t> report_of;
    std::string report;
    int from_date = 0;
  };
  explicit TraitModel(const Knowledge& knowledge) : TraitModel(knowledge, Without{}) {}
  TraitModel(const Knowledge& knowledge, const Without& without);

  // All actors, best first. `seen` are numbers of traits, ascending, each once.
  std::vector<Ranked> rank(std::span<const std::uint32_t> seen, const Weights& weights = kWeights) const;
  // The share of actors that a trait is known of is its rarity: 1 for a trait of one actor, towards 0 for all.
  double rarity(std::uint32_t trait) const;
  std::uint32_t holders(std::uint32_t trait) const { return holders_[trait]; }
  std::size_t actors() const { return counted_; }

 private:
  struct Held {
    std::uint32_t trait, count;
  };
  struct Profile {
    std::uint32_t actor = 0;
    std::vector<Held> held;                                 // by trait
    std::vector<std::pair<const Report*, double>> reports;  // of three and more traits, with their norm
    double mass = 0, norm = 0;
  };
  const Knowledge& knowledge_;
  std::vector<Profile> profiles_;
  std::vector<std::uint32_t> holders_;
  std::vector<double> mass_, weight_;  // by trait: Σ√count over actors; inverse frequency
  double total_mass_ = 0;
  std::size_t counted_ = 0;
};

// How likely it is that the first of the ranked is right; 0 when nothing was seen. The curve was fitted on five and
// more techniques; what rests on fewer than five traits (`seen`) is scaled down.
double likelihood(std::span<const Ranked> ranked, std::size_t seen, const Weights& weights = kWeights);

// What a forger would have to get past.
struct Robustness {
  bool survives = false;               // the first stays first without its three rarest hits
  double elsewhere = 0;                // the likelihood of somebody else, judged by what the first doesn't explain
  std::optional<std::uint32_t> other;  // that somebody
  bool stands() const { return survives && elsewhere < kElsewhereMax; }
  static constexpr double kElsewhereMax = 0.1;
};
Robustness robustness(const TraitModel& model, std::span<const std::uint32_t> seen, std::span<const Ranked> ranked,
                      const Weights& weights = kWeights);

}  // namespace tocsin::assess
