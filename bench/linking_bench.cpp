// Linking: what public reports share, and whether that ties reports of one actor.
//
//   linking_bench MALTRAIL_FOLDER WARNING_LISTS     figures as JSON lines on stdout, freshly fitted weights on stderr
//   linking_bench --synthetic N                     N made-up indicators: time and memory
//
// Reports are delimited as the lists have them: the indicators below one or several "# Reference:" lines, up to the
// next. The file of what nobody is named for is left out, which leaves 236 actors and 5,469 reports. A link is a pair
// of reports; it is right when both stand in one actor's file. Precision is over links; recall the share of reports
// with a right link. The actor is never a feature.
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "assess/campaign.h"
#include "assess/link.h"

using namespace tocsin;
using namespace tocsin::assess;

namespace {

constexpr std::size_t kFitted = 9;  // kinds that reports have
constexpr std::size_t kColumns = 3 * kFitted + 5;
constexpr double kPrecision = 0.98, kRecall = 0.35;
constexpr int kFolds = 5;
using Row = std::array<double, kColumns>;

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

void figure(std::string_view name, double value, std::string_view unit, std::string_view must, int holds) {
  fmt::print("{{\"name\":\"{}\",\"value\":{:.4f},\"unit\":\"{}\",\"must\":\"{}\",\"holds\":{}}}\n", name, value, unit,
             must,
             holds < 0 ? "null"
             : holds   ? "true"
                       : "false");
}
void at_least(std::string_view name, double value, double bound) {
  figure(name, value, "", fmt::format(">= {:g}", bound), value >= bound);
}
void shown(std::string_view name, double value, std::string_view unit = "") { figure(name, value, unit, "", -1); }

struct Report {
  std::string actor;
  std::vector<std::string> indicators;
};

bool names_a_host(std::string_view text) {
  if (const std::size_t scheme = text.find("://"); scheme != std::string_view::npos) text.remove_prefix(scheme + 3);
  text = text.substr(0, text.find('/'));
  return text.find('.') != std::string_view::npos;
}

std::vector<Report> read_reports(const std::string& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (const std::string name = entry.path().filename().string();
        name.starts_with("apt_") && name.ends_with(".txt") && name != "apt_unclassified.txt")
      files.push_back(entry.path());
  std::ranges::sort(files);
  std::vector<Report> out;
  for (const auto& file : files) {
    std::ifstream in(file);
    Report report{file.stem().string(), {}};
    const auto flush = [&] {
      if (std::ranges::any_of(report.indicators, names_a_host)) out.push_back(report);
      report.indicators.clear();
    };
    for (std::string line; std::getline(in, line);) {
      if (line.starts_with("# Reference")) flush();
      line = line.substr(0, line.find('#'));
      while (!line.empty() && std::isspace(static_cast<unsigned char>(line.back()))) line.pop_back();
      if (!line.empty()) report.indicators.push_back(line);
    }
    flush();
  }
  return out;
}

struct Couple {
  std::uint32_t a, b;
  bool same;
  Row row;
};

Row row_of(const PairFeatures& features, double size_a, double size_b) {
  Row row{};
  for (std::size_t kind = 0; kind < kFitted; ++kind) {
    row[3 * kind] = static_cast<double>(features.first[kind]);
    // More of what can carry a merge never speaks against a link, whatever these reports say.
    row[3 * kind + 1] =
        kKinds[kind].side && kKinds[kind].name != "path" ? 0 : static_cast<double>(features.further[kind]);
    row[3 * kind + 2] = static_cast<double>(features.held[kind]);
  }
  row[3 * kFitted] = std::log(std::min(size_a, size_b));
  row[3 * kFitted + 1] = std::log(std::max(size_a, size_b));
  row[3 * kFitted + 2] = static_cast<double>(features.common);
  row[3 * kFitted + 3] = static_cast<double>(features.crowd);
  row[3 * kFitted + 4] = 1;
  return row;
}

double dot(const Row& a, const Row& b) {
  double sum = 0;
  for (std::size_t i = 0; i < kColumns; ++i) sum += a[i] * b[i];
  return sum;
}

// Logistic regression by Newton's method; an actor with many pairs counts by their root, or it would be all.
template <class Use>
Row fit(const std::vector<Couple>& couples, const std::vector<double>& weights, Use use) {
  Row out{};
  for (int round = 0; round < 30; ++round) {
    std::array<Row, kColumns> hessian{};
    Row gradient{};
    for (std::size_t i = 0; i < kColumns; ++i) {
      hessian[i][i] = 1;
      gradient[i] = out[i];
    }
    for (std::size_t n = 0; n < couples.size(); ++n) {
      if (!use(couples[n])) continue;
      const Row& x = couples[n].row;
      const double p = 1 / (1 + std::exp(-std::clamp(dot(x, out), -30.0, 30.0)));
      const double error = weights[n] * (p - couples[n].same), curve = weights[n] * p * (1 - p);
      for (std::size_t i = 0; i < kColumns; ++i) {
        if (x[i] == 0) continue;
        gradient[i] += error * x[i];
        for (std::size_t j = 0; j < kColumns; ++j) hessian[i][j] += curve * x[i] * x[j];
      }
    }
    for (std::size_t i = 0; i < kColumns; ++i) {
      for (std::size_t j = i + 1; j < kColumns; ++j) {
        const double share = hessian[j][i] / hessian[i][i];
        for (std::size_t k = i; k < kColumns; ++k) hessian[j][k] -= share * hessian[i][k];
        gradient[j] -= share * gradient[i];
      }
    }
    double step = 0;
    for (std::size_t i = kColumns; i-- > 0;) {
      for (std::size_t k = i + 1; k < kColumns; ++k) gradient[i] -= hessian[i][k] * gradient[k];
      gradient[i] /= hessian[i][i];
      step = std::max(step, std::abs(gradient[i]));
    }
    for (std::size_t i = 0; i < kColumns; ++i) out[i] -= gradient[i];
    if (step < 1e-6) break;
  }
  return out;
}

struct Outcome {
  double precision = 0, recall = 0;
  std::size_t links = 0;
};
Outcome judge(const std::vector<Couple>& couples, std::size_t reports, const std::function<bool(std::size_t)>& linked) {
  Outcome out;
  std::size_t right = 0;
  std::set<std::uint32_t> found;
  for (std::size_t i = 0; i < couples.size(); ++i) {
    if (!linked(i)) continue;
    ++out.links;
    if (!couples[i].same) continue;
    ++right;
    found.insert(couples[i].a);
    found.insert(couples[i].b);
  }
  out.precision = out.links ? static_cast<double>(right) / static_cast<double>(out.links) : 0;
  out.recall = static_cast<double>(found.size()) / static_cast<double>(reports);
  return out;
}

// The lowest mark that keeps the precision, over couples that `use` takes.
template <class Use>
double mark_for(const std::vector<Couple>& couples, const std::vector<double>& scores, double precision, Use use) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < couples.size(); ++i)
    if (use(couples[i])) order.push_back(i);
  std::ranges::stable_sort(order, std::greater(), [&](std::size_t i) { return scores[i]; });
  double mark = 1e9;
  std::size_t right = 0;
  for (std::size_t n = 0; n < order.size(); ++n) {
    right += couples[order[n]].same;
    if (static_cast<double>(right) >= precision * static_cast<double>(n + 1)) mark = scores[order[n]];
  }
  return mark;
}

void measure(const std::string& folder, const std::string& lists_folder) {
  const std::vector<Report> reports = read_reports(folder);
  indicators::WarningLists lists;
  if (auto loaded = indicators::WarningLists::load(lists_folder)) lists = std::move(*loaded);
  Linker linker(&lists);
  std::size_t indicators = 0;
  std::map<std::string, std::uint32_t> actors;
  for (const Report& report : reports) {
    actors.try_emplace(report.actor, static_cast<std::uint32_t>(actors.size()));
    linker.add_item();
    indicators += report.indicators.size();
    for (const std::string& one : report.indicators) linker.see_indicator(one);
  }
  shown("linking: actors", static_cast<double>(actors.size()));
  shown("linking: reports", static_cast<double>(reports.size()));
  shown("linking: indicators", static_cast<double>(indicators));
  std::vector<Couple> couples;
  std::map<std::string, double> pairs_of;
  linker.each_pair([&](std::uint32_t a, std::uint32_t b, const PairFeatures& features) {
    couples.push_back(
        {a, b, reports[a].actor == reports[b].actor, row_of(features, linker.size_of(a), linker.size_of(b))});
    ++pairs_of[reports[a].actor];
  });
  std::vector<double> weights;
  for (const Couple& one : couples) weights.push_back(1 / std::sqrt(pairs_of[reports[one.a].actor]));
  double mean = 0;
  for (const double one : weights) mean += one / static_cast<double>(weights.size());
  for (double& one : weights) one /= mean;

  // As shipped: the constants in link.cpp.
  const std::vector<ItemLink> links = linker.links(kLinkWeights.link_at);
  std::size_t right = 0;
  std::set<std::uint32_t> found;
  for (const ItemLink& link : links) {
    if (reports[link.a].actor != reports[link.b].actor) continue;
    ++right;
    found.insert(link.a);
    found.insert(link.b);
  }
  at_least("linking: precision", static_cast<double>(right) / static_cast<double>(links.size()), kPrecision);
  at_least("linking: recall", static_cast<double>(found.size()) / static_cast<double>(reports.size()), kRecall);
  shown("linking: links", static_cast<double>(links.size()));

  // Held out: everything, the mark too, chosen without the fold's actors.
  std::vector<double> held(couples.size());
  std::vector<bool> linked(couples.size());
  for (int fold = 0; fold < kFolds; ++fold) {
    const auto in_fold = [&](std::uint32_t report) {
      return static_cast<int>(actors[reports[report].actor] * 7919 % 104729 % kFolds) == fold;
    };
    const auto train = [&](const Couple& one) { return !in_fold(one.a) && !in_fold(one.b); };
    const Row made = fit(couples, weights, train);
    std::vector<double> scores;
    for (const Couple& one : couples) scores.push_back(dot(one.row, made));
    const double mark = mark_for(couples, scores, kPrecision, train);
    for (std::size_t i = 0; i < couples.size(); ++i)
      if (in_fold(couples[i].a)) {
        held[i] = scores[i];
        linked[i] = scores[i] >= mark;
      }
  }
  const Outcome out = judge(couples, reports.size(), [&](std::size_t i) { return bool(linked[i]); });
  shown("linking: precision, held out", out.precision);
  shown("linking: recall, held out", out.recall);
  const double at_recall = [&] {
    std::vector<double> sorted = held;
    std::ranges::sort(sorted, std::greater());
    for (std::size_t n = 100; n < sorted.size(); n += 100) {
      const Outcome one = judge(couples, reports.size(), [&](std::size_t i) { return held[i] >= sorted[n]; });
      if (one.recall >= kRecall) return one.precision;
    }
    return 0.0;
  }();
  shown("linking: precision at recall .35, held out", at_recall);

  // Merges: groups of reports, two independent sides each.
  const std::vector<std::uint32_t> groups = close_groups(reports.size(), links);
  std::map<std::uint32_t, std::vector<std::uint32_t>> members;
  for (std::uint32_t i = 0; i < groups.size(); ++i) members[groups[i]].push_back(i);
  std::size_t merged = 0, largest = 0, mixed = 0, pure = 0, groups_made = 0;
  for (const auto& [group, list] : members) {
    if (list.size() < 2) continue;
    ++groups_made;
    merged += list.size();
    largest = std::max(largest, list.size());
    std::map<std::string, std::size_t> counts;
    for (const std::uint32_t one : list) ++counts[reports[one].actor];
    std::size_t most = 0;
    for (const auto& [actor, count] : counts) most = std::max(most, count);
    pure += most;
    mixed += counts.size() > 1;
  }
  std::size_t on_one_side = 0;
  for (const ItemLink& link : links)
    on_one_side += groups[link.a] == groups[link.b] && link.joins() && link.sides < 2 &&
                   reports[link.a].actor != reports[link.b].actor;
  figure("linking: cross-actor merges on one link", static_cast<double>(on_one_side), "", "<= 0", on_one_side == 0);
  shown("linking: merged groups", static_cast<double>(groups_made));
  shown("linking: reports in them", static_cast<double>(merged));
  shown("linking: largest group", static_cast<double>(largest));
  shown("linking: groups of several actors", static_cast<double>(mixed));
  shown("linking: purity of groups", merged ? static_cast<double>(pure) / static_cast<double>(merged) : 1);

  const auto all = [](const Couple&) { return true; };
  const Row made = fit(couples, weights, all);
  std::vector<double> scores;
  for (const Couple& one : couples) scores.push_back(dot(one.row, made));
  for (const double precision : {0.98, 0.97, 0.96, 0.95}) {
    const double mark = mark_for(couples, scores, precision, all);
    const Outcome one = judge(couples, reports.size(), [&](std::size_t i) { return scores[i] >= mark; });
    fmt::print(stderr, "fitted on all: precision {:.4f} recall {:.4f} links {} mark {:.3f}\n", one.precision,
               one.recall, one.links, mark);
  }
  for (std::size_t kind = 0; kind < kFitted; ++kind)
    fmt::print(stderr, "{{\"{}\", {:.2f}, {:.2f}, {:.2f}\n", kKinds[kind].name, made[3 * kind], made[3 * kind + 1],
               made[3 * kind + 2]);
  fmt::print(stderr, "bias {:.2f} smaller {:.2f} larger {:.2f} common {:.2f} crowd {:.2f}\n", made[3 * kFitted + 4],
             made[3 * kFitted], made[3 * kFitted + 1], made[3 * kFitted + 2], made[3 * kFitted + 3]);
}

// Reports of a thousand indicators, some of which two or three others have too.
void synthetic(std::uint64_t count) {
  const double start = now();
  Linker linker(nullptr);
  std::uint64_t state = 1;
  const auto random = [&](std::uint64_t below) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (state >> 33) % below;
  };
  std::string text;
  for (std::uint64_t i = 0; i < count; ++i) {
    if (i % 1000 == 0) linker.add_item();
    const std::uint64_t number = random(10) == 0 ? random(count) : count + i;
    const Time time{1'600'000'000 + static_cast<std::int64_t>(random(300'000'000)), 0, 0};
    text.clear();
    if (number % 2 == 0) {
      fmt::format_to(std::back_inserter(text), "{}.{}.{}.{}", 11 + number / 2 % 150, number / 300 % 256,
                     number / 76'800 % 256, number / 19'660'800 % 256);
    } else {
      fmt::format_to(std::back_inserter(text), "mail{}.name-{}.example", number % 7, number / 2);
    }
    linker.see_indicator(text, time);
  }
  const std::vector<ItemLink> links = linker.links(kLinkWeights.link_at);
  const double seconds = now() - start;
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const double megabytes = static_cast<double>(usage.ru_maxrss) / 1024;
  const double million = static_cast<double>(count) / 1e6;
  shown(fmt::format("linking: {:g} M indicators, links", million), static_cast<double>(links.size()));
  shown(fmt::format("linking: {:g} M indicators, pairs left out", million), static_cast<double>(linker.capped()));
  figure(fmt::format("linking: {:g} M indicators", million), seconds, "s", "<= 60", seconds <= 60);
  figure(fmt::format("linking: {:g} M indicators, memory", million), megabytes, "MB", "<= 2048", megabytes <= 2048);
}

}  // namespace

int main(int count, char** values) {
  if (count == 3 && std::string_view(values[1]) == "--synthetic") {
    synthetic(std::strtoull(values[2], nullptr, 10));
    return 0;
  }
  if (count != 3) {
    fmt::print(stderr, "usage: linking_bench REPORTS WARNING_LISTS | linking_bench --synthetic N\n");
    return 2;
  }
  measure(values[1], values[2]);
  return 0;
}
