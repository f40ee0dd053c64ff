// Bars: webmail vectors and their mutations, honest mail of our own making, real phishing mail beside the checkout.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "base/hash.h"
#include "base/share.h"
#include "phishing/verdict.h"
#include "tests/phishing/benign_mail.h"
#include "tests/phishing/html_mutator.h"

namespace tocsin::phishing {
namespace {

const std::filesystem::path kCorpus = "../shared/corpus/mail";

const Judge& judge() {
  static const Knowledge knowledge = std::move(*Knowledge::load(share_folder().value() + "/phishing"));
  static const Judge one(knowledge);
  return one;
}

bool flagged(std::string_view raw) {
  for (const Statement& one : judge().judge(mime::parse(raw)))
    if (one.level >= Level::medium) return true;
  return false;
}

TEST(Corpus, WebmailVectorsAndMutations) {
  std::ifstream in(kCorpus / "webmail_xss_vectors.tsv");
  if (!in) GTEST_SKIP() << "no " << kCorpus / "webmail_xss_vectors.tsv";
  std::string line;
  std::getline(in, line);
  int malicious = 0, benign = 0, mutated = 0, missed = 0;
  while (std::getline(in, line)) {
    std::vector<std::string> cells;
    std::stringstream fields(line);
    for (std::string cell; std::getline(fields, cell, '\t');) cells.push_back(cell);
    ASSERT_GE(cells.size(), 5u);
    std::string html = cells[4];
    for (std::size_t at; (at = html.find("\\t")) != std::string::npos;) html.replace(at, 2, "\t");
    const bool bad = cells[3] == "malicious";
    ++(bad ? malicious : benign);
    SinkList list;
    list.html(html);
    EXPECT_EQ(list.found(Grade::active), bad) << cells[0];
    test::Draw draw(hash64(cells[0]));
    for (int i = 0; i < 200; ++i) {
      SinkList sinks;
      sinks.html(test::mutate_html(html, draw));
      mutated += bad;
      missed += bad && !sinks.found(Grade::active);
      EXPECT_FALSE(!bad && sinks.found(Grade::active)) << cells[0];
    }
  }
  std::printf("%d malicious, %d benign, %d mutations, %d missed\n", malicious, benign, mutated, missed);
  EXPECT_EQ(malicious, 22);
  EXPECT_EQ(benign, 4);
  EXPECT_LE(missed * 100, mutated);
}

TEST(Corpus, HonestMailIsLeftAlone) {
  int count = 0;
  std::string kind;
  for (std::uint64_t i = 0; i < 1500; ++i)
    if (flagged(test::benign_mail(77, i, kind))) {
      ++count;
      std::printf("flagged: %s %d\n", kind.c_str(), static_cast<int>(i));
    }
  EXPECT_LE(count, 2);
}

TEST(Corpus, RealPhishingIsFound) {
  const auto folder = kCorpus / "phishing_pot";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no " << folder;
  int count = 0, hits = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string raw{std::istreambuf_iterator<char>(file), {}};
    ++count;
    hits += flagged(raw);
  }
  std::printf("%d of %d found\n", hits, count);
  EXPECT_GE(hits * 100, count * 70)
      << "the bar is in ./dev bench phishing; this is the floor below which something broke";
}

}  // namespace
}  // namespace tocsin::phishing
