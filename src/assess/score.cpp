// With c reports that tie a trait to an actor, √c is its strength: a trait told ten times is not ten times as telling,
// because reports echo each other. A hit is worth ln(1 + √c / (600 π)), π being the trait's share of all strength: the
// log-likelihood ratio against the background, smoothed so that a small actor isn't preferred for being small. Each
// hit is capped, so that no single tool decides. Much-written-about actors hold nearly everything, hence `size`.
#include "assess/score.h"

#include <algorithm>
#include <cmath>

namespace tocsin::assess {
namespace {

constexpr double kSmoothing = 600, kHitMax = 0.7, kSeenFitted = 5;
constexpr std::size_t kReportTraitsMin = 3, kRestMin = 3, kLinchpins = 3;

double square(double x) { return x * x; }

}  // namespace

TraitModel::TraitModel(const Knowledge& knowledge, const Without& without) : knowledge_(knowledge) {
  const std::size_t traits = knowledge.traits().size();
  holders_.assign(traits, 0);
  mass_.assign(traits, 0);
  weight_.assign(traits, 0);
  std::vector<std::uint32_t> count(traits);
  const auto counts = [&](std::uint32_t actor, const Report& report) {
    return !(without.report_of == actor && report.key == without.report) &&
           !(without.from_date > 0 && report.date >= without.from_date);
  };
  for (std::uint32_t actor = 0; actor < knowledge.actors().size(); ++actor) {
    if (without.actor == actor) continue;
    Profile profile;
    profile.actor = actor;
    std::ranges::fill(count, 0);
    for (const Report& report : knowledge.actors()[actor].reports) {
      if (!counts(actor, report)) continue;
      for (const std::uint32_t trait : report.traits) ++count[trait];
      if (report.traits.size() >= kReportTraitsMin) profile.reports.emplace_back(&report, 0.0);
    }
    for (std::uint32_t trait = 0; trait < traits; ++trait) {
      if (count[trait] == 0) continue;
      profile.held.push_back({trait, count[trait]});
      const double strength = std::sqrt(count[trait]);
      profile.mass += strength;
      mass_[trait] += strength;
      ++holders_[trait];
    }
    total_mass_ += profile.mass;
    profiles_.push_back(std::move(profile));
  }
  counted_ = profiles_.size();
  for (std::size_t trait = 0; trait < traits; ++trait)
    weight_[trait] = std::log((static_cast<double>(counted_) + 1) / (holders_[trait] + 1.0)) + 1;
  for (Profile& profile : profiles_) {
    for (const Held& held : profile.held) profile.norm += square(weight_[held.trait]);
    profile.norm = std::sqrt(profile.norm);
    for (auto& [report, norm] : profile.reports) {
      for (const std::uint32_t trait : report->traits) norm += square(weight_[trait]);
      norm = std::sqrt(norm);
    }
  }
}

double TraitModel::rarity(std::uint32_t trait) const {
  const double all = std::log(static_cast<double>(counted_) + 1);
  return all > 0 ? std::clamp((weight_[trait] - 1) / all, 0.0, 1.0) : 0.0;
}

std::vector<Ranked> TraitModel::rank(std::span<const std::uint32_t> seen, const Weights& weights) const {
  std::vector<Ranked> out;
  if (seen.empty() || total_mass_ == 0) return out;
  double norm = 0, total = 0;
  for (const std::uint32_t trait : seen) {
    norm += square(weight_[trait]);
    total += weight_[trait];
  }
  norm = std::sqrt(norm);
  std::vector<bool> is_seen(knowledge_.traits().size());
  for (const std::uint32_t trait : seen) is_seen[trait] = true;
  for (const Profile& profile : profiles_) {
    Ranked& one = out.emplace_back();
    one.actor = profile.actor;
    Features& f = one.features;
    for (const Held& held : profile.held) {
      if (!is_seen[held.trait]) continue;
      const double background = (mass_[held.trait] + 0.5) / total_mass_;
      const double worth = std::min(kHitMax, std::log(1 + std::sqrt(held.count) / (kSmoothing * background)));
      f[knowledge_.traits()[held.trait].software ? 1 : 0] += worth;
      f[6] += square(weight_[held.trait]);
      f[7] += weight_[held.trait];
      one.hits.push_back(held.trait);
    }
    f[2] = -static_cast<double>(seen.size()) * std::log(1 + profile.mass / kSmoothing);
    for (const auto& [report, report_norm] : profile.reports) {
      double shared = 0;
      for (const std::uint32_t trait : report->traits)
        if (is_seen[trait]) shared += square(weight_[trait]);
      double cosine = shared / (report_norm * norm);
      for (const std::size_t place : {3, 4, 5})
        if (cosine > f[place]) std::swap(cosine, f[place]);
    }
    f[6] = profile.norm > 0 ? f[6] / (profile.norm * norm) : 0;
    f[7] /= total;
    for (std::size_t i = 0; i < kFeatures; ++i) one.score += weights.score[i] * f[i];
    std::ranges::sort(one.hits, {}, [&](std::uint32_t trait) { return std::pair(holders_[trait], trait); });
  }
  std::ranges::sort(
      out, [](const Ranked& a, const Ranked& b) { return a.score != b.score ? a.score > b.score : a.actor < b.actor; });
  return out;
}

double likelihood(std::span<const Ranked> ranked, std::size_t seen, const Weights& weights) {
  if (ranked.empty() || ranked[0].hits.empty()) return 0;
  const double lead = ranked.size() > 1 ? ranked[0].score - ranked[1].score : 0;
  const auto& w = weights.likelihood;
  const double enough = std::min(1.0, square(static_cast<double>(seen) / kSeenFitted));
  return enough / (1 + std::exp(-(w[0] + w[1] * lead + w[2] * ranked[0].explained() + w[3] * ranked[0].nearest())));
}

Robustness robustness(const TraitModel& model, std::span<const std::uint32_t> seen, std::span<const Ranked> ranked,
                      const Weights& weights) {
  Robustness out;
  if (ranked.empty()) return out;
  const Ranked& first = ranked[0];
  const auto without = [&](std::span<const std::uint32_t> lost) {
    std::vector<std::uint32_t> rest;
    for (const std::uint32_t trait : seen)
      if (std::ranges::find(lost, trait) == lost.end()) rest.push_back(trait);
    return rest;
  };
  const std::span hits(first.hits);
  const auto fewer = model.rank(without(hits.first(std::min(kLinchpins, hits.size()))), weights);
  out.survives = !fewer.empty() && fewer[0].actor == first.actor && !fewer[0].hits.empty();
  const auto rest = without(hits);
  if (rest.size() < kRestMin) return out;
  const auto others = model.rank(rest, weights);
  if (others.empty() || others[0].actor == first.actor) return out;
  out.elsewhere = likelihood(others, rest.size(), weights);
  out.other = others[0].actor;
  return out;
}

}  // namespace tocsin::assess
