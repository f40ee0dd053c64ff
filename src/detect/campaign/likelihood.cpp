#include "detect/campaign/likelihood.h"

#include <algorithm>
#include <cmath>

#include "detect/table.h"  // mix

namespace tocsin::detect {
namespace {

// What noise is believed to be before any is seen, worth as many sources or tries.
constexpr double kPriorWeight = 10;
constexpr std::array<double, Trace::kServes> kServes{.5, .3, .2};
constexpr std::array<double, Trace::kShapes> kShape{.4, .15, .1, .1, .04, .03, .02, .02, .04, .03, .03, .04};
constexpr std::array<double, Trace::kNames> kNames{.8, .19, .01};
constexpr std::array<double, Trace::kNear> kNear{.5, .3, .2};
constexpr std::array<double, Trace::kBursts> kBurst{.5, .15, .15, .1, .06, .04};
// Sources that fail, of an account and day, before any is seen, worth two days.
constexpr std::array<double, Trace::kStrata> kPerAccountDay{.0008, .0008, .003, .001, .0004, .002};
constexpr double kPriorDays = 2;
constexpr double kNamesNobodyHas = 1e5;
constexpr double kOrdinaryAtFirst = 0.02;  // of the share of sources that look like people, before anything is fitted
constexpr std::size_t kTriesCounted = 4;   // of a source: those of one hand are no independent witnesses
constexpr double kFactorMax = 1e7;
constexpr double kBusier = 4, kChanceMin = 1e-5;
constexpr int kRounds = 30;

template <std::size_t N>
std::array<double, N> blend(const std::array<double, N>& counts, const std::array<double, N>& prior, double weight) {
  std::array<double, N> out{};
  double all = weight;
  for (const double n : counts) all += n;
  for (std::size_t i = 0; i < N; ++i) out[i] = (counts[i] + weight * prior[i]) / all;
  return out;
}

// P(X >= n) for a Poisson of the mean.
double at_least(unsigned n, double mean) {
  double term = std::exp(-mean), below = 0;
  for (unsigned i = 0; i < n; ++i) {
    below += term;
    term *= mean / (i + 1);
    if (below > 1 - 1e-9) return 0;
  }
  return 1 - below;
}

double bounded(double ratio) { return std::log(std::clamp(ratio, 1 / kFactorMax, kFactorMax)); }

}  // namespace

void Traces::settle() {
  boost::unordered_flat_map<std::uint64_t, std::uint32_t> devices;
  for (const Tried& tried : tries) ++devices[tried.device];
  for (Tried& tried : tries) {
    const std::uint32_t n = devices[tried.device];
    tried.of_device = static_cast<std::uint16_t>(std::min<std::uint32_t>(n, UINT16_MAX));
    tried.burst = static_cast<std::uint8_t>(n >= 24 ? 5 : n >= 12 ? 4 : n >= 6 ? 3 : n >= 3 ? 2 : n - 1);
  }
}

Likelihood::Likelihood(const Traces& noise, double days, double active) : active_(std::max(active, 20.0)) {
  std::array<double, Trace::kStrata> sources{};
  for (const Trace& trace : noise.traces) {
    Noise& of = noise_[trace.stratum()];
    sources[trace.stratum()] += trace.stands_for;
    of.networks[trace.network] += 1, of.sources += 1;
    of.serves[trace.serves] += 1, of.shape[trace.shape] += 1, of.names[trace.names] += 1;
    for (std::uint32_t i = trace.from; i < trace.to; ++i) {
      const Tried& tried = noise.tries[i];
      of.near[tried.near] += 1, of.burst[tried.burst] += 1;
      of.clients[tried.client] += 1;
      of.accounts[tried.account] += 1;
    }
    of.tries += trace.to - trace.from;
  }
  for (const Trace& trace : noise.traces)
    for (std::uint32_t i = trace.from; i < trace.to; ++i) {
      const Tried& tried = noise.tries[i];
      Noise& of = noise_[trace.stratum()];
      of.made_up += !tried.known && of.accounts[tried.account] < 1.5;
    }
  for (std::size_t stratum = 0; stratum < Trace::kStrata; ++stratum) {
    Noise& of = noise_[stratum];
    of.per_day =
        (sources[stratum] + kPriorDays * kPerAccountDay[stratum] * active_) / (std::max(days, 0.0) + kPriorDays);
    for (const auto& [network, count] : of.networks) of.single_networks += count < 1.5;
    of.serves = blend(of.serves, kServes, kPriorWeight);
    of.shape = blend(of.shape, kShape, kPriorWeight);
    of.names = blend(of.names, kNames, kPriorWeight);
    of.near = blend(of.near, kNear, kPriorWeight);
    of.burst = blend(of.burst, kBurst, kPriorWeight);
  }
}

double Likelihood::noise_client(std::size_t stratum, const Tried& tried) const {
  const double prior = tried.agent == 0 ? .08 : tried.agent == 1 ? .02 : .002;
  const Noise& noise = noise_[stratum];
  const auto found = noise.clients.find(tried.client);
  return ((found == noise.clients.end() ? 0 : found->second) + kPriorWeight * prior) / (noise.tries + kPriorWeight);
}

double Likelihood::noise_account(std::size_t stratum, const Tried& tried) const {
  const Noise& noise = noise_[stratum];
  const auto found = noise.accounts.find(tried.account);
  // A name not seen before is as likely as those seen once have it (Good 1953).
  const double fresh = tried.known ? kPriorWeight / active_ : (kPriorWeight + noise.made_up) / kNamesNobodyHas;
  return ((found == noise.accounts.end() ? 0 : found->second) + fresh) / (noise.tries + kPriorWeight);
}

// How much likelier the campaign comes from the network than the noise does. A network not seen before is as likely as
// those seen once have it (Good 1953).
double Likelihood::of_network(std::size_t stratum, double usual, double theirs, double own) const {
  const Noise& noise = noise_[stratum];
  theirs = std::max(0.0, theirs - own);
  const double all = std::max(0.0, sources_[stratum] - own), among = std::max(1.0, universe_[stratum]);
  const double fresh = std::min(1.0, (single_networks_[stratum] + 1) / (all + 2));
  const double fresh_noise = (noise.single_networks + kPriorWeight) / (noise.sources + kPriorWeight);
  return (fresh / among + (1 - fresh) * theirs / std::max(all, 1.0)) /
         (fresh_noise / among + (1 - fresh_noise) * usual / std::max(noise.sources, 1.0));
}

double Likelihood::of_network(std::size_t trace, const Trace& of) const {
  const std::uint32_t number = trace_networks_[trace];
  return of_network(of.stratum(), network_of_[number].usual, networks_[number], of.share);
}

double Likelihood::of_network(const Trace& trace) const {
  const std::size_t stratum = trace.stratum();
  const auto found = noise_[stratum].networks.find(trace.network);
  const std::uint32_t number = network_numbers_.find(mix(trace.network, stratum));
  return of_network(stratum, found == noise_[stratum].networks.end() ? 0 : found->second,
                    number == UINT32_MAX ? 0 : networks_[number], 0);
}

// People's failures come in waves, on which the days before say nothing; what bots do is steady.
bool Likelihood::of_people(std::size_t stratum) { return stratum % Trace::kCrowds == Trace::kCrowds - 1; }

// Kinds of sources by stratum, service to people and first client: a kind's excess over the noise, in bursts.
void Likelihood::start(Traces& now) const {
  const auto kind = [&](const Trace& t) {
    return mix(mix(now.tries[t.from].client, t.stratum()), std::uint64_t{t.serves});
  };
  boost::unordered_flat_map<std::uint64_t, double> seen;
  for (const Trace& t : now.traces) {
    constexpr std::array<double, Trace::kBursts> kWeight{1, 0.5, 0.25, 0.12, 0.06, 0.03};
    seen[kind(t)] += kWeight[now.tries[t.from].burst];
  }
  for (Trace& t : now.traces) {
    const Noise& noise = noise_[t.stratum()];
    const double expected =
        noise.per_day * days_ * noise.serves[t.serves] * noise_client(t.stratum(), now.tries[t.from]);
    t.share = std::clamp(1 - 3 * (expected + 0.1) / seen[kind(t)], 0.02, 0.98);
    if (of_people(t.stratum()) && now.tries[t.from].agent != 2) t.share *= kOrdinaryAtFirst;
  }
}

void Likelihood::maximise(const Traces& now) {
  Part counts;
  Chances<Trace::kStrata> strata{};
  for (std::vector<double>* of : {&accounts_, &groups_, &clients_, &networks_}) std::ranges::fill(*of, 0);
  double all = 0;
  for (std::size_t i = 0; i < Trace::kStrata; ++i) {
    noise_[i].count = noise_[i].per_day * days_;
    noise_[i].waves.assign(of_people(i) ? quarters_ : 0, 0);
  }
  Chances<Trace::kStrata> rest{};
  campaign_tries_ = 0;
  for (std::size_t k = 0; k < now.traces.size(); ++k) {
    const Trace& t = now.traces[k];
    all += t.share;
    strata[t.stratum()] += t.share, rest[t.stratum()] += 1 - t.share;
    networks_[trace_networks_[k]] += t.share;
    if (of_people(t.stratum())) noise_[t.stratum()].waves[t.quarter - first_quarter_] += 1 - t.share;
    counts.serves[t.serves] += t.share;
    counts.shape[t.shape] += t.share, counts.names[t.names] += t.share;
    for (std::uint32_t i = t.from; i < t.to; ++i) {
      const Tried& tried = now.tries[i];
      counts.near[tried.near] += t.share;
      clients_[numbered_[i].client] += t.share;
      campaign_tries_ += t.share;
      groups_[numbered_[i].group] = std::max(groups_[numbered_[i].group], t.share);
    }
  }
  // A group counts once for its account, however many tries it has.
  bursts_ = lonely_ = 0;
  std::vector<bool> counted(groups_.size());
  for (const Numbered& n : numbered_)
    if (!counted[n.group]) accounts_[n.account] += groups_[n.group], counted[n.group] = true;
  for (const double n : accounts_) {
    bursts_ += n;
    if (n < 1.5) lonely_ += n;
  }
  for (std::size_t i = 0; i < Trace::kStrata; ++i)
    if (of_people(i)) {
      noise_[i].count = std::max(noise_[i].count, rest[i]);
      for (double& wave : noise_[i].waves) wave = std::max(wave, noise_[i].count / quarters_);
    }
  sources_ = strata;
  single_networks_.fill(0);
  for (std::size_t i = 0; i < networks_.size(); ++i)
    if (networks_[i] < 1.5) single_networks_[network_of_[i].stratum] += networks_[i];
  // What it has never done is thought as likely as chance has it.
  constexpr double kLittle = 1;
  const auto even = []<std::size_t N>(Chances<N>& chances) { chances.fill(1.0 / N); };
  Part flat;
  Chances<Trace::kStrata> flat_strata{};
  even(flat.serves), even(flat.shape), even(flat.names), even(flat.near), even(flat_strata);
  strata_ = blend(strata, flat_strata, kLittle);
  campaign_.serves = blend(counts.serves, flat.serves, kLittle);
  campaign_.shape = blend(counts.shape, flat.shape, kLittle);
  campaign_.names = blend(counts.names, flat.names, kLittle);
  campaign_.near = blend(counts.near, flat.near, kLittle);
  campaign_count_ = std::max(all, 0.01);
}

Likelihood::Numbered Likelihood::numbered(const Tried& tried) const {
  return {account_numbers_.find(tried.account), group_numbers_.find(tried.group), client_numbers_.find(tried.client)};
}

// `own`: the trace is among those fitted, and what it tried must not speak for itself.
double Likelihood::ratio(const Traces& of, const Trace& t, double of_network, bool own) const {
  const std::size_t stratum = t.stratum();
  const Noise& noise = noise_[stratum];
  const double usual = own && of_people(stratum) ? noise.waves[t.quarter - first_quarter_] * quarters_ : noise.count;
  double sum = std::log(campaign_count_ * strata_[stratum] / usual);
  sum += bounded(campaign_.serves[t.serves] / noise.serves[t.serves]);
  sum += bounded(campaign_.shape[t.shape] / noise.shape[t.shape]);
  sum += bounded(of_network);
  if (t.names != 2) sum += bounded(campaign_.names[t.names] / noise.names[t.names]);
  const double lonely = std::clamp((lonely_ + 0.5) / (bursts_ + 1), 1e-4, 0.9);
  double of_tries = 0;
  for (std::uint32_t i = t.from; i < t.to; ++i) {
    const Tried& tried = of.tries[i];
    const Numbered n = own ? numbered_[i] : numbered(tried);
    const auto count = [](const std::vector<double>& counts, std::uint32_t number, double less) {
      return number == UINT32_MAX ? 0 : std::max(0.0, counts[number] - less);
    };
    of_tries += bounded(campaign_.near[tried.near] / noise.near[tried.near]);
    of_tries += bounded((count(clients_, n.client, own ? t.share : 0) + 0.01) / (campaign_tries_ + 1) /
                        noise_client(stratum, tried));
    // How many tries of the kind the campaign would make on the account within hours, were it four times as busy.
    const double expected = kBusier * count(accounts_, n.account, 0) * count(clients_, n.client, 0) /
                            std::max(campaign_tries_, 1.0) / std::max(4 * days_, 1.0);
    of_tries += bounded(std::max(at_least(tried.of_device - 1U, expected), kChanceMin) / noise.burst[tried.burst]);
    const double others = count(accounts_, n.account, own ? groups_[n.group] : 0);
    const double universe = tried.known ? active_ : kNamesNobodyHas;
    of_tries +=
        bounded((lonely / universe + (1 - lonely) * others / std::max(bursts_, 1.0)) / noise_account(stratum, tried));
  }
  const auto tries = static_cast<double>(t.to - t.from);
  return sum + of_tries * std::min(1.0, static_cast<double>(kTriesCounted) / tries);
}

double Likelihood::share(const Traces& of, const Trace& trace) const {
  return 1 / (1 + std::exp(-ratio(of, trace, of_network(trace), false)));
}

void Likelihood::fit(Traces& now, double days) {
  days_ = days;
  numbered_.clear();
  for (const Tried& tried : now.tries)
    numbered_.push_back({account_numbers_.number(tried.account), group_numbers_.number(tried.group),
                         client_numbers_.number(tried.client)});
  trace_networks_.clear();
  first_quarter_ = UINT32_MAX;
  std::uint32_t last = 0;
  for (const Trace& t : now.traces)
    first_quarter_ = std::min(first_quarter_, t.quarter), last = std::max(last, t.quarter);
  quarters_ = last >= first_quarter_ ? last - first_quarter_ + 1 : 1;
  for (std::size_t i = 0; i < Trace::kStrata; ++i) universe_[i] = static_cast<double>(noise_[i].networks.size());
  for (const Trace& t : now.traces) {
    trace_networks_.push_back(network_numbers_.number(mix(t.network, t.stratum())));
    if (trace_networks_.back() < network_of_.size()) continue;
    const auto found = noise_[t.stratum()].networks.find(t.network);
    const bool known = found != noise_[t.stratum()].networks.end();
    network_of_.push_back({static_cast<std::uint8_t>(t.stratum()), known ? found->second : 0});
    universe_[t.stratum()] += !known;
  }
  networks_.resize(network_numbers_.size());
  accounts_.resize(account_numbers_.size()), groups_.resize(group_numbers_.size());
  clients_.resize(client_numbers_.size());
  start(now);
  std::vector<double> shares(now.traces.size());
  for (int round = 0; round < kRounds; ++round) {
    maximise(now);
    double moved = 0;
    for (std::size_t i = 0; i < shares.size(); ++i) {
      shares[i] = 1 / (1 + std::exp(-ratio(now, now.traces[i], of_network(i, now.traces[i]), true)));
      moved = std::max(moved, std::abs(shares[i] - now.traces[i].share));
    }
    for (std::size_t i = 0; i < shares.size(); ++i) now.traces[i].share = shares[i];
    if (moved < 1e-3) break;
  }
}

}  // namespace tocsin::detect
