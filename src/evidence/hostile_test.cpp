// Evidence that is damaged, hidden, or made to hurt: it ends with a named anomaly, in bounded time and memory, and what
// can be read is read.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "evidence/test_support.h"
#include "tests/support/archive_writer.h"

namespace tocsin::evidence::test {
namespace {

using namespace tocsin::test;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr int kFilters[] = {ARCHIVE_FILTER_GZIP, ARCHIVE_FILTER_ZSTD, ARCHIVE_FILTER_XZ, ARCHIVE_FILTER_BZIP2,
                            ARCHIVE_FILTER_LZ4};

std::string noise(std::size_t size, std::uint64_t seed = 1) {
  std::string out(size, '\0');
  for (char& c : out) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    c = static_cast<char>(seed >> 56);
  }
  return out;
}
std::string lines(std::size_t count) {
  std::string out;
  std::uint32_t seed = 1;
  for (std::size_t i = 0; i < count; ++i) {
    seed = seed * 1664525 + 1013904223;
    out += "line " + std::to_string(seed) + " of the log\n";
  }
  return out;
}
std::string zeros(std::size_t size) { return std::string(size, '\0'); }

std::vector<std::string> names_of(const Custody& custody) {
  std::vector<std::string> out;
  for (const Anomaly& anomaly : custody.anomalies) out.emplace_back(anomaly.name);
  return out;
}

std::string tar_header(const std::string& name, std::size_t size, char type) {
  std::string header(512, '\0');
  std::snprintf(&header[0], 100, "%s", name.c_str());
  std::snprintf(&header[100], 8, "%07o", 0600);
  std::snprintf(&header[124], 12, "%011zo", size);
  header.replace(148, 8, 8, ' ');
  header[156] = type;
  header.replace(257, 8, std::string("ustar\00000", 8));
  unsigned sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  std::snprintf(&header[148], 8, "%06o", sum);
  return header;
}

// Small limits, so that small bombs are bombs.
Limits small() {
  Limits limits;
  limits.floor = 4 << 20;
  limits.ratio = 200;
  limits.bombs = 3;
  return limits;
}

TEST(Hostile, EveryTruncationKeepsWhatCameBefore) {
  const std::vector<ArchiveFile> files = {{"a", lines(400)}, {"b", noise(900)}, {"c", lines(30)}};
  std::size_t cases = 0;
  for (const bool archive : {true, false})
    for (int kind = 0; kind < (archive ? 3 : 5); ++kind) {
      const std::string whole = archive ? kind == 0   ? write_tar(files)
                                          : kind == 1 ? write_zip(files)
                                                      : write_7z(files)
                                        : compress(kFilters[kind], files[0].bytes);
      for (std::size_t size = 12; size < whole.size(); size += 1 + whole.size() / 150) {
        const Walked walked = walk_bytes(whole.substr(0, size));
        ++cases;
        for (const Walked::Piece& piece : walked.items) {
          const std::size_t index = piece.path.ends_with("!/b") ? 1 : piece.path.ends_with("!/c") ? 2 : 0;
          if (piece.path == "e") continue;  // too short to be recognised
          EXPECT_TRUE(files[index].bytes.starts_with(piece.bytes)) << kind << ' ' << size;
          EXPECT_TRUE(!piece.custody.complete || piece.bytes == files[index].bytes) << kind << ' ' << size;
        }
        for (const Custody& custody : walked.closed) {
          EXPECT_EQ(custody.size, size);
          EXPECT_EQ(custody.sha256, sha256(std::string_view(whole).substr(0, size)));
          // A tar's padding after its end may be missing.
          if (!custody.complete)
            EXPECT_THAT(names_of(custody), Contains("archive-damaged")) << kind << ' ' << size;
          else
            EXPECT_TRUE(archive && kind == 0 && size > whole.size() - 10'240) << kind << ' ' << size;
        }
      }
    }
  std::printf("%zu truncations\n", cases);
}

TEST(Hostile, TruncatedCompressionGivesAllThatCanBeDecoded) {
  const std::string text = lines(60'000);
  // Not LZ4, whose writer here makes blocks of 4 MiB, which can be decoded as a whole only.
  for (const int filter : {ARCHIVE_FILTER_GZIP, ARCHIVE_FILTER_XZ, ARCHIVE_FILTER_ZSTD, ARCHIVE_FILTER_BZIP2}) {
    const std::string packed = compress(filter, text);
    const Walked walked = walk_bytes(packed.substr(0, packed.size() * 9 / 10));
    ASSERT_EQ(walked.items.size(), 1u);
    EXPECT_GT(walked.items[0].bytes.size(), text.size() / 2) << filter;
    EXPECT_TRUE(text.starts_with(walked.items[0].bytes));
  }
}

TEST(Hostile, AnyFlippedByteLeavesTheOtherMembers) {
  const std::vector<ArchiveFile> files = {{"a", lines(200)}, {"b", lines(100)}, {"c", lines(300)}};
  // (A tar whose first header is damaged is not recognised: that is the checksum's 3 % of the cases.)
  for (const std::string& whole : {write_zip(files), write_tar(files)}) {
    std::size_t all_there = 0, cases = 0;
    for (std::size_t at = 0; at < whole.size(); at += 1 + whole.size() / 300) {
      std::string bent = whole;
      bent[at] = static_cast<char>(bent[at] ^ 0x41);
      const Walked walked = walk_bytes(bent);
      std::size_t intact = 0;
      for (const ArchiveFile& file : files)
        for (const Walked::Piece& piece : walked.items) intact += piece.bytes == file.bytes ? 1 : 0;
      ++cases;
      all_there += intact >= 2 ? 1 : 0;  // two of three at least
    }
    EXPECT_GE(all_there * 100, cases * 95) << cases;
  }
}

TEST(Hostile, ChecksumsAreChecked) {
  std::string gz = compress(ARCHIVE_FILTER_GZIP, "evidence\n");
  gz[gz.size() - 6] ^= 1;
  const Walked walked = walk_bytes(gz);
  EXPECT_EQ(walked.bytes("e!/data"), "evidence\n");
  EXPECT_THAT(walked.anomalies(), ElementsAre("e: archive-damaged"));

  std::string zip = write_archive(ARCHIVE_FORMAT_ZIP, {{"a", noise(5'000)}, {"b", "bee"}}, "zip:compression=store");
  zip[2'000] ^= 1;
  const Walked stored = walk_bytes(zip);
  EXPECT_EQ(stored.items.size(), 2u);
  EXPECT_EQ(stored.bytes("e!/b"), "bee");
  EXPECT_FALSE(stored.item("e!/a")->custody.complete);
  EXPECT_THAT(stored.anomalies(), ElementsAre("e: archive-damaged"));
}

TEST(Hostile, EncryptedMembersAreNamed) {
  for (const std::string options : {"zip:encryption=zipcrypt", "zip:encryption=aes256"}) {
    ArchiveWriter writer(ARCHIVE_FORMAT_ZIP, options, "infected");
    writer.add("secret.evtx", lines(3'000));
    writer.add("secret2", noise(70'000));
    const Walked walked = walk_bytes(write_zip({{"plain", "text"}, {"sub.zip", writer.finish()}, {"last", "z"}}));
    EXPECT_THAT(walked.paths(), ElementsAre("e!/plain", "e!/last")) << options;
    const Custody* inner = walked.container("e!/sub.zip");
    ASSERT_NE(inner, nullptr);
    EXPECT_THAT(names_of(*inner), ElementsAre("archive-encrypted", "archive-encrypted")) << options;
    EXPECT_EQ(inner->anomalies[0].detail, "secret.evtx");
    EXPECT_FALSE(inner->complete);
    EXPECT_TRUE(walked.container("e")->complete);
  }
}

TEST(Hostile, NamesAreOnlyNames) {
  const Walked walked =
      walk_bytes(write_tar({{"../../etc/passwd", "1"}, {"/abs", "2"}, {"caf\xe9", "3"}, {"same", "4"}, {"same", "5"}}));
  EXPECT_THAT(walked.paths(), ElementsAre("e!/../../etc/passwd", "e!//abs", "e!/caf\xe9", "e!/same", "e!/same#2"));
  EXPECT_EQ(walked.bytes("e!/same#2"), "5");
  EXPECT_THAT(walked.anomalies(),
              ElementsAre("e: archive-path-escape", "e: archive-path-escape", "e: archive-duplicate-name"));
  EXPECT_TRUE(walked.complete());
}

TEST(Hostile, LinksAndDevicesInATarAreNoItems) {
  ArchiveWriter writer(ARCHIVE_FORMAT_TAR_USTAR);
  writer.begin("folder", 0, AE_IFDIR);
  writer.begin("folder/link", 0, AE_IFLNK, "/etc/shadow");
  writer.begin("folder/tty", 0, AE_IFCHR);
  writer.add("folder/real", "r");
  const Walked walked = walk_bytes(writer.finish());
  EXPECT_THAT(walked.paths(), ElementsAre("e!/folder/real"));
  EXPECT_THAT(walked.anomalies(), ElementsAre("e: archive-special-member"));
}

TEST(Hostile, TooDeepIsHashedNotOpened) {
  std::string bytes = "the core";
  for (int i = 0; i < 12; ++i) bytes = compress(ARCHIVE_FILTER_GZIP, bytes);
  const Walked walked = walk_bytes(bytes);
  EXPECT_THAT(walked.items, IsEmpty());
  ASSERT_EQ(walked.closed.size(), Limits().depth + 1);
  EXPECT_THAT(names_of(walked.closed.front()), ElementsAre("archive-depth"));
  EXPECT_TRUE(walked.closed.front().sha256.has_value());
  EXPECT_EQ(walked.closed.back().sha256, sha256(bytes));
}

TEST(Hostile, TooManyMembersEndTheTop) {
  ArchiveWriter writer(ARCHIVE_FORMAT_TAR_USTAR);
  for (int i = 0; i < 1'000; ++i) writer.add("m" + std::to_string(i), "");
  const std::string tar = writer.finish();
  Limits limits;
  limits.members = 100;
  const Walked walked = walk_bytes(tar, limits);
  EXPECT_EQ(walked.items.size(), 100u);
  EXPECT_THAT(walked.anomalies(), ElementsAre("e: archive-members"));
  EXPECT_EQ(walked.closed[0].sha256, sha256(tar));
  EXPECT_TRUE(walk_bytes(tar).complete());
}

TEST(Hostile, ABombOfEveryKindEnds) {
  const std::string big = zeros(20 << 20);
  for (const int filter : {ARCHIVE_FILTER_GZIP, ARCHIVE_FILTER_ZSTD, ARCHIVE_FILTER_XZ, ARCHIVE_FILTER_BZIP2}) {
    const Walked walked =
        walk(Walker::over(std::make_unique<MemoryStream>(compress(filter, big)), "e", small()), 65536, 10);
    ASSERT_EQ(walked.items.size(), 1u);
    EXPECT_THAT(walked.anomalies(), ElementsAre("e: archive-bomb")) << filter;
    EXPECT_FALSE(walked.items[0].custody.complete);
    EXPECT_LE(walked.items[0].custody.size, 5u << 20);
  }
  for (const std::string& packed :
       {write_zip({{"big", big}, {"small", "s"}}), write_7z({{"big", big}, {"small", "s"}})}) {
    const Walked walked = walk(Walker::over(std::make_unique<MemoryStream>(packed), "e", small()), 65536, 10);
    EXPECT_THAT(walked.anomalies(), ElementsAre("e: archive-bomb"));
    EXPECT_LE(walked.item("e!/big")->custody.size, 5u << 20);
  }
}

TEST(Hostile, ABombCostsItsNeighboursNothing) {
  const std::string bomb = compress(ARCHIVE_FILTER_GZIP, zeros(20 << 20));
  const Walked zip = walk_bytes(
      write_zip({{"before", lines(10)}, {"bomb.gz", bomb}, {"raw", zeros(20 << 20)}, {"after", lines(20)}}), small());
  EXPECT_EQ(zip.bytes("e!/before"), lines(10));
  EXPECT_EQ(zip.bytes("e!/after"), lines(20));
  EXPECT_THAT(zip.anomalies(), UnorderedElementsAre("e!/bomb.gz: archive-bomb", "e: archive-bomb"));
  const Walked tar = walk_bytes(write_tar({{"bomb.gz", bomb}, {"bomb2.gz", bomb}, {"after", lines(20)}}), small());
  EXPECT_EQ(tar.bytes("e!/after"), lines(20));
}

TEST(Hostile, ManyBombsEndTheTop) {
  std::vector<ArchiveFile> files;
  for (int i = 0; i < 20; ++i)
    files.push_back({"b" + std::to_string(i), compress(ARCHIVE_FILTER_ZSTD, zeros(20 << 20))});
  files.push_back({"after", "a"});
  const std::string tar = write_tar(files);
  const Walked walked = walk(Walker::over(std::make_unique<MemoryStream>(tar), "e", small()), 65536, 10);
  EXPECT_EQ(walked.item("e!/after"), nullptr);
  EXPECT_FALSE(walked.closed.back().complete);
  EXPECT_EQ(walked.closed.back().sha256, sha256(tar));
}

// Ten gigabytes in nested zip and gz, small enough to mail, with the limits that users have.
TEST(Hostile, TenGigabytesOfNothing) {
  std::string gz;
  const std::string frame = compress(ARCHIVE_FILTER_GZIP, zeros(100 << 20));
  for (int i = 0; i < 100; ++i) gz += frame;
  const std::string packed = compress(ARCHIVE_FILTER_GZIP, write_zip({{"x.gz", gz}, {"y", "why"}}));
  EXPECT_LT(packed.size(), 100'000u);
  const auto begun = std::chrono::steady_clock::now();
  const Walked walked = walk(Walker::over(std::make_unique<MemoryStream>(packed), "e"), 65536, 10);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  std::printf("%zu bytes packed, %.1f s\n", packed.size(), seconds);
  EXPECT_THAT(walked.anomalies(), Contains(testing::HasSubstr("archive-bomb")));
  EXPECT_LT(seconds, 60);
  EXPECT_EQ(walked.closed.back().sha256, sha256(packed));
}

// Sixteen zips in each of five levels, as the best known bomb is made.
TEST(Hostile, AZipOfZipsOfZips) {
  std::string zip = write_zip({{"0", zeros(300 << 20)}});
  for (int level = 0; level < 5; ++level) {
    std::vector<ArchiveFile> files;
    for (int i = 0; i < 16; ++i) files.push_back({std::to_string(i) + ".zip", zip});
    zip = write_zip(files);
  }
  const auto begun = std::chrono::steady_clock::now();
  const Walked walked = walk(Walker::over(std::make_unique<MemoryStream>(zip), "e"), 65536, 10);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  std::printf("%zu bytes packed, %zu items, %.1f s\n", zip.size(), walked.items.size(), seconds);
  EXPECT_THAT(walked.anomalies(), Contains(testing::HasSubstr("archive-bomb")));
  EXPECT_LT(seconds, 120);
}

TEST(Hostile, ADictionaryBeyondTheBoundIsRefused) {
  Limits limits;
  limits.decoder_memory = 1 << 20;
  const std::string text = lines(200'000);
  for (const int filter : {ARCHIVE_FILTER_XZ, ARCHIVE_FILTER_ZSTD}) {
    const std::string packed = compress(filter, text);
    const Walked walked = walk_bytes(packed, limits);
    EXPECT_THAT(walked.anomalies(), ElementsAre("e: archive-memory")) << filter;
    EXPECT_TRUE(walk_bytes(packed).complete()) << filter;
  }
}

TEST(Hostile, ASevenZipIsWeighedBeforeItIsOpened) {
  const std::string text = lines(60'000);
  for (const char* method : {"lzma1", "lzma2", "ppmd", "deflate", "bzip2", "store"}) {
    const std::string packed = write_archive(ARCHIVE_FORMAT_7ZIP, {{"a", text}, {"b", "bee"}, {"empty", ""}},
                                             std::string("7zip:compression=") + method);
    EXPECT_TRUE(walk_bytes(packed).complete()) << method;
    EXPECT_EQ(walk_bytes(packed).items.size(), 3u) << method;
    Limits limits;
    limits.decoder_memory = 2 << 20;
    const bool big = std::string_view(method) == "lzma1" || std::string_view(method) == "lzma2" ||
                     std::string_view(method) == "ppmd";
    EXPECT_EQ(walk_bytes(packed, limits).complete(), !big) << method;
    EXPECT_EQ(walk_bytes(packed, limits).anomalies(), std::vector<std::string>(big ? 1 : 0, "e: archive-memory"))
        << method;
    limits = {};
    limits.members = 2;
    EXPECT_THAT(walk_bytes(packed, limits).anomalies(), ElementsAre("e: archive-members")) << method;
  }
}

// A map of a sparse member has an entry for every few bytes of input, and libarchive keeps each.
TEST(Hostile, AnEndlessMapOfASparseMemberEnds) {
  std::string map = "9000000\n";
  while (map.size() < (36 << 20)) map += "0\n0\n0\n0\n0\n0\n0\n0\n";
  map.resize((map.size() + 511) / 512 * 512, '\n');
  const std::string pax = "22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n31 GNU.sparse.realsize=99999999\n";
  const Walked walked = walk_bytes(tar_header("pax", pax.size(), 'x') + pax + std::string(512 - pax.size(), '\0') +
                                   tar_header("sparse", map.size(), '0') + map + std::string(1024, '\0'));
  EXPECT_FALSE(walked.complete());
  EXPECT_THAT(walked.anomalies(), Contains("e: archive-damaged"));
}

TEST(Hostile, BytesBehindTheEndAreTold) {
  EXPECT_THAT(walk_bytes(compress(ARCHIVE_FILTER_GZIP, "x") + "hidden").anomalies(),
              ElementsAre("e: archive-trailing-data"));
  EXPECT_THAT(walk_bytes(write_zip({{"x", "1"}}) + "hidden").anomalies(), ElementsAre("e: archive-trailing-data"));
  const Walked two = walk_bytes(write_zip({{"x", "1"}}) + write_zip({{"y", "2"}}));
  EXPECT_THAT(two.paths(), ElementsAre("e!/x", "e!/y"));
  EXPECT_THAT(two.anomalies(), ElementsAre("e: archive-concatenated"));
  EXPECT_THAT(walk_bytes(write_tar({{"x", "1"}}) + write_tar({{"y", "2"}})).paths(), ElementsAre("e!/x", "e!/y"));
}

TEST(Hostile, ANestedSevenZipIsSpooledWithinItsBound) {
  const std::string text = noise(3 << 20), tar = write_tar({{"n.7z", write_7z({{"x", text}})}, {"after", "a"}});
  Limits limits;
  limits.spool_memory = 1 << 20;  // on disk then
  EXPECT_EQ(walk_bytes(tar, limits).bytes("e!/n.7z!/x"), text);
  limits.spool_disk = 2 << 20;
  const Walked refused = walk_bytes(tar, limits);
  EXPECT_THAT(refused.paths(), ElementsAre("e!/after"));
  EXPECT_THAT(refused.anomalies(), ElementsAre("e!/n.7z: archive-spool"));
}

}  // namespace
}  // namespace tocsin::evidence::test
