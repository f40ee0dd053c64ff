// Containers of every kind, whole and nested.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evidence/test_support.h"
#include "tests/support/archive_writer.h"

namespace tocsin::evidence::test {
namespace {

using namespace tocsin::test;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr int kFilters[] = {ARCHIVE_FILTER_GZIP, ARCHIVE_FILTER_ZSTD, ARCHIVE_FILTER_XZ, ARCHIVE_FILTER_BZIP2,
                            ARCHIVE_FILTER_LZ4};

// Text that compresses like a log does.
std::string log_text(std::size_t lines, unsigned seed = 1) {
  std::string out;
  for (std::size_t i = 0; i < lines; ++i) {
    seed = seed * 1664525 + 1013904223;
    out += "2020-08-24T01:12:09Z host" + std::to_string(seed % 97) + " sshd[" + std::to_string(seed >> 8) +
           "]: session opened\n";
  }
  return out;
}

TEST(Archive, ABareItemIsItself) {
  const Walked walked = walk_bytes("hello\n");
  ASSERT_THAT(walked.paths(), ElementsAre("e"));
  EXPECT_EQ(walked.items[0].bytes, "hello\n");
  EXPECT_EQ(walked.items[0].custody.sha256->hex(), "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03");
  EXPECT_EQ(walked.items[0].custody.size, 6u);
  EXPECT_THAT(walked.closed, IsEmpty());
}

TEST(Archive, AnEmptyItemIsAnItem) {
  const Walked walked = walk_bytes("");
  ASSERT_THAT(walked.paths(), ElementsAre("e"));
  EXPECT_EQ(walked.items[0].custody.sha256->hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Archive, EveryCompressionIsOpened) {
  const std::string text = log_text(20'000);
  for (const int filter : kFilters) {
    const std::string packed = compress(filter, text);
    const Walked walked = walk_bytes(packed);
    ASSERT_THAT(walked.paths(), ElementsAre("e!/data")) << filter;
    EXPECT_EQ(walked.items[0].bytes, text) << filter;
    EXPECT_EQ(walked.items[0].custody.sha256, sha256(text)) << filter;
    ASSERT_EQ(walked.closed.size(), 1u);
    EXPECT_EQ(walked.closed[0].sha256, sha256(packed)) << filter;
    EXPECT_EQ(walked.closed[0].size, packed.size());
    EXPECT_TRUE(walked.complete());
    EXPECT_THAT(walked.anomalies(), IsEmpty());
  }
}

TEST(Archive, EveryArchiveIsOpened) {
  const std::vector<ArchiveFile> files = {
      {"logs/a.log", log_text(3'000)}, {"empty", ""}, {"logs/b.log", log_text(50, 7)}};
  for (const int format : {ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FORMAT_TAR_PAX_INTERCHANGE, ARCHIVE_FORMAT_TAR_GNUTAR,
                           ARCHIVE_FORMAT_ZIP, ARCHIVE_FORMAT_7ZIP}) {
    const std::string packed = write_archive(format, files);
    const Walked walked = walk_bytes(packed);
    EXPECT_EQ(walked.items.size(), 3u) << format;
    for (const ArchiveFile& file : files) {
      EXPECT_EQ(walked.bytes("e!/" + file.name), file.bytes) << format;
      ASSERT_NE(walked.item("e!/" + file.name), nullptr);
      EXPECT_EQ(walked.item("e!/" + file.name)->custody.sha256, sha256(file.bytes));
    }
    ASSERT_EQ(walked.closed.size(), 1u);
    EXPECT_EQ(walked.closed[0].sha256, sha256(packed)) << format;
    EXPECT_EQ(walked.closed[0].members, 3u);
    EXPECT_THAT(walked.anomalies(), IsEmpty()) << format;
  }
}

TEST(Archive, NestingToAnyMixture) {
  const std::string text = log_text(2'000);
  const std::string tar_gz = compress(ARCHIVE_FILTER_GZIP, write_tar({{"var/log/auth.log", text}, {"b", "bee"}}));
  const std::string zip = write_zip({{"collected.tar.gz", tar_gz}, {"note.txt", "n"}});
  const std::string seven = write_7z({{"x/evidence.zip", zip}});
  const Walked walked = walk_bytes(write_tar({{"all.7z", seven}, {"last", "z"}}));
  EXPECT_THAT(walked.paths(),
              testing::UnorderedElementsAre("e!/all.7z!/x/evidence.zip!/collected.tar.gz!/var/log/auth.log",
                                            "e!/all.7z!/x/evidence.zip!/collected.tar.gz!/b",
                                            "e!/all.7z!/x/evidence.zip!/note.txt", "e!/last"));
  EXPECT_EQ(walked.bytes("e!/all.7z!/x/evidence.zip!/collected.tar.gz!/var/log/auth.log"), text);
  EXPECT_EQ(walked.bytes("e!/last"), "z");
  const Custody* joined = walked.container("e!/all.7z!/x/evidence.zip!/collected.tar.gz");
  ASSERT_NE(joined, nullptr);
  EXPECT_EQ(joined->format, "tar.gz");
  EXPECT_EQ(joined->members, 2u);
  EXPECT_EQ(joined->sha256, sha256(tar_gz));
  EXPECT_EQ(walked.container("e!/all.7z")->sha256, sha256(seven));
  EXPECT_THAT(walked.anomalies(), IsEmpty());
}

TEST(Archive, ReadsOfAnySizeGiveTheSame) {
  const std::string packed =
      write_zip({{"a.tar.gz", compress(ARCHIVE_FILTER_GZIP, write_tar({{"x", log_text(3'000)}, {"y", "why"}}))},
                 {"b.zst", compress(ARCHIVE_FILTER_ZSTD, log_text(2'000))},
                 {"c", log_text(100)}});
  const Walked whole = walk_bytes(packed);
  ASSERT_EQ(whole.items.size(), 4u);
  for (const std::size_t step : {1, 7, 4096, 1 << 21})
    for (const std::size_t chunk : {1, 13, 65536}) {
      const Walked again = walk_bytes(packed, {}, step, chunk);
      ASSERT_EQ(again.paths(), whole.paths()) << step << ' ' << chunk;
      for (std::size_t i = 0; i < whole.items.size(); ++i) {
        EXPECT_EQ(again.items[i].bytes, whole.items[i].bytes);
        EXPECT_EQ(again.items[i].custody.sha256, whole.items[i].custody.sha256);
      }
      EXPECT_EQ(again.closed.back().sha256, whole.closed.back().sha256);
    }
}

TEST(Archive, AReaderMayStopEarly) {
  const std::string text = log_text(40'000), packed = write_tar({{"a", text}, {"b", "bee"}});
  Walker walker = Walker::over(std::make_unique<MemoryStream>(packed), "e");
  Item* item = walker.next();
  ASSERT_NE(item, nullptr);
  EXPECT_EQ(item->head(), std::string_view(text).substr(0, kHead));
  EXPECT_FALSE(item->whole());
  char some[10];
  EXPECT_EQ(item->read(some, 10).value(), 10u);
  EXPECT_EQ(std::string_view(some, 10), text.substr(0, 10));
  EXPECT_EQ(item->finish().sha256, sha256(text));
  item = walker.next();  // not read at all
  ASSERT_NE(item, nullptr);
  EXPECT_TRUE(item->whole());
  EXPECT_EQ(walker.next(), nullptr);
  const std::vector<Custody> closed = walker.take_closed();
  ASSERT_EQ(closed.size(), 2u);
  EXPECT_EQ(closed[0].path, "e!/b");
  EXPECT_EQ(closed[0].sha256, sha256("bee"));
  EXPECT_EQ(closed[1].sha256, sha256(packed));
}

TEST(Archive, SeveralFramesAreOneStream) {
  for (const int filter : kFilters) {
    const Walked walked = walk_bytes(compress(filter, "one\n") + compress(filter, "two\n") + std::string(512, '\0') +
                                     compress(filter, "three\n"));
    EXPECT_EQ(walked.bytes("e!/data"), "one\ntwo\nthree\n") << filter;
    EXPECT_THAT(walked.anomalies(), IsEmpty()) << filter;
  }
}

}  // namespace
}  // namespace tocsin::evidence::test
