// The matcher against its plain meaning (src/products/naive.cpp), over all products: forged lines, the lines of
// ../shared/corpus/logs as they stand, and pieces of them put together.
//
// Where the fast matcher gave up on a text that is made to be hard, all that it reads must be ambiguous; everywhere
// else both must say the same. TOCSIN_NAIVE=200000 tries that many lines of each kind.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>

#include "products/catalog.h"
#include "readers/reader.h"
#include "tests/products/forgery.h"
#include "tests/support/read_all.h"

namespace tocsin::tests {
namespace {

std::string said(const products::Reading& reading) {
  std::string out = std::string(reading.product) + "/" + std::string(reading.message);
  for (const auto& value : reading.ecs)
    out += " " + std::string(value.field) + "=" + std::string(value.value) + "(" +
           std::to_string(static_cast<int>(value.provenance)) + ")";
  for (const auto& value : reading.captures)
    out += " " + std::string(value.name) + (value.ambiguous ? "?=" : "=") + std::string(value.value);
  return out;
}

class Both {
 public:
  Both() {
    const std::vector<std::string> paths{"share/tocsin/products"};
    auto made = products::Catalog::load(paths);
    if (!made) std::fprintf(stderr, "%s\n", made.error().text().c_str()), std::abort();
    catalog_.emplace(*std::move(made));
    catalog_->demand(demand_);
    naive_.naively = true;
    for (const ReaderSpec* spec : all_readers())
      if (spec->name == "lines") lines_ = spec;
  }
  const products::Catalog& catalog() const { return *catalog_; }

  void meet(const Event& event, const Record& record) {
    products::Reading fast, plain;
    catalog_->read(event, record, scratch_, fast);
    catalog_->read(event, record, naive_, plain);
    ++met_;
    if (!fast.message.empty()) ++fitted_;
    const std::string a = said(fast), b = said(plain);
    scratch_.arena.clear(), naive_.arena.clear();
    if (a == b) return;
    if (scratch_.match.hard) {
      ++hard_;
      for (const auto& value : fast.captures) EXPECT_TRUE(value.ambiguous);
      return;
    }
    if (++differ_ <= 5) ADD_FAILURE() << "fast:  " << a.substr(0, 2000) << "\nplain: " << b.substr(0, 2000);
  }
  void meet_lines(const std::string& text) {
    ReadOptions options;
    options.year = 2024;
    const auto reader = lines_->open(demand_, options);
    MemoryStream stream(text);
    std::vector<Anomaly> anomalies;
    Batch batch;
    while (auto block = reader->cut(stream, anomalies)) {
      if (!*block) break;
      batch.clear();
      reader->decode(**block, batch);
      for (const Event& event : batch.events()) {
        Record record;
        batch.access()->describe(batch, event, record);
        meet(event, record);
      }
    }
  }
  void meet_forged(const Forged& forged) {
    if (!forged.line.empty()) return meet_lines(forged.line + "\n");
    Record record;
    for (const auto& [name, value] : forged.fields) record.fields.push_back({name, Value(value)});
    Event event;
    event.source = forged.source;
    meet(event, record);
  }
  ~Both() {
    std::printf("%llu records, %llu fit a message, %llu hard, %llu differ\n", static_cast<unsigned long long>(met_),
                static_cast<unsigned long long>(fitted_), static_cast<unsigned long long>(hard_),
                static_cast<unsigned long long>(differ_));
    EXPECT_EQ(differ_, 0u);
  }

 private:
  Demand demand_;
  std::optional<products::Catalog> catalog_;
  products::Scratch scratch_, naive_;
  const ReaderSpec* lines_ = nullptr;
  std::uint64_t met_ = 0, fitted_ = 0, hard_ = 0, differ_ = 0;
};

std::size_t how_many() {
  const char* const set = std::getenv("TOCSIN_NAIVE");
  return set ? std::strtoull(set, nullptr, 10) : 4000;
}

TEST(NaiveMatcher, AgreesOnForgedLines) {
  Both both;
  const std::size_t count = how_many();
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    Forger forger(both.catalog().definitions(), 1000 + seed);
    for (std::size_t i = 0; i < count / 4; ++i) both.meet_forged(forger.next());
  }
}

// Pieces of forged lines one after another: more places for captures to end than any program writes.
TEST(NaiveMatcher, AgreesOnPiecesPutTogether) {
  Both both;
  Forger forger(both.catalog().definitions(), 77);
  std::mt19937 random(5);
  std::vector<std::string> lines;
  while (lines.size() < 3000)
    if (const Forged& forged = forger.next(); !forged.line.empty() && forged.line.size() < 600)
      lines.push_back(forged.line);
  for (std::size_t i = 0; i < how_many(); ++i) {
    std::string line = lines[random() % lines.size()];
    for (unsigned k = 1 + random() % 3; k > 0; --k) {
      const std::string& other = lines[random() % lines.size()];
      const std::size_t from = std::min<std::size_t>(20 + random() % 30, other.size());
      std::string piece = other.substr(from, 1 + random() % (random() % 4 ? 20 : 200));
      for (unsigned n = random() % 3 ? 0 : 1 + random() % 5; n > 0 && piece.size() < 300; --n) piece += piece;
      const std::size_t at = std::min<std::size_t>(line.size(), 20);
      line.insert(at + random() % (line.size() - at + 1), piece);
    }
    both.meet_lines(line.substr(0, 8000) + "\n");
  }
}

TEST(NaiveMatcher, AgreesOnTheCorpus) {
  namespace fs = std::filesystem;
  const fs::path root = "../shared/corpus/logs";
  if (!fs::exists(root)) GTEST_SKIP() << root << " is absent";
  Both both;
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(root))
    if (const auto kind = entry.path().extension(); entry.is_regular_file() && entry.file_size() < 2'000'000 &&
                                                    kind != ".json" && kind != ".yml" && kind != ".yaml" &&
                                                    kind != ".md")
      files.push_back(entry.path());
  std::ranges::sort(files);
  std::vector<std::string> lines;
  for (const fs::path& path : files) {
    std::ifstream file(path, std::ios::binary);
    for (std::string line; std::getline(file, line);)
      if (!line.empty() && line.size() < 8000 && line.find_first_of("#{ \"}") != 0) lines.push_back(line);
  }
  std::mt19937 random(9);
  std::ranges::shuffle(lines, random);
  if (lines.size() > 5 * how_many()) lines.resize(5 * how_many());
  for (const std::string& line : lines) both.meet_lines(line + "\n");
}

}  // namespace
}  // namespace tocsin::tests
