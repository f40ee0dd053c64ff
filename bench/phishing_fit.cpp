#include "bench/phishing_fit.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_map>

namespace tocsin::bench {
namespace {

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

// Newton's method on a penalised logistic loss; weights[size-1] is the bias, which is not penalised.
struct Problem {
  std::vector<std::vector<std::pair<std::uint32_t, double>>> samples;
  std::vector<bool> right;
  std::vector<double> importance;
  std::size_t size = 0;
};

std::vector<double> solved(std::vector<double> matrix, std::vector<double> right) {
  const std::size_t n = right.size();  // Cholesky
  for (std::size_t j = 0; j < n; ++j) {
    for (std::size_t k = 0; k < j; ++k) matrix[j * n + j] -= matrix[j * n + k] * matrix[j * n + k];
    matrix[j * n + j] = std::sqrt(std::max(matrix[j * n + j], 1e-12));
    for (std::size_t i = j + 1; i < n; ++i) {
      for (std::size_t k = 0; k < j; ++k) matrix[i * n + j] -= matrix[i * n + k] * matrix[j * n + k];
      matrix[i * n + j] /= matrix[j * n + j];
    }
  }
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < i; ++k) right[i] -= matrix[i * n + k] * right[k];
    right[i] /= matrix[i * n + i];
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t k = i + 1; k < n; ++k) right[i] -= matrix[k * n + i] * right[k];
    right[i] /= matrix[i * n + i];
  }
  return right;
}

std::vector<double> newton(const Problem& problem, std::vector<double> weights, const std::vector<double>& centre,
                           double ridge) {
  const std::size_t n = problem.size;
  for (int turn = 0; turn < 30; ++turn) {
    std::vector<double> gradient(n, 0), hessian(n * n, 0);
    for (std::size_t s = 0; s < problem.samples.size(); ++s) {
      const auto& sample = problem.samples[s];
      double x = weights[n - 1];
      for (const auto& [f, value] : sample) x += weights[f] * value;
      const double p = sigmoid(x), w = problem.importance[s], slope = w * std::max(p * (1 - p), 1e-6),
                   miss = w * (p - (problem.right[s] ? 1 : 0));
      gradient[n - 1] += miss;
      hessian[n * n - 1] += slope;
      for (const auto& [f, value] : sample) {
        gradient[f] += miss * value;
        hessian[(n - 1) * n + f] += slope * value;
        for (const auto& [g, other] : sample)
          if (g <= f) hessian[f * n + g] += slope * value * other;
      }
    }
    for (std::size_t f = 0; f + 1 < n; ++f) {
      gradient[f] += ridge * (weights[f] - centre[f]);
      hessian[f * n + f] += ridge;
    }
    hessian[n * n - 1] += 1e-6;
    const std::vector<double> step = solved(std::move(hessian), gradient);
    double most = 0;
    for (std::size_t f = 0; f < n; ++f) {
      const double by = std::clamp(step[f], -1.0, 1.0);
      weights[f] -= by;
      // No trait of phishing speaks for a mail.
      if (f + 1 < n) weights[f] = std::max(weights[f], 0.0);
      most = std::max(most, std::abs(by));
    }
    if (most < 1e-5) break;
  }
  return weights;
}

}  // namespace

double score(const MailModel& model, const MailSample& sample) {
  double strong = 0, weak = 0, good = 0;
  for (const MailSample::Trait& one : sample.traits)
    (one.weight < 0 ? good : one.weak ? weak : strong) += model.factors[one.factor] * one.weight;
  return strong + std::min(weak, model.weak_max) + good;
}

MailModel fit_mail(std::span<const MailSample> samples, std::size_t factors,
                   const std::function<bool(const MailSample&)>& use, double ridge, double weak_max, double allowed) {
  std::vector<const MailSample*> used;
  std::size_t phishing = 0;
  for (const MailSample& one : samples)
    if (use(one)) {
      used.push_back(&one);
      phishing += one.phishing;
    }
  const double honest = static_cast<double>(used.size() - phishing);
  MailModel out;
  out.factors.assign(factors, 1);
  out.weak_max = weak_max;
  Problem scale, problem;
  for (const MailSample* one : used)
    problem.importance.push_back(one->phishing ? 1.0 : static_cast<double>(phishing) / honest);
  scale.importance = problem.importance;
  // How a unit of judged weight reads in log-odds: one feature, their sum.
  for (const MailSample* one : used) {
    scale.samples.push_back({{0, score(out, *one)}});
    scale.right.push_back(one->phishing);
  }
  scale.size = 2;
  const std::vector<double> unit = newton(scale, {1, -3}, {1, 0}, 1e-3);
  problem.right = scale.right;
  problem.size = factors + 1;
  std::vector<double> centre(factors + 1, unit[0]), weights;
  centre[factors] = unit[1];
  weights = centre;
  // The bound on weak traits bends the sum: they are scaled down to it, fitted, and scaled anew.
  for (int turn = 0; turn < 6; ++turn) {
    problem.samples.clear();
    for (const MailSample* one : used) {
      double weak = 0;
      for (const MailSample::Trait& trait : one->traits)
        if (trait.weak && trait.weight > 0) weak += out.factors[trait.factor] * trait.weight;
      const double by = weak > weak_max ? weak_max / weak : 1;
      auto& row = problem.samples.emplace_back();
      for (const MailSample::Trait& trait : one->traits)
        row.emplace_back(trait.factor, trait.weight * (trait.weak && trait.weight > 0 ? by : 1));
    }
    weights = newton(problem, weights, centre, ridge);
    for (std::size_t f = 0; f < factors; ++f) out.factors[f] = (out.factors[f] + weights[f] / unit[0]) / 2;
  }
  std::vector<double> scores;
  for (const MailSample* one : used)
    if (!one->phishing) scores.push_back(score(out, *one));
  std::ranges::sort(scores, std::greater());
  const auto at = static_cast<std::size_t>(allowed * static_cast<double>(scores.size()));
  // Weak traits alone never bring a mail there.
  out.threshold = std::max(at < scores.size() ? scores[at] + 1e-6 : 0, weak_max + 1e-6);
  return out;
}

std::vector<std::uint32_t> joined(const std::vector<std::vector<std::string>>& keys) {
  std::vector<std::uint32_t> parent(keys.size());
  std::iota(parent.begin(), parent.end(), 0u);
  const auto root = [&](std::uint32_t i) {
    while (parent[i] != i) i = parent[i] = parent[parent[i]];
    return i;
  };
  std::unordered_map<std::string, std::uint32_t> met;
  for (std::uint32_t i = 0; i < keys.size(); ++i)
    for (const std::string& key : keys[i])
      if (const auto [at, fresh] = met.try_emplace(key, i); !fresh) {
        const std::uint32_t a = root(at->second), b = root(i);
        parent[std::max(a, b)] = std::min(a, b);
      }
  for (std::uint32_t i = 0; i < parent.size(); ++i) parent[i] = root(i);
  return parent;
}

}  // namespace tocsin::bench
