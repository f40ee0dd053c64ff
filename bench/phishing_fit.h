// The fit behind share/tocsin/phishing/weights.yml: a logistic regression over the traits' judged weights. What a trait
// is worth beyond its judgement is learnt, and drawn back to the judgement where the data says little (ridge around
// it): tricks that the data hardly shows keep the weight that they were given by hand.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace tocsin::bench {

struct MailSample {
  bool phishing = false;
  std::uint32_t group = 0;  // campaign, or kind of honest mail: never on both sides of a split
  bool held_out = false;    // counted, never fitted
  int half = 0;
  std::string name;
  struct Trait {
    std::uint32_t factor;
    double weight;  // as judged
    bool weak;
  };
  std::vector<Trait> traits;
};

struct MailModel {
  std::vector<double> factors;  // 1: as judged
  double weak_max = 0;          // what weak traits bring together at most
  double threshold = 0;         // in judged units, at which the allowed share of fitted honest mail is left
};

double score(const MailModel& model, const MailSample& sample);
// `use`: samples to fit on. `ridge`: how strongly factors are drawn to 1. `allowed`: of honest mail above the
// threshold.
MailModel fit_mail(std::span<const MailSample> samples, std::size_t factors,
                   const std::function<bool(const MailSample&)>& use, double ridge, double weak_max, double allowed);

// Groups of mails of which one key is equal: 0, 1, … a sample.
std::vector<std::uint32_t> joined(const std::vector<std::vector<std::string>>& keys);

}  // namespace tocsin::bench
