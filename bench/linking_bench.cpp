// Linking: what public reports share, and whether that ties reports of one actor.
//
//   linking_bench MALTRAIL_FOLDER WARNING_LISTS     figures as JSON lines on stdout, freshly fitted weights on stderr
//   linking_bench --synthetic N                     N made-up indicators: time and memory
//
// Reports are delimited as the lists have them: the indicators below one or several "# Reference:" lines, up to the
// next. The file of what nobody is named for is left out, which leaves 236 actors and 5,469 reports. Of the references
// the address, the hashes and the date that their links name belong to the report too (a list of the names that point
// to one address cites that address); who wrote it and where does not. A link is a pair of reports; it is right when
// both stand in one actor's file. Precision is over links; recall the share of reports with a right link. The actor is
// never a feature.
//
// Held out: actors in five folds; a pair is weighed by what was fitted, and linked by the mark that was chosen, without
// any actor of either side's fold.
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "assess/campaign.h"
#include "assess/link.h"

using namespace tocsin;
using namespace tocsin::assess;

namespace {

constexpr std::size_t kFitted = 11;  // kinds that reports have
constexpr std::size_t kOfKind = 5;   // columns of each: first, further, held, strangers, cover
constexpr std::size_t kColumns = kOfKind * kFitted + 4;
constexpr std::size_t kSmaller = kOfKind * kFitted, kLarger = kSmaller + 1, kCommon = kSmaller + 2,
                      kBias = kSmaller + 3;
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
  std::vector<std::string> indicators, cited;  // cited: what the links of its references name
  Time time = Time::none();
};

std::optional<Time> time_of(const std::string& reference) {
  static const std::regex tweet("status(?:es)?/([0-9]{17,19})"), pulse("pulse/([0-9a-f]{8})[0-9a-f]{16}"),
      folder("/(20[12][0-9])[/-]([01][0-9])[/-]");
  std::smatch found;
  if (std::regex_search(reference, found, tweet))
    return Time{static_cast<std::int64_t>((std::stoull(found[1]) >> 22) + 1'288'834'974'657) / 1000, 0, 0};
  if (std::regex_search(reference, found, pulse)) return Time{std::stoll(found[1], nullptr, 16), 0, 0};
  if (std::regex_search(reference, found, folder))
    return Time{((std::stoll(found[1]) - 1970) * 1461 / 4 + (std::stoll(found[2]) - 1) * 30 + 15) * 86400, 0, 0};
  return std::nullopt;
}

void read_reference(const std::string& line, Report& report) {
  static const std::regex address("ip-address/([0-9]+\\.[0-9]+\\.[0-9]+\\.[0-9]+)"),
      hash("(?:^|[^0-9a-f])([0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32})(?![0-9a-f])");
  std::smatch found;
  if (std::regex_search(line, found, address)) report.cited.push_back(found[1]);
  for (std::sregex_iterator at(line.begin(), line.end(), hash), end; at != end; ++at) report.cited.push_back((*at)[1]);
  if (const auto time = time_of(line); time && (!report.time.known() || *time < report.time)) report.time = *time;
}

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
    const Report fresh{file.stem().string(), {}, {}};
    Report report = fresh;
    const auto flush = [&] {
      if (report.indicators.empty()) return;
      if (std::ranges::any_of(report.indicators, names_a_host)) out.push_back(report);
      report = fresh;
    };
    for (std::string line; std::getline(in, line);) {
      if (line.starts_with("# Reference")) {
        flush();
        read_reference(line, report);
      }
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
    row[kOfKind * kind] = static_cast<double>(features.first[kind]);
    row[kOfKind * kind + 1] = static_cast<double>(features.further[kind]);
    row[kOfKind * kind + 2] = static_cast<double>(features.held[kind]);
    row[kOfKind * kind + 3] = static_cast<double>(features.strangers[kind]);
    row[kOfKind * kind + 4] = static_cast<double>(features.cover[kind]);
  }
  row[kSmaller] = std::log(std::min(size_a, size_b));
  row[kLarger] = std::log(std::max(size_a, size_b));
  row[kCommon] = static_cast<double>(features.common);
  row[kBias] = 1;
  return row;
}

// Sharing more never speaks against a link, nor longer lists and more holders for one, whatever these reports say.
int sign_of(std::size_t column) {
  if (column == kBias) return 0;
  if (column == kCommon) return 1;
  if (column >= kSmaller || column % kOfKind == 2 || column % kOfKind == 3) return -1;
  return 1;
}

double dot(const Row& a, const Row& b) {
  double sum = 0;
  for (std::size_t i = 0; i < kColumns; ++i) sum += a[i] * b[i];
  return sum;
}

// Logistic regression by Newton's method within those signs: what stands at zero and would cross it waits a round. An
// actor with many pairs counts by their root, or it would be all.
template <class Use>
Row fit(const std::vector<Couple>& couples, const std::vector<double>& weights, Use use) {
  Row out{};
  for (int round = 0; round < 60; ++round) {
    std::array<Row, kColumns> hessian{};
    Row gradient{};
    for (std::size_t i = 0; i < kColumns; ++i) {
      hessian[i][i] = 3;
      gradient[i] = 3 * out[i];
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
      if (sign_of(i) == 0 || out[i] != 0 || sign_of(i) * gradient[i] <= 0) continue;
      for (std::size_t j = 0; j < kColumns; ++j) hessian[i][j] = hessian[j][i] = 0;
      hessian[i][i] = 1;
      gradient[i] = 0;
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
    }
    for (std::size_t i = 0; i < kColumns; ++i) {
      const double before = out[i];
      out[i] -= gradient[i];
      if (sign_of(i) * out[i] < 0) out[i] = 0;
      step = std::max(step, std::abs(out[i] - before));
    }
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
// As links() does: a pair gains for each of the two that has no weightier one.
void prefer(const std::vector<Couple>& couples, std::vector<double>& scores) {
  std::map<std::uint32_t, double> most;
  for (std::size_t i = 0; i < couples.size(); ++i)
    for (const std::uint32_t end : {couples[i].a, couples[i].b}) {
      const auto [at, made] = most.try_emplace(end, scores[i]);
      at->second = std::max(at->second, scores[i]);
    }
  const std::vector<double> base = scores;
  for (std::size_t i = 0; i < couples.size(); ++i)
    scores[i] += kLinkWeights.first_choice * ((base[i] >= most[couples[i].a]) + (base[i] >= most[couples[i].b]));
}

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

// The reports in a linker: with what their references cite, and without.
struct Field {
  std::vector<Report> reports;
  std::map<std::string, std::uint32_t> actors;
  std::vector<std::uint32_t> actor_of;

  bool same(std::uint32_t a, std::uint32_t b) const { return actor_of[a] == actor_of[b]; }
  std::size_t fill(Linker& linker, bool cited) const {
    std::size_t count = 0;
    for (const Report& report : reports) {
      linker.add_item();
      const Time time = cited ? report.time : Time::none();
      for (const std::string& one : report.indicators) linker.see_indicator(one, time);
      count += report.indicators.size();
      if (cited)
        for (const std::string& one : report.cited) linker.see_indicator(one, time, false);
    }
    return count;
  }
};

struct Sum {
  double precision = 0, recall = 0;
};
Sum sum_of(const Field& field, const std::vector<ItemLink>& links) {
  std::size_t right = 0;
  std::set<std::uint32_t> found;
  for (const ItemLink& link : links) {
    if (!field.same(link.a, link.b)) continue;
    ++right;
    found.insert(link.a);
    found.insert(link.b);
  }
  return {links.empty() ? 0 : static_cast<double>(right) / static_cast<double>(links.size()),
          static_cast<double>(found.size()) / static_cast<double>(field.reports.size())};
}

void ceilings(const std::vector<Couple>& couples, std::size_t reports) {
  const auto has = [](const Couple& one, std::initializer_list<TieKind> kinds) {
    return std::ranges::any_of(kinds,
                               [&](TieKind kind) { return one.row[kOfKind * static_cast<std::size_t>(kind)] > 0; });
  };
  using enum TieKind;
  const auto print = [&](std::string_view what, std::initializer_list<TieKind> kinds) {
    const Outcome one = judge(couples, reports, [&](std::size_t i) { return has(couples[i], kinds); });
    shown(fmt::format("linking: pairs that share {}: right", what), one.precision);
    shown(fmt::format("linking: pairs that share {}: recall", what), one.recall);
  };
  print("an address, name, path or hash", {address, host, path, hash});
  print("or a domain", {address, host, path, hash, domain, subdomain, zone});
  print("or a network or label", {address, host, path, hash, domain, subdomain, zone, network, label});
}

void held_out(const Field& field, const std::vector<Couple>& couples, const std::vector<double>& weights) {
  std::vector<double> held(couples.size());
  std::vector<bool> linked(couples.size());
  std::vector<int> fold;
  for (const std::uint32_t actor : field.actor_of) fold.push_back(static_cast<int>(actor * 7919 % 104729 % kFolds));
  for (int u = 0; u < kFolds; ++u)
    for (int v = u; v < kFolds; ++v) {
      const auto other = [&](std::uint32_t report) { return fold[report] != u && fold[report] != v; };
      const auto train = [&](const Couple& one) { return other(one.a) && other(one.b); };
      const Row made = fit(couples, weights, train);
      std::vector<double> scores;
      for (const Couple& one : couples) scores.push_back(dot(one.row, made));
      prefer(couples, scores);
      const double mark = mark_for(couples, scores, kPrecision, train);
      for (std::size_t i = 0; i < couples.size(); ++i) {
        const int a = fold[couples[i].a], b = fold[couples[i].b];
        if (std::min(a, b) != u || std::max(a, b) != v) continue;
        held[i] = scores[i];
        linked[i] = scores[i] >= mark;
      }
    }
  const Outcome out = judge(couples, field.reports.size(), [&](std::size_t i) { return bool(linked[i]); });
  shown("linking: precision, held out", out.precision);
  shown("linking: recall, held out", out.recall);
  std::vector<double> sorted = held;
  std::ranges::sort(sorted, std::greater());
  Outcome at;
  for (std::size_t n = 100; n < sorted.size() && at.recall < kRecall; n += 100)
    at = judge(couples, field.reports.size(), [&](std::size_t i) { return held[i] >= sorted[n]; });
  shown("linking: precision at recall .35, held out", at.recall < kRecall ? 0 : at.precision);
  shown("linking: links there", static_cast<double>(at.links));
}

// Merges: groups of reports, two independent sides each.
void merges(const Field& field, const std::vector<ItemLink>& links) {
  const std::vector<std::uint32_t> groups = close_groups(field.reports.size(), links);
  std::map<std::uint32_t, std::vector<std::uint32_t>> members;
  for (std::uint32_t i = 0; i < groups.size(); ++i) members[groups[i]].push_back(i);
  std::size_t merged = 0, largest = 0, mixed = 0, pure = 0, groups_made = 0;
  for (const auto& [group, list] : members) {
    if (list.size() < 2) continue;
    ++groups_made;
    merged += list.size();
    largest = std::max(largest, list.size());
    std::map<std::uint32_t, std::size_t> counts;
    for (const std::uint32_t one : list) ++counts[field.actor_of[one]];
    std::size_t most = 0;
    for (const auto& [actor, count] : counts) most = std::max(most, count);
    pure += most;
    mixed += counts.size() > 1;
  }
  std::size_t on_one_side = 0;
  for (const ItemLink& link : links) {
    if (groups[link.a] != groups[link.b] || !link.joins() || field.same(link.a, link.b)) continue;
    std::set<std::string> sides;  // counted anew from what is shared, not taken from the link
    for (const SharedThing& one : link.shared)
      if (!one.demoted && spec(one.kind).side) sides.insert(one.lineage);
    on_one_side += sides.size() < 2;
  }
  figure("linking: cross-actor merges on one link", static_cast<double>(on_one_side), "", "<= 0", on_one_side == 0);
  shown("linking: merged groups", static_cast<double>(groups_made));
  shown("linking: reports in them", static_cast<double>(merged));
  shown("linking: largest group", static_cast<double>(largest));
  shown("linking: groups of several actors", static_cast<double>(mixed));
  shown("linking: purity of groups", merged ? static_cast<double>(pure) / static_cast<double>(merged) : 1);
}

void fitted_on_all(const std::vector<Couple>& couples, const std::vector<double>& weights, std::size_t reports) {
  const auto all = [](const Couple&) { return true; };
  const Row made = fit(couples, weights, all);
  std::vector<double> scores;
  for (const Couple& one : couples) scores.push_back(dot(one.row, made));
  prefer(couples, scores);
  for (const double precision : {0.985, 0.98, 0.97, 0.96, 0.95}) {
    const double mark = mark_for(couples, scores, precision, all);
    const Outcome one = judge(couples, reports, [&](std::size_t i) { return scores[i] >= mark; });
    fmt::print(stderr, "fitted on all: precision {:.4f} recall {:.4f} links {} mark {:.3f}\n", one.precision,
               one.recall, one.links, mark);
  }
  for (std::size_t kind = 0; kind < kFitted; ++kind) {
    const double* of = &made[kOfKind * kind];
    fmt::print(stderr, "{{\"{}\", {:.2f}, {:.2f}, {:.2f}, {:.2f}, {:.2f}\n", kKinds[kind].name, of[0], of[1], of[2],
               of[3], of[4]);
  }
  fmt::print(stderr, "bias {:.2f} smaller {:.2f} larger {:.2f} common {:.2f}\n", made[kBias], made[kSmaller],
             made[kLarger], made[kCommon]);
}

void measure(const std::string& folder, const std::string& lists_folder) {
  Field field;
  field.reports = read_reports(folder);
  for (const Report& report : field.reports)
    field.actor_of.push_back(
        field.actors.try_emplace(report.actor, static_cast<std::uint32_t>(field.actors.size())).first->second);
  indicators::WarningLists lists;
  if (auto loaded = indicators::WarningLists::load(lists_folder)) lists = std::move(*loaded);
  Linker linker(&lists);
  const std::size_t indicators = field.fill(linker, true);
  shown("linking: actors", static_cast<double>(field.actors.size()));
  shown("linking: reports", static_cast<double>(field.reports.size()));
  shown("linking: indicators", static_cast<double>(indicators));
  std::vector<Couple> couples;
  std::map<std::uint32_t, double> pairs_of;
  linker.each_pair([&](std::uint32_t a, std::uint32_t b, const PairFeatures& features) {
    couples.push_back({a, b, field.same(a, b), row_of(features, linker.size_of(a), linker.size_of(b))});
    ++pairs_of[field.actor_of[a]];
  });
  std::vector<double> weights;
  for (const Couple& one : couples) weights.push_back(1 / std::sqrt(pairs_of[field.actor_of[one.a]]));
  double mean = 0;
  for (const double one : weights) mean += one / static_cast<double>(weights.size());
  for (double& one : weights) one /= mean;
  ceilings(couples, field.reports.size());

  // As shipped: the constants in link_weigh.cpp.
  const std::vector<ItemLink> links = linker.links(kLinkWeights.link_at);
  const Sum sum = sum_of(field, links);
  at_least("linking: precision", sum.precision, kPrecision);
  at_least("linking: recall", sum.recall, kRecall);
  shown("linking: links", static_cast<double>(links.size()));
  {
    Linker bare(&lists);
    field.fill(bare, false);
    const Sum without = sum_of(field, bare.links(kLinkWeights.link_at));
    shown("linking: precision without references", without.precision);
    shown("linking: recall without references", without.recall);
  }
  held_out(field, couples, weights);
  merges(field, links);
  fitted_on_all(couples, weights, field.reports.size());
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
