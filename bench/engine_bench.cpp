// Matching alone: records decoded once, then matched again and again by one thread.
//
//   engine_bench [--only TEXT] [--seconds N | --rounds N] [--without-keywords] RULES… -- EVIDENCE…
//
// prints events/s by class of records, start-up times and memory.
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "readers/reader.h"
#include "sigma/cache.h"
#include "sigma/engine.h"
#include "sigma/load.h"

namespace {

using namespace tocsin;

// Of this thread, so that others on the machine disturb less.
double seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

class FileStream final : public Stream {
 public:
  explicit FileStream(const std::filesystem::path& path) : in_(path, std::ios::binary) {}
  Result<std::size_t> read(char* into, std::size_t size) override {
    in_.read(into, static_cast<std::streamsize>(size));
    return static_cast<std::size_t>(in_.gcount());
  }

 private:
  std::ifstream in_;
};

struct Decoded {
  std::vector<std::unique_ptr<Reader>> readers;
  std::vector<std::unique_ptr<Batch>> batches;
};

std::string only;
double measure_seconds = 1;
std::size_t measure_rounds = 0;

struct Item {
  const Batch* batch;
  const Event* event;
};

// Matches the items over and over for about a second, after one round to compile and warm.
void measure(const std::string& name, const sigma::Engine& engine, const std::vector<Item>& items) {
  if (items.empty() || name.find(only) == std::string::npos) return;
  sigma::Engine::Scratch scratch(engine);
  std::vector<std::uint32_t> met;
  std::size_t found = 0, rounds = 0;
  for (const Item& item : items) engine.match(*item.batch, *item.event, scratch, met), found += met.size();
  const double start = seconds();
  double spent = 0;
  do {
    for (const Item& item : items) engine.match(*item.batch, *item.event, scratch, met);
    ++rounds;
    spent = seconds() - start;
  } while (measure_rounds ? rounds < measure_rounds : spent < measure_seconds);
  const double each = spent / static_cast<double>(rounds * items.size());
  fmt::print("{:<44} {:>8} events {:>9.0f} ns/event {:>11.0f} events/s {:>8} matches\n", name, items.size(), each * 1e9, 1 / each,
             found);
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> rules, files;
  bool after = false, without_keywords = false;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--only") == 0 && i + 1 < argc) {
      only = argv[++i];
    } else if (std::strcmp(argv[i], "--seconds") == 0 && i + 1 < argc) {
      measure_seconds = std::atof(argv[++i]);
    } else if (std::strcmp(argv[i], "--rounds") == 0 && i + 1 < argc) {
      measure_rounds = static_cast<std::size_t>(std::atoll(argv[++i]));
    } else if (std::strcmp(argv[i], "--without-keywords") == 0) {
      without_keywords = true;
    } else if (std::strcmp(argv[i], "--") == 0) {
      after = true;
    } else if (!after) {
      rules.emplace_back(argv[i]);
    } else if (std::filesystem::is_directory(argv[i])) {
      for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[i]))
        if (entry.is_regular_file()) files.push_back(entry.path().string());
    } else {
      files.emplace_back(argv[i]);
    }
  }
  if (rules.empty() || files.empty()) {
    fmt::print(stderr, "usage: engine_bench RULES… -- EVIDENCE…\n");
    return 2;
  }
  const double start = seconds();
  auto loaded = sigma::load(rules, {});
  auto logsources = sigma::Logsources::load("share/tocsin/logsources.yml");
  if (!loaded || !logsources) {
    fmt::print(stderr, "{}\n", (!loaded ? loaded.error() : logsources.error()).text());
    return 4;
  }
  if (only.empty()) {
    const auto folder = std::filesystem::temp_directory_path() / fmt::format("tocsin-engine-bench-{}", getpid());
    for (const char* what : {"without", "with"}) {
      Demand demand;
      const double begin = seconds();
      auto set = sigma::load_cached(rules, {}, folder.string());
      const double read = seconds();
      if (!set) return 4;
      auto map = sigma::Logsources::load("share/tocsin/logsources.yml");
      auto shared = std::make_shared<const sigma::RuleSet>(std::move(*set));
      auto made = sigma::Engine::compile(shared, *std::move(map), demand);
      fmt::print("start-up {} a cache: rules {:.3f} s, map and engine {:.3f} s\n", what, read - begin, seconds() - read);
    }
    std::filesystem::remove_all(folder);
  }
  if (without_keywords)
    std::erase_if(loaded->rules, [](const sigma::Rule& rule) {
      return std::ranges::any_of(rule.atoms, [](const sigma::Atom& atom) { return atom.field.empty(); });
    });
  const double parsed = seconds();
  Demand demand;
  auto set = std::make_shared<const sigma::RuleSet>(std::move(*loaded));
  auto engine = sigma::Engine::compile(set, *std::move(logsources), demand);
  if (!engine) {
    fmt::print(stderr, "{}\n", engine.error().text());
    return 4;
  }
  const double compiled = seconds();
  fmt::print("{} rules: parsed in {:.3f} s, compiled in {:.3f} s, {} fields demanded\n", set->rules.size(), parsed - start,
             compiled - parsed, demand.size());

  Decoded decoded;
  std::size_t records = 0;
  const double before_decoding = seconds();
  for (const std::string& file : files) {
    std::string head(64 * 1024, '\0');
    head.resize(*FileStream(file).read(head.data(), head.size()));
    const ReaderSpec* spec = recognise(head, head.size() < 64 * 1024);
    if (spec == nullptr) continue;
    auto& reader = decoded.readers.emplace_back(spec->open(demand, {}));
    FileStream stream(file);
    std::vector<Anomaly> anomalies;
    while (true) {
      auto block = reader->cut(stream, anomalies);
      if (!block || !*block) break;
      auto& batch = decoded.batches.emplace_back(std::make_unique<Batch>());
      reader->decode(**block, *batch);
      records += batch->events().size();
    }
  }
  fmt::print("{} records decoded in {:.3f} s\n", records, seconds() - before_decoding);

  const auto channel = demand.find("Channel"), id = demand.find("EventID");
  std::vector<Item> mixed, sysmon_process;
  std::map<std::string, std::vector<Item>> by_class;
  for (const auto& batch : decoded.batches)
    for (const Event& event : batch->events()) {
      const Item item{batch.get(), &event};
      const Value *log = event.find(*channel), *number = event.find(*id);
      const std::string name = fmt::format("{} {}", log ? log->text() : "-", number ? number->text() : "-");
      mixed.push_back(item);
      by_class[name].push_back(item);
      if (name == "Microsoft-Windows-Sysmon/Operational 1") sysmon_process.push_back(item);
    }
  const double before_classes = seconds();
  {
    sigma::Engine::Scratch scratch(**engine);
    std::vector<std::uint32_t> met;
    for (const Item& item : mixed) (*engine)->match(*item.batch, *item.event, scratch, met);
  }
  fmt::print("first round {:.3f} s: {} classes compiled, {:.1f} MB\n", seconds() - before_classes, (*engine)->classes(),
             static_cast<double>((*engine)->memory()) / 1e6);
  measure("mixed", **engine, mixed);
  measure("Sysmon 1", **engine, sysmon_process);
  std::vector<std::pair<std::size_t, std::string>> largest;
  for (const auto& [name, items] : by_class) largest.emplace_back(items.size(), name);
  std::sort(largest.rbegin(), largest.rend());
  if (largest.size() > 12) largest.resize(12);
  for (const auto& [count, name] : largest) measure(name, **engine, by_class[name]);
  return 0;
}
