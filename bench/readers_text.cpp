// How fast each text reader cuts and decodes its sample, with the fields demanded that rules of its kind use.
#include <benchmark/benchmark.h>

#include <string>

#include "readers/reader.h"
#include "tests/support/read_all.h"
#include "tests/support/samples.h"

namespace {

using namespace tocsin;

Demand demand() {
  Demand out;
  for (const char* name : {"program",
                           "message",
                           "hostname",
                           "type",
                           "subtype",
                           "action",
                           "cfgpath",
                           "USER",
                           "CommandLine",
                           "Image",
                           "a0",
                           "a1",
                           "a2",
                           "a3",
                           "a4",
                           "name",
                           "exe",
                           "key",
                           "comm",
                           "SYSCALL",
                           "nametype",
                           "euid",
                           "unit",
                           "cs-method",
                           "cs-uri-query",
                           "cs-uri-stem",
                           "cs-user-agent",
                           "cs-referer",
                           "sc-status",
                           "c-uri",
                           "c-useragent",
                           "cs-host",
                           "query",
                           "answers",
                           "cs(User-Agent)",
                           "EventID",
                           "Channel",
                           "TargetFilename",
                           "DestinationIp",
                           "DestinationPort",
                           "User"})
    out.add(name);
  return out;
}

void read(benchmark::State& state, const char* name) {
  const std::string bytes = tests::sample_of(name)->make(64u << 20);
  const ReaderSpec* spec = nullptr;
  for (const ReaderSpec* candidate : all_readers())
    if (candidate->name == name) spec = candidate;
  const Demand fields = demand();
  std::size_t lines = 0;
  for (const char c : bytes) lines += c == '\n';
  std::size_t events = 0;
  for (auto _ : state) {
    const auto reader = spec->open(fields, {});
    tests::MemoryStream stream(bytes);
    std::vector<Anomaly> anomalies;
    Batch batch;
    events = 0;
    while (auto block = *reader->cut(stream, anomalies)) {
      batch.clear();
      reader->decode(*block, batch);
      events += batch.events().size();
    }
    benchmark::DoNotOptimize(events);
  }
  const auto rounds = static_cast<double>(state.iterations());
  state.counters["lines/s"] = benchmark::Counter(rounds * static_cast<double>(lines), benchmark::Counter::kIsRate);
  state.counters["events/s"] = benchmark::Counter(rounds * static_cast<double>(events), benchmark::Counter::kIsRate);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes.size()));
}

BENCHMARK_CAPTURE(read, lines, "lines")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read, access, "access")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read, w3c, "w3c")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read, zeek, "zeek")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read, auditd, "auditd")->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
