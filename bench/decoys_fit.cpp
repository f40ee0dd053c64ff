#include "bench/decoys_fit.h"

#include <algorithm>
#include <cmath>

namespace tocsin::bench {
namespace {

using decoys::Features;
using decoys::kFeatures;

constexpr int kTurns = 12, kSteps = 25;
constexpr double kRidge = 12;  // pull towards kPrior, of each weight but the bias
constexpr double kDistinct = 1.8, kOwners = .5;

// What is thought of a feature before any data: where the data have few of it, it stays near.
const Weights kPrior = [] {
  using F = decoys::Feature;
  Weights w{};
  const std::pair<F, double> table[] = {{F::gain, 1.5},
                                        {F::brief, -1},
                                        {F::four, -.5},
                                        {F::word, -1},
                                        {F::edit, -1.5},
                                        {F::stranger, -1.5},
                                        {F::edit_five, -1.4},
                                        {F::edit_long, 1.2},
                                        {F::edit_word, -2},
                                        {F::two_edits, -1},
                                        {F::idn, 2},
                                        {F::whole, -.5},
                                        {F::whole_edit, 1},
                                        {F::stub, -1},
                                        {F::plural, .7},
                                        {F::dash, 1},
                                        {F::glued_left, -1},
                                        {F::glued_right, -.7},
                                        {F::inside, -1.5},
                                        {F::lure, 1.5},
                                        {F::glued_word, -.3},
                                        {F::clean, .7},
                                        {F::technical, 1},
                                        {F::institution, .7},
                                        {F::ordinary, -1.3},
                                        {F::unknown, -.7},
                                        {F::country, 3},
                                        {F::unknown_glued, -1},
                                        {F::closed, -4},
                                        {F::government, 1.2},
                                        {F::full_below, 4.5},
                                        {F::full, 2},
                                        {F::partial, 1.5},
                                        {F::twin, 2},
                                        {F::same_rare, 1},
                                        {F::same_country, .7},
                                        {F::risky, .7},
                                        {F::hosting, .7},
                                        {F::below, -3.5},
                                        {F::below_deep, -1},
                                        {F::below_whole, .5},
                                        {F::below_lure, 1.5},
                                        {F::below_plain, -.7},
                                        {F::carrier, -4},
                                        {F::host_lure, .5},
                                        {F::masked, 2.5},
                                        {F::generic_elsewhere, -1.5},
                                        {F::whole_government, 1},
                                        {F::abroad, -2},
                                        {F::whole_word, -1.5},
                                        {F::distinct, 1},
                                        {F::word_glued, -.5},
                                        {F::word_mixed, -.7},
                                        {F::word_soft, -.7},
                                        {F::generic_glued, -1},
                                        {F::word_plain, -2},
                                        {F::edit_lure, .7},
                                        {F::edit_suffix, .7},
                                        {F::second, 1},
                                        {F::undashed, .5}};
  for (const auto& [feature, value] : table) w[static_cast<std::size_t>(feature)] = value;
  return w;
}();

struct Point {
  const Features* features;
  bool decoy;
  double weight;
};

// Solves a x = b, a symmetric and positive: Cholesky.
Weights solved(std::array<Weights, kFeatures>& a, const Weights& b) {
  for (std::size_t i = 0; i < kFeatures; ++i)
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = a[i][j];
      for (std::size_t k = 0; k < j; ++k) sum -= a[i][k] * a[j][k];
      a[i][j] = i == j ? std::sqrt(std::max(sum, 1e-9)) : sum / a[j][j];
    }
  Weights x = b;
  for (std::size_t i = 0; i < kFeatures; ++i) {
    for (std::size_t k = 0; k < i; ++k) x[i] -= a[i][k] * x[k];
    x[i] /= a[i][i];
  }
  for (std::size_t i = kFeatures; i-- > 0;) {
    for (std::size_t k = i + 1; k < kFeatures; ++k) x[i] -= a[k][i] * x[k];
    x[i] /= a[i][i];
  }
  return x;
}

double loss_of(const Weights& w, std::span<const Point> points) {
  double loss = 0;
  for (std::size_t i = 1; i < kFeatures; ++i) loss += kRidge * (w[i] - kPrior[i]) * (w[i] - kPrior[i]) / 2;
  for (const Point& point : points) {
    const double z = dot(w, *point.features) * (point.decoy ? 1 : -1);
    loss += point.weight * (z > 0 ? std::log1p(std::exp(-z)) : -z + std::log1p(std::exp(z)));
  }
  return loss;
}

Weights newton(Weights w, std::span<const Point> points) {
  double loss = loss_of(w, points);
  for (int step = 0; step < kSteps; ++step) {
    std::array<Weights, kFeatures> hessian{};
    Weights gradient{};
    for (std::size_t i = 0; i < kFeatures; ++i) {
      hessian[i][i] = i == 0 ? 1e-6 : kRidge;
      gradient[i] = i == 0 ? 0 : kRidge * (w[i] - kPrior[i]);
    }
    for (const Point& point : points) {
      const double p = decoys::logistic(dot(w, *point.features));
      const double slope = point.weight * (p - point.decoy), curve = point.weight * p * (1 - p);
      const auto& x = point.features->values();
      for (std::size_t i = 0; i < kFeatures; ++i) {
        if (x[i] == 0) continue;
        gradient[i] += slope * x[i];
        for (std::size_t j = 0; j <= i; ++j) hessian[i][j] += curve * x[i] * x[j];
      }
    }
    const Weights move = solved(hessian, gradient);
    double size = 1, next_loss = loss;
    Weights next = w;
    for (; size > 1e-3; size /= 2) {
      for (std::size_t i = 0; i < kFeatures; ++i) next[i] = w[i] - size * move[i];
      next_loss = loss_of(next, points);
      if (next_loss <= loss) break;
    }
    if (size <= 1e-3 || loss - next_loss < 1e-6) break;
    w = next;
    loss = next_loss;
  }
  return w;
}

}  // namespace

double dot(const Weights& weights, const Features& features) {
  double sum = 0;
  for (std::size_t i = 0; i < kFeatures; ++i) sum += weights[i] * features.values()[i];
  return sum;
}

double best_of(const Example& example, const Weights& weights) {
  double best = -1e9;
  for (const PlaceOf& place : example.places) best = std::max(best, dot(weights, place.features));
  return best;
}

Weights fit(std::span<const Example> decoys, std::span<const Example> benign,
            const std::function<bool(std::uint32_t)>& use) {
  Weights w = kPrior;
  w[0] = -3;
  // A protected name with many decoys shall not drown the others: the k-th counts as the square root's share.
  std::vector<double> count(1'000'000);
  for (const Example& e : decoys) ++count[e.brand];
  for (int turn = 0; turn < kTurns; ++turn) {
    std::vector<Point> points;
    const auto choose = [&](const Example& e, bool decoy) {
      const PlaceOf* best = nullptr;
      double value = -1e18;
      for (const PlaceOf& place : e.places) {
        if (!use(place.brand) || (decoy && place.brand != e.brand)) continue;
        if (const double z = dot(w, place.features); z > value) value = z, best = &place;
      }
      if (!best) return;
      // Honest names in which a label stands that nobody else would think of are its owner's, listed or not: they say
      // little about decoys.
      using F = decoys::Feature;
      const Features& f = best->features;
      const bool owners = !decoy && f[F::edit] == 0 && f[F::idn] == 0 && f[F::gain] >= kDistinct && f[F::word] == 0;
      points.push_back({&best->features, decoy, decoy ? 1 / std::sqrt(count[e.brand]) + .3 : owners ? kOwners : 1});
    };
    for (const Example& e : decoys) choose(e, true);
    for (const Example& e : benign) choose(e, false);
    w = newton(w, points);
  }
  return w;
}

}  // namespace tocsin::bench
