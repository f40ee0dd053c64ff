// How well decoys are told from honest names, and how fast: `./dev bench decoys`, HACKING.md.
//
//   decoys_bench measure DECOYS.tsv BENIGN.tsv [--flagged] [--missed] [--aside FILE]   figures as JSON lines
//   decoys_bench fit DECOYS.tsv BENIGN.tsv [--aside FILE]      prints src/decoys/weights.cpp's table
//   decoys_bench stress [SEED] [--telling]                     decoys and honest names of our own making, by trick
//   decoys_bench speed [NAMES [DECOYS.tsv BENIGN.tsv]]         names a second with 500 protected names, over made or
//   real names
// --aside: benign names that somebody reviewed and found to be the imitated owner's, or real imitations.
//
// DECOYS.tsv: name, imitated name (labels); all imitated names are protected. BENIGN.tsv: name. In folds, a protected
// name's decoys are judged by weights fitted without any decoy of it, and what benign names were met by it likewise.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <fstream>
#include <iostream>
#include <map>
#include <set>

#include "bench/decoys_fit.h"
#include "bench/decoys_stress.h"
#include "decoys/guard.h"
#include "decoys/share.h"

namespace tocsin::bench {
namespace {

using namespace decoys;

constexpr std::size_t kFolds = 5;
constexpr double kHighRate = 160, kMediumRate = 750;  // false in a million, of the names that weights are fitted on

struct Row {
  std::string name, imitates;
};

std::vector<Row> read_rows(const std::string& path, bool labelled) {
  std::vector<Row> out;
  std::ifstream file(path);
  std::string line;
  for (bool first = true; std::getline(file, line); first = false) {
    if (first) continue;
    const std::size_t tab = std::min(line.find('\t'), line.size());
    Row row{line.substr(0, tab), ""};
    if (labelled && tab < line.size()) row.imitates = line.substr(tab + 1, line.find('\t', tab + 1) - tab - 1);
    out.push_back(std::move(row));
  }
  return out;
}

[[noreturn]] void stop(const Error& error) {
  std::cerr << error.text() << "\n";
  std::exit(4);
}

struct Data {
  std::vector<Example> decoys, benign;
  std::vector<Row> decoy_rows, benign_rows;  // of the examples
  std::size_t decoy_count = 0, benign_count = 0, owned = 0, missed_by_index = 0;
  std::vector<std::string> unfound;
};

// Decoys whose imitated name is met become examples of it; benign names of each brand that they meet.
Data gather(const Guard& guard, const std::vector<Row>& decoys, const std::vector<Row>& benign,
            const std::set<std::string>& aside = {}) {
  Data out;
  Guard::Scratch scratch;
  Sight sight;
  std::map<std::string, std::uint32_t> brands;
  for (std::uint32_t i = 0; i < guard.brands().size(); ++i) brands[guard.brands()[i].name] = i;
  for (const Row& row : decoys) {
    ++out.decoy_count;
    const auto seen = guard.everything(row.name, scratch, sight);
    Example example;
    example.brand = brands.at(row.imitates);
    if (seen == Guard::Seen::sight)
      for (const Sight& one : scratch.all) example.places.push_back({one.brand, one.features});
    if (example.places.empty()) {
      ++out.missed_by_index;
      out.unfound.push_back(row.name + " " + row.imitates);
    }
    out.decoys.push_back(std::move(example));
    out.decoy_rows.push_back(row);
  }
  for (const Row& row : benign) {
    ++out.benign_count;
    const auto seen = guard.everything(row.name, scratch, sight);
    out.owned += seen == Guard::Seen::owned;
    if (seen != Guard::Seen::sight || aside.contains(row.name)) continue;
    Example example;
    for (const Sight& one : scratch.all) example.places.push_back({one.brand, one.features});
    out.benign.push_back(std::move(example));
    out.benign_rows.push_back(row);
  }
  return out;
}

// Protected names go to folds by their rank in the order of a hash, so that neighbours in the alphabet part.
std::vector<std::size_t> folds_of(const Guard& guard) {
  std::vector<std::pair<std::uint64_t, std::uint32_t>> order;
  for (std::uint32_t i = 0; i < guard.brands().size(); ++i) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char c : guard.brands()[i].label) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    order.emplace_back(hash, i);
  }
  std::ranges::sort(order);
  std::vector<std::size_t> out(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) out[order[i].second] = i % kFolds;
  return out;
}

struct Outcome {
  double recall = 0, macro = 0, per_million = 0, threshold = 0;
};

Outcome outcome_at(double threshold, const Data& data, const std::vector<double>& decoys,
                   const std::vector<double>& benign) {
  Outcome out;
  out.threshold = threshold;
  std::map<std::uint32_t, std::pair<double, double>> by_brand;
  std::size_t found = 0, wrong = 0;
  for (std::size_t i = 0; i < decoys.size(); ++i) {
    auto& [hit, all] = by_brand[data.decoys[i].brand];
    const bool is = decoys[i] >= threshold;
    hit += is;
    ++all;
    found += is;
  }
  for (const auto& [brand, counts] : by_brand) out.macro += counts.first / counts.second;
  out.macro /= static_cast<double>(by_brand.size());
  out.recall = static_cast<double>(found) / static_cast<double>(decoys.size());
  for (const double score : benign) wrong += score >= threshold;
  out.per_million = 1e6 * static_cast<double>(wrong) / static_cast<double>(data.benign_count);
  return out;
}

// The lowest threshold that flags at most so many.
double threshold_for(double per_million, const Data& data, std::vector<double> benign) {
  std::ranges::sort(benign, std::greater{});
  const auto allowed = static_cast<std::size_t>(per_million * static_cast<double>(data.benign_count) / 1e6);
  return allowed < benign.size() ? benign[allowed] + 1e-6 : -1e9;
}

struct Scores {
  std::vector<double> decoys, benign;
};

Scores in_sample(const Data& data, const Weights& weights) {
  Scores out;
  for (const Example& e : data.decoys) out.decoys.push_back(best_of(e, weights));
  for (const Example& e : data.benign) out.benign.push_back(best_of(e, weights));
  return out;
}

// A place is judged by the weights of the fold that its brand is in.
Scores in_folds(const Data& data, const std::vector<std::size_t>& folds) {
  std::vector<Weights> weights;
  for (std::size_t fold = 0; fold < kFolds; ++fold)
    weights.push_back(fit(data.decoys, data.benign, [&](std::uint32_t brand) { return folds[brand] != fold; }));
  Scores out;
  const auto judge = [&](const Example& e) {
    double best = -1e9;
    for (const PlaceOf& place : e.places) best = std::max(best, dot(weights[folds[place.brand]], place.features));
    return best;
  };
  for (const Example& e : data.decoys) {
    // Only by the fold of the imitated name: others may have been fitted on this very decoy.
    double best = -1e9;
    for (const PlaceOf& place : e.places) best = std::max(best, dot(weights[folds[e.brand]], place.features));
    out.decoys.push_back(best);
  }
  for (const Example& e : data.benign) out.benign.push_back(judge(e));
  return out;
}

// The whole of what is done for a new set, by halves of it: weights fitted and thresholds chosen without any decoy of
// the names that are judged, and on the other half of the honest names. Ten times over, halved and folded anew.
Outcome nested(const Data& data, double per_million) {
  constexpr std::size_t kRounds = 10;
  Outcome out;
  for (std::size_t round = 0; round < kRounds; ++round) {
    const auto drawn = [&](std::string_view text) {
      std::uint64_t hash = 0xcbf29ce484222325 + round;
      for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
      return (hash ^ hash >> 29) * 0xbf58476d1ce4e5b9 >> 33;
    };
    std::map<std::uint32_t, std::size_t> fold;
    for (const Row& row : data.decoy_rows) fold.emplace(data.decoys[&row - data.decoy_rows.data()].brand, 0);
    std::vector<std::pair<std::uint64_t, std::uint32_t>> order;
    for (const auto& [brand, unused] : fold) order.emplace_back(drawn(std::to_string(brand)), brand);
    std::ranges::sort(order);
    for (std::size_t i = 0; i < order.size(); ++i) fold[order[i].second] = i % kFolds;
    for (const bool side : {false, true}) {
      std::vector<Example> mine, others;
      for (std::size_t i = 0; i < data.benign.size(); ++i)
        (((drawn(data.benign_rows[i].name) & 1) != 0) == side ? mine : others).push_back(data.benign[i]);
      std::vector<double> decoys(data.decoys.size(), -1);
      double wrong = 0;
      for (std::size_t f = 0; f < kFolds; ++f) {
        const auto used = [&](std::uint32_t brand) { return fold[brand] != f; };
        const Weights weights = fit(data.decoys, mine, used);
        const auto best = [&](const Example& e, bool use) {
          double value = -1e9;
          for (const PlaceOf& place : e.places)
            if (used(place.brand) == use) value = std::max(value, dot(weights, place.features));
          return value;
        };
        std::vector<double> scores;
        for (const Example& e : mine) scores.push_back(best(e, true));
        // Four in five names, half the honest ones.
        const double threshold = threshold_for(per_million * (kFolds - 1) / kFolds / 2, data, scores);
        for (std::size_t i = 0; i < data.decoys.size(); ++i)
          if (!used(data.decoys[i].brand)) decoys[i] = best(data.decoys[i], false) >= threshold;
        for (const Example& e : others) wrong += best(e, false) >= threshold;
      }
      const Outcome o = outcome_at(.5, data, decoys, {});
      out.recall += o.recall / (2 * kRounds);
      out.macro += o.macro / (2 * kRounds);
      out.per_million += 2e6 * wrong / static_cast<double>(data.benign_count) / (2 * kRounds);
    }
  }
  return out;
}

Weights shipped() {
  Weights out{};
  for (std::size_t i = 0; i < kFeatures; ++i) out[i] = static_cast<double>(kWeights[i]);
  return out;
}

void line(const std::string& name, double value, const std::string& unit, const std::string& must,
          std::optional<bool> holds) {
  fmt::print("{{\"name\":\"{}\",\"value\":{:.6g},\"unit\":\"{}\",\"must\":\"{}\",\"holds\":{}}}\n", name, value, unit,
             must, holds ? (*holds ? "true" : "false") : "null");
}

void tell(const std::string& what, const Outcome& o, double recall, double macro, double wrong) {
  line(what + ": recall", 100 * o.recall, "%", recall > 0 ? fmt::format(">= {:g}", recall) : "",
       recall > 0 ? std::optional(100 * o.recall >= recall) : std::nullopt);
  line(what + ": macro over protected names", 100 * o.macro, "%", macro > 0 ? fmt::format(">= {:g}", macro) : "",
       macro > 0 ? std::optional(100 * o.macro >= macro) : std::nullopt);
  line(what + ": false", o.per_million, "per million", wrong > 0 ? fmt::format("<= {:g}", wrong) : "",
       wrong > 0 ? std::optional(o.per_million <= wrong) : std::nullopt);
}

double logit_of(double p) { return std::log(p / (1 - p)); }

int measure(const std::vector<std::string>& args, bool fitting) {
  const auto decoys = read_rows(args[0], true), benign = read_rows(args[1], false);
  bool flagged = false, missed = false;
  std::set<std::string> aside;
  Lists lists;
  for (std::size_t i = 2; i < args.size(); ++i) {
    flagged |= args[i] == "--flagged";
    missed |= args[i] == "--missed";
    if (args[i] == "--aside" && i + 1 < args.size()) {
      std::ifstream file(args[i + 1]);
      for (std::string name; file >> name;) aside.insert(name);
    }
  }
  for (const Row& row : decoys) lists.protect.push_back(row.imitates);
  auto share = load_share();
  if (!share) stop(share.error());
  const auto bare = Guard::build(lists, share->lexicon, PublicSuffixes::system());
  if (!bare) stop(bare.error());
  lists.owners = share->owners;
  const auto guard = Guard::build(lists, share->lexicon, PublicSuffixes::system());
  if (!guard) stop(guard.error());
  const Data data = gather(*guard, decoys, benign, aside);
  const auto folds = folds_of(*guard);
  const Weights now = shipped();
  if (fitting) {
    const Weights fitted = fit(data.decoys, data.benign, [](std::uint32_t) { return true; });
    const Scores scores = in_sample(data, fitted), other = in_folds(data, folds);
    for (const double rate : {200.0, 500.0, 1000.0}) {
      for (const auto& [name, set] : {std::pair{"in-sample", &scores}, {"folds", &other}}) {
        const Outcome o = outcome_at(threshold_for(rate, data, set->benign), data, set->decoys, set->benign);
        fmt::print(stderr, "{:<10} at {:>5.0f}: recall {:.1f} macro {:.1f} (threshold {:.2f})\n", name, rate,
                   100 * o.recall, 100 * o.macro, o.threshold);
      }
    }
    // Two points fix what a logit means: the levels begin where so many honest names in a million are flagged that
    // nested() finds no more than 200 and 1,000 of those that it held out.
    // A little above, for weights are printed rounded.
    const double high = threshold_for(kHighRate, data, scores.benign) + .01,
                 medium = threshold_for(kMediumRate, data, scores.benign);
    const double slope = (logit_of(kHigh) - logit_of(kMedium)) / std::max(.2, high - medium);
    fmt::print(stderr, "calibration: slope {:.3f}, high {:.2f}, medium {:.2f}\n", slope, high, medium);
    for (std::size_t i = 0; i < kFeatures; ++i) {
      double w = fitted[i] * slope;
      if (i == 0) w += logit_of(kMedium) - slope * medium;
      fmt::print("    {{Feature::{}, {:.3f}f}},{:>{}}// {}\n", kFeatureNames[i], w, "",
                 std::max<int>(1, 30 - static_cast<int>(kFeatureNames[i].size()) - (w < 0) - (std::abs(w) >= 10)),
                 kFeatureMeanings[i]);
    }
    return 0;
  }
  const Scores scores = in_sample(data, now);
  const double medium = logit_of(kMedium), high = logit_of(kHigh);
  tell("medium and above", outcome_at(medium, data, scores.decoys, scores.benign), 92, 90, 1000);
  tell("high", outcome_at(high, data, scores.decoys, scores.benign), 80, 0, 200);
  const Scores other = in_folds(data, folds);
  for (const double rate : {1000.0, 500.0, 200.0}) {
    const Outcome o = outcome_at(threshold_for(rate, data, other.benign), data, other.decoys, other.benign);
    tell(fmt::format("five folds at {:.0f}", rate), o,
         rate == 1000  ? 92
         : rate == 200 ? 80
                       : 0,
         rate == 1000 ? 90 : 0, 0);
  }
  tell("held out, medium and above", nested(data, kMediumRate), 92, 90, 1000);
  tell("held out, high", nested(data, kHighRate), 80, 0, 200);
  const Data upper = gather(*bare, decoys, benign);
  const Scores all = in_sample(upper, now);
  line("medium and above: false, no owners known", outcome_at(medium, upper, all.decoys, all.benign).per_million,
       "per million", "", {});
  line("high: false, no owners known", outcome_at(high, upper, all.decoys, all.benign).per_million, "per million", "",
       {});
  line("decoys that no place was found in", static_cast<double>(data.missed_by_index), "", "", {});
  line("benign names looked at", static_cast<double>(data.benign_count), "", "", {});
  line("of them known to be the owners'", static_cast<double>(data.owned), "", "", {});
  Guard::Scratch scratch;
  Sight sight;
  if (flagged)
    for (std::size_t i = 0; i < data.benign.size(); ++i) {
      if (scores.benign[i] < logit_of(kLow)) continue;
      guard->look(data.benign_rows[i].name, scratch, sight);
      const Explanation why = guard->explain(sight, scratch);
      fmt::print(stderr, "{:<13} {:.3f} {:<40} {:<20} {}\n", kLevelNames[static_cast<int>(sight.level)], sight.score,
                 why.name, why.imitates, why.reason);
    }
  if (missed) {
    for (std::size_t i = 0; i < data.decoys.size(); ++i)
      if (scores.decoys[i] < high)
        fmt::print(stderr, "{} {:.3f} {:<40} {}\n", scores.decoys[i] < medium ? "missed" : "medium",
                   logistic(scores.decoys[i]), data.decoy_rows[i].name, data.decoy_rows[i].imitates);
  }
  return 0;
}

// Names of our own making: recall by trick, and honest names flagged.
int stress(std::uint64_t seed, bool telling) {
  const Stress made = make_stress(seed, 400'000);
  auto share = load_share();
  if (!share) stop(share.error());
  Lists lists;
  lists.protect = made.protect;
  const auto guard = Guard::build(lists, share->lexicon, PublicSuffixes::system());
  if (!guard) stop(guard.error());
  Guard::Scratch scratch;
  Sight sight;
  const auto level = [&](const std::string& name) {
    return guard->look(name, scratch, sight) == Guard::Seen::sight ? sight.level : Level::informational;
  };
  std::size_t all = 0, all_medium = 0, all_high = 0;
  for (const Stress::Trick& trick : made.tricks) {
    std::size_t medium = 0, high = 0;
    for (const auto& [name, imitated] : trick.decoys) {
      const Level of = level(name);
      medium += of >= Level::medium;
      high += of >= Level::high;
      if (telling && of < Level::high)
        fmt::print(stderr, "{:<20} {:<13} {:.3f} {:<40} {}\n", trick.name, kLevelNames[static_cast<int>(of)],
                   sight.score, name, made.protect[imitated]);
    }
    const double count = static_cast<double>(trick.decoys.size());
    line("made decoys, " + trick.name + ": medium and above", 100 * static_cast<double>(medium) / count, "%", "", {});
    line("made decoys, " + trick.name + ": high", 100 * static_cast<double>(high) / count, "%", "", {});
    all += trick.decoys.size();
    all_medium += medium;
    all_high += high;
  }
  line("made decoys: medium and above", 100 * static_cast<double>(all_medium) / static_cast<double>(all), "%", "", {});
  line("made decoys: high", 100 * static_cast<double>(all_high) / static_cast<double>(all), "%", "", {});
  std::size_t medium = 0, high = 0;
  for (const std::string& name : made.honest) {
    const Level of = level(name);
    medium += of >= Level::medium;
    high += of >= Level::high;
    if (telling && of >= Level::medium)
      fmt::print(stderr, "honest               {:<13} {:.3f} {:<40} {}\n", kLevelNames[static_cast<int>(of)],
                 sight.score, name, guard->explain(sight, scratch).reason);
  }
  const double count = static_cast<double>(made.honest.size());
  line("made honest names, medium and above", 1e6 * static_cast<double>(medium) / count, "per million", "", {});
  line("made honest names, high", 1e6 * static_cast<double>(high) / count, "per million", "", {});
  return 0;
}

// Names of certificate logs in form, made from the lexicon by one seed: what is measured is work, not judgement.
int speed(std::size_t count, const std::vector<std::string>& files) {
  auto share = load_share();
  if (!share) stop(share.error());
  std::uint64_t state = 2026;
  const auto draw = [&](std::size_t below) {
    state = state * 6364136223846793005 + 1442695040888963407;
    return static_cast<std::size_t>((state >> 33) % below);
  };
  std::vector<std::string> words;
  for (const WordClass one : {kCommon, kOrdinary, kTechnical, kLure, kInstitution})
    for (const std::string& word : share->lexicon.of_class(one))
      if (word.size() > 2) words.push_back(word);
  constexpr const char* kSuffixes[] = {"com",   "com", "com",  "net", "org",    "de",
                                       "co.uk", "fr",  "info", "xyz", "com.br", "io"};
  Lists lists;
  while (lists.protect.size() < 500) {
    // A third words, a third two words, a third inventions.
    std::string label = words[draw(words.size())];
    const std::size_t shape = draw(3);
    if (shape == 0) label += words[draw(words.size())];
    if (shape == 1) {
      label.clear();
      for (std::size_t syllables = 2 + draw(3); syllables > 0; --syllables) {
        label += "bcdfghklmnprstvz"[draw(16)];
        label += "aeiou"[draw(5)];
        if (draw(3) == 0) label += "lnrst"[draw(5)];
      }
    }
    lists.protect.push_back(label + "." + kSuffixes[draw(std::size(kSuffixes))]);
  }
  std::vector<std::string> names;
  for (std::size_t i = 0; i < 200'000; ++i) {
    std::string name;
    for (std::size_t below = draw(3); below > 0; --below)
      name += (draw(2) ? std::string("www") : words[draw(words.size())]) + ".";
    const std::size_t parts = 1 + draw(3);
    for (std::size_t p = 0; p < parts; ++p) name += (p && draw(3) == 0 ? "-" : "") + words[draw(words.size())];
    if (draw(5) == 0) name += std::to_string(draw(1000));
    names.push_back(name + "." + kSuffixes[draw(std::size(kSuffixes))]);
  }
  // Real ones where they are at hand: what decoys imitated, filled up to 500, and honest names.
  if (files.size() == 2) {
    std::vector<std::string> real;
    for (const Row& row : read_rows(files[0], true))
      if (std::ranges::find(real, row.imitates) == real.end()) real.push_back(row.imitates);
    std::copy(real.begin(), real.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(real.size(), 500)),
              lists.protect.begin());
    names.clear();
    for (const Row& row : read_rows(files[1], false)) names.push_back(row.name);
  }
  const auto guard = Guard::build(lists, share->lexicon, PublicSuffixes::system());
  if (!guard) stop(guard.error());
  Guard::Scratch scratch;
  Sight sight;
  std::size_t sights = 0, flagged = 0;
  const std::clock_t begin = std::clock();  // of this process alone: the machine may be busy
  for (std::size_t i = 0; i < count; ++i) {
    if (guard->look(names[i % names.size()], scratch, sight) != Guard::Seen::sight) continue;
    ++sights;
    flagged += sight.level >= Level::medium;
  }
  const double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  line(files.size() == 2 ? "benign names, 500 protected, scored" : "made names, 500 protected, scored",
       static_cast<double>(count) / seconds, "names/s CPU", ">= 1,000,000",
       static_cast<double>(count) / seconds >= 1e6);
  line("of them candidates", static_cast<double>(sights) / static_cast<double>(count), "share", "", {});
  line("of them flagged at medium", static_cast<double>(flagged) / static_cast<double>(count), "share", "", {});
  line("index of 500 names", static_cast<double>(guard->memory()) / 1e6, "MB", "", {});
  return 0;
}

}  // namespace
}  // namespace tocsin::bench

int main(int count, char** values) {
  const std::vector<std::string> args(values + 1, values + count);
  if (args.size() >= 3 && (args[0] == "measure" || args[0] == "fit"))
    return tocsin::bench::measure({args.begin() + 1, args.end()}, args[0] == "fit");
  if (!args.empty() && args[0] == "stress")
    return tocsin::bench::stress(args.size() > 1 ? std::stoul(args[1]) : 1, args.size() > 2 && args[2] == "--telling");
  if (!args.empty() && args[0] == "speed")
    return tocsin::bench::speed(args.size() > 1 ? std::stoul(args[1]) : 5'000'000,
                                {args.begin() + std::min<std::ptrdiff_t>(2, std::ssize(args)), args.end()});
  std::cerr << "usage: decoys_bench measure|fit DECOYS.tsv BENIGN.tsv … | stress [SEED] | speed [NAMES]\n";
  return 2;
}
