// phishing_bench pot FOLDER [HALF]     of a folder of real phishing mails, how many are found at which level; HALF 0 or
//                                      1 takes those whose name's hash is even or odd
// phishing_bench say FILE…             what is said of each mail
// phishing_bench benign COUNT SEED     of mails of our own making that are honest, how many are flagged
// phishing_bench honest COUNT SEED [PART]   the same of the second generator. PART 0: of all shapes; 1: of those that
// the
//                                      work on traits saw; 2: of those that were held out from it
// phishing_bench vectors FILE COUNT SEED   webmail vectors, and COUNT mutations of each
// phishing_bench folds FOLDER [WEIGHTS]   the weights fitted and tried on campaigns and kinds of honest mail that they
//                                      have not seen; WEIGHTS: where those of all of it go
// phishing_bench speed FOLDER|benign COUNT SEED   messages a second on one core
// Each prints one JSON object a line; `say` and misses are text.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "base/hash.h"
#include "base/share.h"
#include "bench/phishing_folds.h"
#include "phishing/verdict.h"
#include "phishing/webmail/message.h"
#include "tests/phishing/benign_mail.h"
#include "tests/phishing/honest_mail.h"
#include "tests/phishing/html_mutator.h"

namespace {

using namespace tocsin;
using namespace tocsin::phishing;

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

int judge_pot(const Judge& judge, const std::string& folder, int half, bool verbose) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (half < 0 || static_cast<int>(hash64(entry.path().filename().string()) % 2) == half)
      paths.push_back(entry.path());
  std::ranges::sort(paths);
  std::map<std::string, int> levels;
  int found = 0;
  for (const auto& path : paths) {
    const std::string raw = read(path);
    const mime::Message message = mime::parse(raw);
    std::string level = "none";
    double score = 0;
    std::string detail, title;
    for (const Statement& one : judge.judge(message)) {
      if (one.spec != kMailSpec) continue;
      level = name(one.level);
      score = one.score;
      detail = one.detail;
      title = one.title;
    }
    ++levels[level];
    const bool hit = level == "medium" || level == "high" || level == "critical";
    found += hit;
    if (verbose && !hit) fmt::print("MISS {} {:.1f} {}\n{}\n", path.filename().string(), score, title, detail);
  }
  fmt::print("{{\"messages\":{},\"found\":{},\"none\":{},\"low\":{},\"medium\":{},\"high\":{}}}\n", paths.size(), found,
             levels["none"], levels["low"], levels["medium"], levels["high"]);
  return 0;
}

int judge_benign(const Judge& judge, int count, std::uint64_t seed, bool second, int part, bool verbose) {
  int flagged = 0, low = 0, judged = 0;
  std::map<std::string, int> by_kind;
  for (int i = 0; i < count; ++i) {
    std::string kind;
    std::size_t shape = 0;
    const auto number = static_cast<std::uint64_t>(i);
    const std::string raw = second ? test::honest_mail(seed, number, static_cast<test::HonestPart>(part), kind, shape)
                                   : test::benign_mail(seed, number, kind);
    ++judged;
    if (second) kind += fmt::format(" ({})", shape);
    const mime::Message message = mime::parse(raw);
    for (const Statement& one : judge.judge(message)) {
      if (one.level >= Level::medium) {
        ++flagged;
        ++by_kind[kind];
        if (verbose) fmt::print("FALSE {} {} {:.1f} {}\n{}\n", i, kind, one.score, one.title, one.detail);
      } else {
        ++low;
      }
    }
  }
  fmt::print("{{\"messages\":{},\"flagged\":{},\"low\":{}}}\n", judged, flagged, low);
  for (const auto& [kind, n] : by_kind) fmt::print(stderr, "{} {}\n", kind, n);
  return 0;
}

int vectors(const std::string& path, int count, std::uint64_t seed) {
  std::ifstream in(path);
  std::string line;
  std::getline(in, line);
  int malicious = 0, found = 0, benign = 0, flagged = 0, mutated = 0, mutated_found = 0, mutated_benign = 0,
      mutated_flagged = 0;
  while (std::getline(in, line)) {
    std::vector<std::string> cells;
    std::stringstream fields(line);
    for (std::string cell; cells.size() < 4 && std::getline(fields, cell, '\t');) cells.push_back(cell);
    std::string rest;
    std::getline(fields, rest, '\0');
    std::string html;
    for (std::size_t i = 0; i < rest.size(); ++i) {
      if (rest[i] == '\\' && i + 1 < rest.size() && rest[i + 1] == 't') {
        html += '\t';
        ++i;
      } else {
        html += rest[i];
      }
    }
    const bool bad = cells[3] == "malicious";
    SinkList list;
    list.html(html);
    (bad ? malicious : benign) += 1;
    (bad ? found : flagged) += list.found(Grade::active);
    test::Draw draw(seed ^ hash64(cells[0]));
    for (int i = 0; i < count; ++i) {
      const std::string other = test::mutate_html(html, draw);
      SinkList sinks;
      sinks.html(other);
      (bad ? mutated : mutated_benign) += 1;
      (bad ? mutated_found : mutated_flagged) += sinks.found(Grade::active);
      if (bad && !sinks.found(Grade::active)) fmt::print(stderr, "MISS {}: {}\n", cells[0], other);
    }
  }
  fmt::print(
      "{{\"vectors\":{},\"found\":{},\"benign\":{},\"flagged\":{},\"mutated\":{},\"mutated_found\":{},\"mutated_"
      "benign\":{},\"mutated_flagged\":{}}}\n",
      malicious, found, benign, flagged, mutated, mutated_found, mutated_benign, mutated_flagged);
  return 0;
}

int speed(const Judge& judge, const std::string& what, int count, std::uint64_t seed) {
  std::vector<std::string> mails;
  std::size_t bytes = 0;
  if (what == "benign") {
    std::string kind;
    for (int i = 0; i < count; ++i) mails.push_back(test::benign_mail(seed, static_cast<std::uint64_t>(i), kind));
  } else {
    for (const auto& entry : std::filesystem::directory_iterator(what)) mails.push_back(read(entry.path()));
  }
  for (const std::string& mail : mails) bytes += mail.size();
  const auto start = std::chrono::steady_clock::now();
  std::size_t said = 0;
  for (const std::string& mail : mails) said += judge.judge(mime::parse(mail)).size();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  fmt::print("{{\"messages\":{},\"bytes\":{},\"seconds\":{:.3f},\"statements\":{}}}\n", mails.size(), bytes, seconds,
             said);
  return 0;
}

int say(const Judge& judge, int argc, char** argv) {
  for (int i = 2; i < argc; ++i) {
    const std::string raw = read(argv[i]);
    for (const Statement& one : judge.judge(mime::parse(raw)))
      fmt::print("{}: {} {:.1f} {}\n{}\n\n", argv[i], name(one.level), one.score, one.title, one.detail);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const auto share = share_folder();
  const auto knowledge =
      share ? Knowledge::load(*share + "/phishing") : Result<Knowledge>(std::unexpected(share.error()));
  if (!knowledge) {
    fmt::print(stderr, "{}\n", knowledge.error().text());
    return 1;
  }
  const Judge judge(*knowledge);
  const std::string verb = argc > 1 ? argv[1] : "";
  const auto number = [&](int at, long usual) { return argc > at ? std::strtol(argv[at], nullptr, 10) : usual; };
  const bool verbose = std::getenv("PHISHING_BENCH_VERBOSE") != nullptr;
  if (verb == "pot" && argc > 2) return judge_pot(judge, argv[2], static_cast<int>(number(3, -1)), verbose);
  if (verb == "benign" || verb == "honest")
    return judge_benign(judge, static_cast<int>(number(2, 5000)), static_cast<std::uint64_t>(number(3, 1)),
                        verb == "honest", static_cast<int>(number(4, 0)), verbose);
  if (verb == "vectors" && argc > 2)
    return vectors(argv[2], static_cast<int>(number(3, 100)), static_cast<std::uint64_t>(number(4, 1)));
  if (verb == "speed" && argc > 2)
    return speed(judge, argv[2], static_cast<int>(number(3, 2000)), static_cast<std::uint64_t>(number(4, 1)));
  if (verb == "folds" && argc > 2)
    return bench::phishing_folds(judge, *knowledge, argv[2], argc > 3 ? argv[3] : "", verbose);
  if (verb == "say") return say(judge, argc, argv);
  fmt::print(stderr, "usage: see the head of bench/phishing_bench.cpp\n");
  return 2;
}
