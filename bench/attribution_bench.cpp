// attribution_bench BUNDLE: how far techniques and software alone tell actors apart, on ATT&CK itself.
//
// A case is one public report about one actor with at least five techniques, where at least five techniques of that
// actor stay known without it. The report is left out of what is known, its techniques and software are what was seen,
// and the actors are ranked. Each case is asked again with the true actor unknown altogether. All constants are fitted
// in folds over actors: no case is judged by weights that saw its actor. Reports still echo each other, so the
// figures flatter any model; the lines without a target say by how much.
//
// Prints one JSON object a line: {"name","value","unit","must","holds"}.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <string>

#include "assess/score.h"
#include "bench/attribution_fit.h"

namespace {

using namespace tocsin;
using namespace tocsin::assess;
using bench::Choice;
using bench::Judged;

constexpr std::size_t kFolds = 5, kSeeds = 5, kTechniquesMin = 5, kDecoys = 5, kDecoyTraitsMin = 5;
constexpr std::size_t kBins = 5;

void figure(const std::string& name, double value, const std::string& unit, double bound = 0, bool at_least = true,
            bool target = false) {
  nlohmann::json line = {{"name", name}, {"value", value}, {"unit", unit}, {"must", ""}, {"holds", nullptr}};
  if (target) {
    line["must"] = fmt::format("{} {:g}", at_least ? ">=" : "<=", bound);
    line["holds"] = at_least ? value >= bound : value <= bound;
  }
  fmt::print("{}\n", line.dump());
}
void at_least(const std::string& name, double value, double bound) { figure(name, value, "share", bound, true, true); }
void at_most(const std::string& name, double value, double bound) { figure(name, value, "share", bound, false, true); }
void shown(const std::string& name, double value, const std::string& unit = "share") { figure(name, value, unit); }

struct Case {
  std::uint32_t actor;
  std::string report;
  int date;
  std::vector<std::uint32_t> seen;
};

std::vector<Case> make_cases(const Knowledge& known) {
  std::vector<Case> out;
  const auto techniques = [&](const std::vector<std::uint32_t>& traits) {
    return std::ranges::count_if(traits, [&](std::uint32_t t) { return !known.traits()[t].software; });
  };
  for (std::uint32_t actor = 0; actor < known.actors().size(); ++actor)
    for (const Report& report : known.actors()[actor].reports) {
      if (report.key == "without a citation") continue;
      std::vector<std::uint32_t> rest;
      for (const Report& other : known.actors()[actor].reports)
        if (other.key != report.key) rest.insert(rest.end(), other.traits.begin(), other.traits.end());
      std::ranges::sort(rest);
      rest.erase(std::ranges::unique(rest).begin(), rest.end());
      if (techniques(report.traits) >= std::ptrdiff_t{kTechniquesMin} &&
          techniques(rest) >= std::ptrdiff_t{kTechniquesMin})
        out.push_back({actor, report.key, report.date, report.traits});
    }
  return out;
}

// Rankings under other weights: the readings stay, the order changes.
std::vector<Ranked> reweigh(std::vector<Ranked> ranked, const Weights& weights) {
  for (Ranked& one : ranked) {
    one.score = 0;
    for (std::size_t i = 0; i < kFeatures; ++i) one.score += weights.score[i] * one.features[i];
  }
  std::ranges::sort(ranked, [](const Ranked& a, const Ranked& b) {
    return a.score != b.score ? a.score > b.score : a.actor < b.actor;
  });
  return ranked;
}

std::size_t place(const std::vector<Ranked>& ranked, std::uint32_t actor) {
  return static_cast<std::size_t>(std::ranges::find(ranked, actor, &Ranked::actor) - ranked.begin());
}

std::uint64_t next(std::uint64_t& state) {  // SplitMix64
  std::uint64_t z = state += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

std::map<std::uint32_t, std::size_t> folds(const std::vector<Case>& cases, std::uint64_t seed) {
  std::vector<std::uint32_t> actors;
  for (const Case& one : cases)
    if (actors.empty() || actors.back() != one.actor) actors.push_back(one.actor);
  std::uint64_t state = seed;
  for (std::size_t i = actors.size(); i > 1; --i) std::swap(actors[i - 1], actors[next(state) % i]);
  std::map<std::uint32_t, std::size_t> out;
  for (std::size_t i = 0; i < actors.size(); ++i) out[actors[i]] = i % kFolds;
  return out;
}

struct Asked {
  std::vector<std::vector<Ranked>> known, removed;  // by case
};

Judged judged(const std::vector<Ranked>& ranked, bool right) {
  return {ranked[0].score - ranked[1].score, ranked[0].explained(), ranked[0].nearest(), right};
}

Weights fit(const std::vector<Case>& cases, const Asked& asked, const std::vector<Choice>& choices,
            const std::vector<std::size_t>& on) {
  std::vector<const Choice*> chosen;
  for (const std::size_t i : on) chosen.push_back(&choices[i]);
  Weights out{bench::fit_score(chosen), {}, 0};
  std::vector<Judged> cases_judged;
  for (const std::size_t i : on) {
    const auto known = reweigh(asked.known[i], out);
    cases_judged.push_back(judged(known, known[0].actor == cases[i].actor));
    cases_judged.push_back(judged(reweigh(asked.removed[i], out), false));
  }
  out.likelihood = bench::fit_likelihood(cases_judged);
  return out;
}

double calibration_error(std::vector<std::pair<double, bool>> printed) {
  std::ranges::sort(printed);
  double out = 0;
  for (std::size_t bin = 0; bin < kBins; ++bin) {
    double stated = 0, true_share = 0;
    for (std::size_t i = bin * printed.size() / kBins; i < (bin + 1) * printed.size() / kBins; ++i) {
      stated += printed[i].first;
      true_share += printed[i].second ? 1 : 0;
    }
    out += std::abs(stated - true_share);
  }
  return out / static_cast<double>(printed.size());
}

// What one assignment of actors to folds gives.
struct Run {
  std::vector<Weights> weights;  // by case
  std::vector<std::size_t> place;
  std::vector<double> known, removed;  // likelihoods of the first
  double threshold = 0, precision = 0, named_removed = 0, error = 0;
  double top(std::size_t places) const {
    return static_cast<double>(std::ranges::count_if(place, [&](std::size_t p) { return p < places; })) /
           static_cast<double>(place.size());
  }
};

Run run_folds(const std::vector<Case>& cases, const Asked& asked, const std::vector<Choice>& choices,
              std::uint64_t seed) {
  const auto fold = folds(cases, seed);
  std::vector<Weights> fitted;
  for (std::size_t f = 0; f < kFolds; ++f) {
    std::vector<std::size_t> on;
    for (std::size_t i = 0; i < cases.size(); ++i)
      if (fold.at(cases[i].actor) != f) on.push_back(i);
    fitted.push_back(fit(cases, asked, choices, on));
  }
  Run out;
  std::vector<std::pair<double, bool>> printed, known;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const Weights& weights = out.weights.emplace_back(fitted[fold.at(cases[i].actor)]);
    const auto ranked = reweigh(asked.known[i], weights), without = reweigh(asked.removed[i], weights);
    out.place.push_back(place(ranked, cases[i].actor));
    out.known.push_back(likelihood(ranked, cases[i].seen.size(), weights));
    out.removed.push_back(likelihood(without, cases[i].seen.size(), weights));
    known.emplace_back(out.known.back(), out.place.back() == 0);
    printed.push_back(known.back());
    printed.emplace_back(out.removed.back(), false);
  }
  out.error = calibration_error(printed);
  std::ranges::stable_sort(known, [](const auto& a, const auto& b) { return a.first > b.first; });
  const std::size_t quarter = cases.size() / 4;
  out.threshold = known[quarter - 1].first;
  out.precision = static_cast<double>(std::count_if(known.begin(), known.begin() + static_cast<std::ptrdiff_t>(quarter),
                                                    [](const auto& one) { return one.second; })) /
                  static_cast<double>(quarter);
  out.named_removed =
      static_cast<double>(std::ranges::count_if(out.removed, [&](double p) { return p >= out.threshold; })) /
      static_cast<double>(cases.size());
  return out;
}

void decoys(const Knowledge& knowledge, const std::vector<Case>& cases, const Run& run) {
  const TraitModel all(knowledge);
  std::vector<std::vector<std::uint32_t>> rarest(knowledge.actors().size());
  std::vector<std::uint32_t> able;
  for (std::uint32_t actor = 0; actor < rarest.size(); ++actor) {
    for (const Report& report : knowledge.actors()[actor].reports)
      rarest[actor].insert(rarest[actor].end(), report.traits.begin(), report.traits.end());
    std::ranges::sort(rarest[actor], {}, [&](std::uint32_t t) { return std::pair(all.holders(t), t); });
    rarest[actor].erase(std::ranges::unique(rarest[actor]).begin(), rarest[actor].end());
    if (rarest[actor].size() >= kDecoyTraitsMin) able.push_back(actor);
  }
  std::uint64_t state = 7;
  std::size_t right = 0, named_known = 0, right_named = 0;
  std::map<std::size_t, std::size_t> tried, leads, over, named;
  std::size_t named_removed = 0;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const Case& one = cases[i];
    const Weights& weights = run.weights[i];
    const TraitModel model(knowledge, {.actor = {}, .report_of = one.actor, .report = one.report});
    const auto stands = [&](const TraitModel& by, const std::vector<std::uint32_t>& seen,
                            const std::vector<Ranked>& ranked) {
      return likelihood(ranked, seen.size(), weights) >= run.threshold &&
             robustness(by, seen, ranked, weights).stands();
    };
    if (run.removed[i] >= run.threshold) {
      const TraitModel without(knowledge, {.actor = one.actor, .report_of = {}, .report = {}});
      named_removed += stands(without, one.seen, without.rank(one.seen, weights)) ? 1 : 0;
    }
    if (run.known[i] >= run.threshold && stands(model, one.seen, model.rank(one.seen, weights))) {
      ++named_known;
      right_named += run.place[i] == 0 ? 1 : 0;
    }
    if (run.place[i] != 0) continue;
    ++right;
    for (std::size_t round = 0; round < kDecoys; ++round) {
      std::uint32_t decoy = one.actor;
      while (decoy == one.actor) decoy = able[next(state) % able.size()];
      for (const std::size_t planted : {3, 5}) {
        std::vector<std::uint32_t> seen = one.seen;
        std::size_t added = 0;
        for (const std::uint32_t trait : rarest[decoy]) {
          if (added == planted) break;
          if (std::ranges::binary_search(one.seen, trait)) continue;
          seen.push_back(trait);
          ++added;
        }
        std::ranges::sort(seen);
        const auto ranked = model.rank(seen, weights);
        ++tried[planted];
        if (ranked[0].actor != decoy) continue;
        ++leads[planted];
        if (likelihood(ranked, seen.size(), weights) < run.threshold) continue;
        ++over[planted];
        named[planted] += stands(model, seen, ranked) ? 1 : 0;
      }
    }
  }
  const auto share = [](std::size_t part, std::size_t whole) {
    return whole ? static_cast<double>(part) / static_cast<double>(whole) : 0;
  };
  at_most("decoy named, 3 traits planted", share(named[3], tried[3]), 0.02);
  at_most("decoy named, 5 traits planted", share(named[5], tried[5]), 0.08);
  shown("decoy leads, 3 planted", share(leads[3], tried[3]));
  shown("decoy leads, 5 planted", share(leads[5], tried[5]));
  shown("decoy over threshold, 3 planted", share(over[3], tried[3]));
  shown("decoy over threshold, 5 planted", share(over[5], tried[5]));
  shown("named after the forgery tests", share(named_known, cases.size()));
  shown("precision after the forgery tests", share(right_named, named_known));
  shown("actor removed, named after them", share(named_removed, cases.size()));
  shown("decoys tried", static_cast<double>(tried[3]), "decoys");
}

// Only what was published before the report's own day.
void past_only(const Knowledge& knowledge, const std::vector<Case>& cases, const Run& run) {
  std::size_t asked = 0, first = 0, third = 0, tenth = 0;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const Case& one = cases[i];
    std::vector<std::uint32_t> before;
    for (const Report& report : knowledge.actors()[one.actor].reports)
      if (report.key != one.report && report.date < one.date)
        for (const std::uint32_t t : report.traits)
          if (!knowledge.traits()[t].software) before.push_back(t);
    std::ranges::sort(before);
    before.erase(std::ranges::unique(before).begin(), before.end());
    if (one.date == 0 || before.size() < kTechniquesMin) continue;
    const TraitModel model(knowledge,
                           {.actor = {}, .report_of = one.actor, .report = one.report, .from_date = one.date});
    const std::size_t at = place(model.rank(one.seen, run.weights[i]), one.actor);
    ++asked;
    first += at < 1 ? 1 : 0;
    third += at < 3 ? 1 : 0;
    tenth += at < 10 ? 1 : 0;
  }
  const auto n = static_cast<double>(std::max<std::size_t>(asked, 1));
  shown("past reports only, cases", static_cast<double>(asked), "cases");
  shown("past reports only, top 1", static_cast<double>(first) / n);
  shown("past reports only, top 3", static_cast<double>(third) / n);
  shown("past reports only, top 10", static_cast<double>(tenth) / n);
}

void by_actor(const std::vector<Case>& cases, const Run& run) {
  std::map<std::uint32_t, std::array<double, 4>> by;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    auto& sums = by[cases[i].actor];
    ++sums[3];
    for (std::size_t k = 0; const std::size_t places : {1, 3, 10}) sums[k++] += run.place[i] < places ? 1 : 0;
  }
  for (std::size_t k = 0; const char* name : {"1", "3", "10"}) {
    double sum = 0;
    for (const auto& [actor, sums] : by) sum += sums[k] / sums[3];
    shown(fmt::format("macro over actors, top {}", name), sum / static_cast<double>(by.size()));
    ++k;
  }
  shown("actors with cases", static_cast<double>(by.size()), "actors");
}

void unique_software(const Knowledge& knowledge, const std::vector<Case>& cases, const Run& run) {
  std::size_t with = 0, others = 0, others_first = 0, without_first = 0;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const Case& one = cases[i];
    const TraitModel model(knowledge, {.actor = {}, .report_of = one.actor, .report = one.report});
    const auto ranked = model.rank(one.seen, run.weights[i]);
    const auto& hits = ranked[place(ranked, one.actor)].hits;
    const auto is_unique = [&](std::uint32_t t) {
      return knowledge.traits()[t].software && model.holders(t) == 1 && std::ranges::find(hits, t) != hits.end();
    };
    std::vector<std::uint32_t> rest;
    for (const std::uint32_t t : one.seen)
      if (!is_unique(t)) rest.push_back(t);
    without_first += place(model.rank(rest, run.weights[i]), one.actor) == 0 ? 1 : 0;
    if (rest.size() < one.seen.size()) {
      ++with;
    } else {
      ++others;
      others_first += run.place[i] == 0 ? 1 : 0;
    }
  }
  const auto n = static_cast<double>(cases.size());
  shown("cases with software of the actor alone", static_cast<double>(with) / n);
  shown("top 1 on the other cases",
        static_cast<double>(others_first) / static_cast<double>(std::max<std::size_t>(others, 1)));
  shown("top 1 with that software unseen", static_cast<double>(without_first) / n);
}

// Lists shorter than any that the curve was fitted on: three traits of each report, drawn at random.
void short_lists(const Knowledge& knowledge, const std::vector<Case>& cases, const Run& run) {
  constexpr std::size_t few = 3;
  std::uint64_t state = 11;
  double stated = 0, right = 0, high = 0;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const Case& one = cases[i];
    std::vector<std::uint32_t> seen = one.seen;
    for (std::size_t k = 0; k < few; ++k) std::swap(seen[k], seen[k + next(state) % (seen.size() - k)]);
    seen.resize(few);
    std::ranges::sort(seen);
    const TraitModel model(knowledge, {.actor = {}, .report_of = one.actor, .report = one.report});
    const TraitModel without(knowledge, {.actor = one.actor, .report_of = {}, .report = {}});
    const auto known = model.rank(seen, run.weights[i]), removed = without.rank(seen, run.weights[i]);
    const double p = likelihood(known, few, run.weights[i]), q = likelihood(removed, few, run.weights[i]);
    stated += p + q;
    high = std::max({high, p, q});
    right += place(known, one.actor) == 0 ? 1 : 0;
  }
  const auto n = static_cast<double>(2 * cases.size());
  shown("three traits only, stated on average", stated / n, "likelihood");
  shown("three traits only, right", right / n);
  shown("three traits only, highest stated", high, "likelihood");
}

double mean(const std::vector<Run>& runs, double Run::* what) {
  return std::accumulate(runs.begin(), runs.end(), 0.0, [&](double sum, const Run& r) { return sum + r.*what; }) /
         static_cast<double>(runs.size());
}
double mean_top(const std::vector<Run>& runs, std::size_t places) {
  double sum = 0;
  for (const Run& run : runs) sum += run.top(places);
  return sum / static_cast<double>(runs.size());
}

void ask(const Knowledge& knowledge, const std::vector<Case>& cases, Asked& asked, std::vector<Choice>& choices) {
  for (const Case& one : cases) {
    const TraitModel known(knowledge, {.actor = {}, .report_of = one.actor, .report = one.report});
    const TraitModel removed(knowledge, {.actor = one.actor, .report_of = {}, .report = {}});
    asked.known.push_back(known.rank(one.seen));
    asked.removed.push_back(removed.rank(one.seen));
    Choice& choice = choices.emplace_back();
    for (const Ranked& ranked : asked.known.back()) choice.offered.push_back(ranked.features);
    choice.right = place(asked.known.back(), one.actor);
  }
}

// Groups' own reports alone, without those that tie traits to a campaign which ATT&CK lays to the group.
void without_campaigns(const Knowledge& bare, const std::vector<Case>& cases) {
  Asked asked;
  std::vector<Choice> choices;
  ask(bare, cases, asked, choices);
  const Run run = run_folds(cases, asked, choices, 1);
  for (const std::size_t places : {1, 3, 10}) shown(fmt::format("without campaigns, top {}", places), run.top(places));
}

}  // namespace

int main(int count, char** values) {
  if (count < 2) return fmt::print(stderr, "usage: attribution_bench BUNDLE\n"), 2;
  const std::vector<std::string> files = {values[1]};
  const auto bare = Knowledge::load(files, {.campaigns = false});
  const auto knowledge = Knowledge::load(files);
  if (!bare || !knowledge) return fmt::print(stderr, "{}\n", (bare ? knowledge : bare).error().text()), 4;
  const auto cases = make_cases(*bare);
  if (cases.size() < kFolds * 4) return fmt::print(stderr, "{}: too few cases ({})\n", files[0], cases.size()), 4;
  shown("cases", static_cast<double>(cases.size()), "cases");

  Asked asked;
  std::vector<Choice> choices;
  ask(*knowledge, cases, asked, choices);
  std::vector<Run> runs;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) runs.push_back(run_folds(cases, asked, choices, seed));
  at_least("top 1", mean_top(runs, 1), 0.60);
  at_least("top 3", mean_top(runs, 3), 0.73);
  at_least("top 10", mean_top(runs, 10), 0.85);
  at_least("precision at 25 % coverage", mean(runs, &Run::precision), 0.95);
  at_most("actor removed, somebody named", mean(runs, &Run::named_removed), 0.01);
  at_most("calibration error, five bins", mean(runs, &Run::error), 0.03);
  shown("threshold at 25 % coverage", mean(runs, &Run::threshold), "likelihood");
  decoys(*knowledge, cases, runs[0]);
  past_only(*knowledge, cases, runs[0]);
  by_actor(cases, runs[0]);
  unique_software(*knowledge, cases, runs[0]);
  short_lists(*knowledge, cases, runs[0]);
  without_campaigns(*bare, cases);

  std::vector<std::size_t> everything(cases.size());
  std::iota(everything.begin(), everything.end(), 0u);
  const Weights fresh = fit(cases, asked, choices, everything);
  double drift = 0;
  for (std::size_t i = 0; i < kFeatures; ++i) drift = std::max(drift, std::abs(fresh.score[i] - kWeights.score[i]));
  for (std::size_t i = 0; i < 4; ++i) drift = std::max(drift, std::abs(fresh.likelihood[i] - kWeights.likelihood[i]));
  figure("shipped weights, distance from a fit", drift, "weight", 0.01, false, true);
  fmt::print(stderr, "fitted on all actors: {{{:.4f}}}, {{{:.4f}}}\n", fmt::join(fresh.score, ", "),
             fmt::join(fresh.likelihood, ", "));
  return 0;
}
