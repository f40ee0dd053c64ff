#include "bench/decoys_fit.h"

#include <algorithm>
#include <cmath>

namespace tocsin::bench {
namespace {

using decoys::Features;
using decoys::kFeatures;

constexpr int kTurns = 12, kSteps = 25;
constexpr double kRidge = 1.0;  // pull towards nothing, of each weight but the bias
constexpr double kDistinct = 1.8, kOwners = .1;

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
  for (std::size_t i = 1; i < kFeatures; ++i) loss += kRidge * w[i] * w[i] / 2;
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
      gradient[i] = i == 0 ? 0 : kRidge * w[i];
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
  Weights w{};
  for (std::size_t i = 0; i < kFeatures; ++i) w[i] = static_cast<double>(decoys::kWeights[i]);
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
      points.push_back({&best->features, decoy, decoy ? 3 / std::sqrt(count[e.brand]) + .3 : owners ? kOwners : 1});
    };
    for (const Example& e : decoys) choose(e, true);
    for (const Example& e : benign) choose(e, false);
    w = newton(w, points);
  }
  return w;
}

}  // namespace tocsin::bench
