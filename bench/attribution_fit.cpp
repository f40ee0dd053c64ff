#include "bench/attribution_fit.h"

#include <algorithm>
#include <cmath>

namespace tocsin::bench {
namespace {

using Vector = std::vector<double>;

// Solves A x = b for a small symmetric positive definite A (Cholesky).
Vector solve(std::vector<Vector> a, Vector b) {
  const std::size_t n = b.size();
  for (std::size_t j = 0; j < n; ++j) {
    for (std::size_t k = 0; k < j; ++k) a[j][j] -= a[j][k] * a[j][k];
    a[j][j] = std::sqrt(std::max(a[j][j], 1e-12));
    for (std::size_t i = j + 1; i < n; ++i) {
      for (std::size_t k = 0; k < j; ++k) a[i][j] -= a[i][k] * a[j][k];
      a[i][j] /= a[j][j];
    }
  }
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < i; ++k) b[i] -= a[i][k] * b[k];
    b[i] /= a[i][i];
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t k = i + 1; k < n; ++k) b[i] -= a[k][i] * b[k];
    b[i] /= a[i][i];
  }
  return b;
}

// Maximises value(w), given gradient and negated Hessian.
template <class Value, class Slope>
Vector newton(std::size_t size, Value value, Slope slope) {
  Vector w(size, 0.0);
  double now = value(w);
  for (int round = 0; round < 60; ++round) {
    Vector gradient(size, 0.0);
    std::vector<Vector> hessian(size, Vector(size, 0.0));
    slope(w, gradient, hessian);
    const Vector step = solve(hessian, gradient);
    double share = 1, largest = 0;
    Vector next(size);
    double then = now;
    for (; share > 1e-4; share /= 2) {
      for (std::size_t i = 0; i < size; ++i) next[i] = w[i] + share * step[i];
      then = value(next);
      if (then >= now) break;
    }
    for (const double s : step) largest = std::max(largest, std::abs(share * s));
    w = next;
    now = then;
    if (largest < 1e-6) break;
  }
  return w;
}

double dot(const double* a, const Vector& w) {
  double out = 0;
  for (std::size_t i = 0; i < w.size(); ++i) out += a[i] * w[i];
  return out;
}

}  // namespace

assess::Features fit_score(std::span<const Choice* const> choices) {
  constexpr std::size_t n = assess::kFeatures;
  constexpr double ridge = 1;
  Vector mean(n, 0.0), spread(n, 0.0);
  double count = 0;
  for (const Choice* choice : choices)
    for (const auto& f : choice->offered) {
      for (std::size_t i = 0; i < n; ++i) mean[i] += f[i];
      ++count;
    }
  for (double& m : mean) m /= count;
  for (const Choice* choice : choices)
    for (const auto& f : choice->offered)
      for (std::size_t i = 0; i < n; ++i) spread[i] += (f[i] - mean[i]) * (f[i] - mean[i]);
  for (double& s : spread) s = std::sqrt(s / count) + 1e-9;
  std::vector<std::vector<assess::Features>> scaled;
  for (const Choice* choice : choices) {
    auto& to = scaled.emplace_back(choice->offered);
    for (auto& f : to)
      for (std::size_t i = 0; i < n; ++i) f[i] = (f[i] - mean[i]) / spread[i];
  }
  Vector shares;
  const auto share_out = [&](const std::vector<assess::Features>& offered, const Vector& w) {
    shares.resize(offered.size());
    double top = -1e300, sum = 0;
    for (std::size_t k = 0; k < offered.size(); ++k) top = std::max(top, shares[k] = dot(offered[k].data(), w));
    for (double& s : shares) sum += s = std::exp(s - top);
    for (double& s : shares) s /= sum;
  };
  const auto value = [&](const Vector& w) {
    double out = 0;
    for (const double x : w) out -= ridge * x * x / 2;
    for (std::size_t c = 0; c < scaled.size(); ++c) {
      share_out(scaled[c], w);
      out += std::log(std::max(shares[choices[c]->right], 1e-300));
    }
    return out;
  };
  const auto slope = [&](const Vector& w, Vector& gradient, std::vector<Vector>& hessian) {
    for (std::size_t i = 0; i < n; ++i) {
      gradient[i] = -ridge * w[i];
      hessian[i][i] = ridge;
    }
    for (std::size_t c = 0; c < scaled.size(); ++c) {
      share_out(scaled[c], w);
      assess::Features expected{};
      for (std::size_t k = 0; k < shares.size(); ++k)
        for (std::size_t i = 0; i < n; ++i) {
          expected[i] += shares[k] * scaled[c][k][i];
          for (std::size_t j = 0; j <= i; ++j) hessian[i][j] += shares[k] * scaled[c][k][i] * scaled[c][k][j];
        }
      for (std::size_t i = 0; i < n; ++i) {
        gradient[i] += scaled[c][choices[c]->right][i] - expected[i];
        for (std::size_t j = 0; j <= i; ++j) hessian[i][j] -= expected[i] * expected[j];
      }
    }
  };
  const Vector w = newton(n, value, slope);
  assess::Features out{};
  for (std::size_t i = 0; i < n; ++i) out[i] = w[i] / spread[i];
  return out;
}

std::array<double, 4> fit_likelihood(std::span<const Judged> cases) {
  constexpr std::size_t n = 4;
  constexpr double ridge = 0.01;
  const auto inputs = [](const Judged& j) { return std::array<double, n>{1, j.lead, j.explained, j.nearest}; };
  const auto value = [&](const Vector& w) {
    double out = 0;
    for (const double x : w) out -= ridge * x * x / 2;
    for (const Judged& j : cases) {
      const double z = dot(inputs(j).data(), w);
      out -= std::log1p(std::exp(-std::abs(z))) + (j.right ? std::max(-z, 0.0) : std::max(z, 0.0));
    }
    return out;
  };
  const auto slope = [&](const Vector& w, Vector& gradient, std::vector<Vector>& hessian) {
    for (std::size_t i = 0; i < n; ++i) {
      gradient[i] = -ridge * w[i];
      hessian[i][i] = ridge;
    }
    for (const Judged& j : cases) {
      const auto x = inputs(j);
      const double p = 1 / (1 + std::exp(-dot(x.data(), w)));
      for (std::size_t i = 0; i < n; ++i) {
        gradient[i] += x[i] * ((j.right ? 1 : 0) - p);
        for (std::size_t k = 0; k <= i; ++k) hessian[i][k] += x[i] * x[k] * p * (1 - p);
      }
    }
  };
  const Vector w = newton(n, value, slope);
  return {w[0], w[1], w[2], w[3]};
}

}  // namespace tocsin::bench
