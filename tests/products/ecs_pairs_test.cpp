// ECS of the products against what Elastic's integrations make of the same events: exact, field by field.
//
// Everything is read as a scan reads it: recognised by content, decoded, described, met by all definitions together.
// Year 2023 for lines without one. A field that is expected and differs is wrong, one that we lack is missing; extra
// are fields of ours that the expectation doesn't have (its pipeline drops them, or we read more). Why what is left
// differs: docs/CONFORMANCE.md.
//
// TOCSIN_ECS=nginx (any part of the name of a data stream) prints each field that isn't exact.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "products/catalog.h"
#include "readers/reader.h"
#include "tests/products/elastic_pairs.h"
#include "tests/products/floors.h"
#include "tests/support/read_all.h"

namespace tocsin::tests {
namespace {

struct Score {
  int events = 0, expected = 0, exact = 0, wrong = 0, missing = 0, extra = 0, unread = 0;
  int configured = 0;  // kNotInEvidence
  void add(const Score& other) {
    events += other.events, expected += other.expected, exact += other.exact, wrong += other.wrong;
    missing += other.missing, extra += other.extra, unread += other.unread, configured += other.configured;
  }
};

const products::Catalog& catalog() {
  static const auto made = [] {
    const std::vector<std::string> paths{"share/tocsin/products"};
    auto out = products::Catalog::load(paths);
    if (!out) std::fprintf(stderr, "%s\n", out.error().text().c_str()), std::abort();
    return *std::move(out);
  }();
  return made;
}

struct Read {
  std::uint64_t offset = 0;
  std::string product;
  EcsFields ecs;
};

std::vector<Read> read_file(const PairsFile& file) {
  std::vector<Read> out;
  const std::string_view head = std::string_view(file.evidence).substr(0, 65536);
  const ReaderSpec* spec = recognise(head, head.size() == file.evidence.size());
  if (!spec) return out;
  const Demand demand;
  ReadOptions options;
  options.year = 2023;
  options.utc_offset_minutes = file.utc_offset_minutes;
  const auto reader = spec->open(demand, options);
  MemoryStream stream(file.evidence);
  std::vector<Anomaly> anomalies;
  Batch batch;
  Record record;
  products::Scratch scratch;
  products::Reading reading;
  for (;;) {
    const auto block = reader->cut(stream, anomalies);
    if (!block || !*block) break;
    batch.clear();
    scratch.arena.clear();
    reader->decode(**block, batch);
    for (const Event& event : batch.events()) {
      batch.access()->describe(batch, event, record);
      catalog().read(event, record, scratch, reading);
      Read made{event.offset, std::string(reading.product) + "/" + std::string(reading.message), {}};
      for (const products::EcsValue& value : reading.ecs)
        if (is_scored(value.field)) made.ecs[std::string(value.field)].emplace_back(value.value);
      if (!made.ecs.contains("@timestamp") && event.time.known()) made.ecs["@timestamp"] = {event.time.iso()};
      out.push_back(std::move(made));
    }
  }
  std::ranges::stable_sort(out, {}, &Read::offset);
  return out;
}

std::string joined(const std::vector<std::string>& values) {
  std::string out;
  for (const std::string& value : values) out += (out.empty() ? "" : " | ") + value;
  return out;
}

// The event that a raw line belongs to: the one that begins in it, else the last that began before (a record of
// several lines).
const Read* event_of(const std::vector<Read>& reads, const Pair& pair) {
  const auto at = std::ranges::lower_bound(reads, pair.begin, {}, &Read::offset);
  if (at != reads.end() && at->offset < pair.end) return &*at;
  return at == reads.begin() ? nullptr : &*std::prev(at);
}

Score score_of(const std::string& stream, bool show) {
  Score out;
  for (const PairsFile& file : load_pairs(stream)) {
    const std::vector<Read> reads = read_file(file);
    for (std::size_t i = 0; i < file.pairs.size(); ++i) {
      const Pair& pair = file.pairs[i];
      if (pair.dropped) continue;
      ++out.events;
      static const Read kNothing;
      const Read* found = event_of(reads, pair);
      const Read& read = found ? *found : kNothing;
      if (!found || read.offset < pair.begin) ++out.unread;
      const auto tell = [&](const char* what, const std::string& field, const std::string& want,
                            const std::string& got) {
        if (show)
          std::printf("%-7s %s %s:%zu [%s] %s: want %s got %s\n", what, stream.c_str(), file.name.c_str(), i,
                      read.product.c_str(), field.c_str(), want.c_str(), got.c_str());
      };
      for (const auto& [field, values] : pair.expected) {
        const std::string_view raw = std::string_view(file.evidence).substr(pair.begin, pair.end - pair.begin);
        if (raw.find(values.front()) == raw.npos && std::ranges::any_of(kNotInEvidence, [&](const NotInEvidence& one) {
              return one.data_stream == stream && one.field == field;
            })) {
          ++out.configured;
          continue;
        }
        ++out.expected;
        const auto ours = read.ecs.find(field);
        if (ours == read.ecs.end()) {
          ++out.missing;
          tell("missing", field, joined(values), "");
        } else if (same_values(field, values, ours->second)) {
          ++out.exact;
        } else {
          ++out.wrong;
          tell("wrong", field, joined(values), joined(ours->second));
        }
      }
      for (const auto& [field, values] : read.ecs)
        if (!pair.expected.contains(field)) {
          ++out.extra;
          tell("extra", field, "", joined(values));
        }
    }
  }
  return out;
}

void print(const std::string& name, const Score& score, int floor) {
  std::printf("%-46s %6d %8d %8d %6d %7d %6d %6d %7.2f%%%s\n", name.c_str(), score.events, score.expected, score.exact,
              score.wrong, score.missing, score.extra, score.unread,
              score.expected == 0 ? 100.0 : 100.0 * score.exact / score.expected,
              floor < 0 ? "" : ("  floor " + std::to_string(floor)).c_str());
}

TEST(EcsPairs, NoDataStreamFallsBelowItsFloor) {
  const auto streams = data_streams();
  if (streams.empty()) GTEST_SKIP() << kElastic << " is absent";
  const char* only = std::getenv("TOCSIN_ECS");
  std::printf("%-46s %6s %8s %8s %6s %7s %6s %6s %8s\n", "data stream", "events", "expected", "exact", "wrong",
              "missing", "extra", "unread", "score");
  Score sum;
  for (const std::string& stream : streams) {
    if (only && stream.find(only) == std::string::npos) continue;
    const Floor* floor = floor_of(stream);
    if (!floor) continue;  // not a product of ours, or no pairs
    const Score score = score_of(stream, only != nullptr);
    if (score.events == 0) continue;
    print(stream, score, floor->exact);
    if (score.configured > 0) std::printf("    and %d values that no evidence holds (floors.h)\n", score.configured);
    EXPECT_GE(score.exact, floor->exact) << stream << " fell below its recorded score (tests/products/floors.h)";
    sum.add(score);
  }
  print("all", sum, -1);
}

}  // namespace
}  // namespace tocsin::tests
