// Files and folders on disk: order, links, special files, holes.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "evidence/test_support.h"
#include "tests/support/archive_writer.h"

namespace tocsin::evidence::test {
namespace {

using namespace tocsin::test;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class Tree : public testing::Test {
 protected:
  Tree() {
    std::string name = (std::filesystem::temp_directory_path() / "tocsin-tree-XXXXXX").string();
    root_ = ::mkdtemp(name.data());
  }
  ~Tree() override { std::filesystem::remove_all(root_); }
  std::string at(const std::string& name) const { return root_ + "/" + name; }
  void write(const std::string& name, std::string_view bytes) {
    std::filesystem::create_directories(std::filesystem::path(at(name)).parent_path());
    std::ofstream(at(name), std::ios::binary) << bytes;
  }
  std::string root_;
};

TEST_F(Tree, FilesComeInTheOrderOfTheirPathsBytes) {
  for (const char* name : {"b", "a/z", "a.log", "a/a", "a-b", "A", "a/\xff", "a/b/c"}) write(name, name);
  const Walked walked = walk(Walker({root_}));
  EXPECT_THAT(walked.paths(),
              ElementsAre(at("A"), at("a-b"), at("a.log"), at("a/a"), at("a/b/c"), at("a/z"), at("a/\xff"), at("b")));
  EXPECT_EQ(walked.bytes(at("a/b/c")), "a/b/c");
  EXPECT_TRUE(walked.complete());
  EXPECT_EQ(walk(Walker({root_ + "/"})).paths(), walked.paths());
}

TEST_F(Tree, PathsComeInTheOrderGiven) {
  write("one", "1");
  write("two", "2");
  EXPECT_THAT(walk(Walker({at("two"), at("one")})).paths(), ElementsAre(at("two"), at("one")));
}

TEST_F(Tree, LinksAreNotFollowedOutOrRound) {
  write("in/real", "r");
  write("outside", "o");
  std::filesystem::create_symlink("..", at("in/up"));
  std::filesystem::create_symlink("../outside", at("in/file"));
  std::filesystem::create_symlink("nowhere", at("in/dangling"));
  const Walked walked = walk(Walker({at("in")}));
  EXPECT_THAT(walked.paths(), ElementsAre(at("in/real")));
  EXPECT_THAT(walked.anomalies(),
              ElementsAre(at("in/dangling") + ": link-not-followed", at("in/file") + ": link-not-followed",
                          at("in/up") + ": link-not-followed"));
  std::filesystem::create_symlink("in", at("named"));  // what the user names is followed
  EXPECT_THAT(walk(Walker({at("named")})).paths(), ElementsAre(at("named/real")));
}

TEST_F(Tree, SpecialFilesAreSkippedAndSaid) {
  write("a", "a");
  ASSERT_EQ(::mkfifo(at("pipe").c_str(), 0600), 0);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::snprintf(address.sun_path, sizeof address.sun_path, "%s", at("socket").c_str());
  ASSERT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  const Walked walked = walk(Walker({root_, "/dev/zero"}));
  ::close(fd);
  EXPECT_THAT(walked.paths(), ElementsAre(at("a")));
  EXPECT_THAT(walked.anomalies(),
              ElementsAre(at("pipe") + ": special-file", at("socket") + ": special-file", "/dev/zero: special-file"));
}

TEST_F(Tree, WhatIsMissingOrUnreadableIsSaid) {
  write("a", "a");
  Walked walked = walk(Walker({at("missing"), at("a")}));
  EXPECT_THAT(walked.paths(), ElementsAre(at("a")));
  EXPECT_THAT(walked.anomalies(), ElementsAre(at("missing") + ": unreadable"));
  EXPECT_FALSE(walked.complete());
  EXPECT_FALSE(hash_file(at("missing")).has_value());
  if (::geteuid() == 0) return;  // root reads everything
  write("closed", "c");
  write("shut/x", "x");
  ::chmod(at("closed").c_str(), 0);
  ::chmod(at("shut").c_str(), 0);
  EXPECT_THAT(walk(Walker({root_})).anomalies(),
              ElementsAre(at("closed") + ": unreadable", at("shut/") + ": unreadable"));
  ::chmod(at("shut").c_str(), 0700);
}

TEST_F(Tree, APipeThatTheUserNamesIsRead) {
  ASSERT_EQ(::mkfifo(at("pipe").c_str(), 0600), 0);
  const int reader = ::open(at("pipe").c_str(), O_RDWR);  // keeps the pipe's bytes until the walk opens it
  ASSERT_EQ(::write(reader, "through\n", 8), 8);
  std::thread closer([&] {
    ::usleep(100'000);
    ::close(reader);
  });
  const Walked walked = walk(Walker({at("pipe")}));
  closer.join();
  EXPECT_EQ(walked.bytes(at("pipe")), "through\n");
}

TEST_F(Tree, HolesAreReadAsZerosAndSaid) {
  const int fd = ::open(at("sparse").c_str(), O_CREAT | O_RDWR, 0600);
  ASSERT_EQ(::pwrite(fd, "begin", 5, 0), 5);
  ASSERT_EQ(::pwrite(fd, "middle", 6, 40 << 20), 6);
  ASSERT_EQ(::ftruncate(fd, 90 << 20), 0);
  ::close(fd);
  std::string expected(90 << 20, '\0');
  expected.replace(0, 5, "begin").replace(40 << 20, 6, "middle");
  const Walked walked = walk(Walker({at("sparse")}));
  EXPECT_EQ(walked.items[0].bytes, expected);
  EXPECT_EQ(walked.items[0].custody.sha256, sha256(expected));
  EXPECT_TRUE(walked.complete());
  EXPECT_EQ(walked.anomalies(), std::vector<std::string>(2, at("sparse") + ": sparse-hole"));
  EXPECT_EQ(hash_file(at("sparse")).value(), sha256(expected));

  Limits limits;
  limits.holes = 50 << 20;
  const Walked cut = walk(Walker({at("sparse")}, limits));
  EXPECT_FALSE(cut.complete());
  EXPECT_EQ(cut.items[0].custody.anomalies.back().name, "sparse-bomb");
  EXPECT_TRUE(expected.starts_with(cut.items[0].bytes));
}

TEST_F(Tree, AFileInAnArchiveReadsAsOnDisk) {
  const std::string text = "the same\n";
  write("d/a.log", text);
  write("d/x.zip", write_zip({{"logs/a.log", text}}));
  write("d/y.7z", write_7z({{"logs/a.log", text}}));
  const Walked walked = walk(Walker({at("d")}));
  ASSERT_EQ(walked.items.size(), 3u);
  for (const Walked::Piece& piece : walked.items) EXPECT_EQ(piece.custody.sha256, sha256(text));
  EXPECT_EQ(walked.items[1].path, at("d/x.zip") + "!/logs/a.log");
  EXPECT_EQ(walked.container(at("d/y.7z"))->sha256, hash_file(at("d/y.7z")).value());
  const Survey survey = evidence::survey({at("d")});
  EXPECT_EQ(survey.files, 3u);
  EXPECT_EQ(survey.bytes,
            std::filesystem::file_size(at("d/x.zip")) + std::filesystem::file_size(at("d/y.7z")) + text.size());
}

TEST_F(Tree, TheCaseThatIsBeingWrittenIsNoEvidence) {
  for (const char* name : {"d/a.log", "d/x.case", "d/x.case-wal", "d/x.case-lock", "d/x.cases", "e/x.case"})
    write(name, "words");
  Limits limits;
  limits.own_file = at("e/../d/x.case");
  const Walked walked = walk(Walker({root_}, limits));
  std::vector<std::string> paths;
  for (const Walked::Piece& piece : walked.items) paths.push_back(piece.path);
  EXPECT_THAT(paths, ElementsAre(at("d/a.log"), at("d/x.cases"), at("e/x.case")));
  EXPECT_EQ(walk(Walker({at("d/x.case")}, limits)).items.size(), 1U);
}

TEST_F(Tree, ProgressEndsAtTheSurveysBytes) {
  write("a", std::string(100'000, 'a'));
  write("b.gz", compress(ARCHIVE_FILTER_GZIP, std::string(500'000, 'b')));
  Walker walker({root_});
  std::uint64_t before = 0;
  while (walker.next() != nullptr) {
    EXPECT_GE(walker.bytes_in(), before);
    before = walker.bytes_in();
  }
  EXPECT_EQ(walker.bytes_in(), survey({root_}).bytes);
}

TEST_F(Tree, AThousandFoldersDeep) {
  std::string path = root_;
  for (int i = 0; i < 1'000; ++i) {
    path += "/d";
    if (::mkdir(path.c_str(), 0700) != 0) break;
  }
  std::ofstream(path + "/leaf") << "x";
  EXPECT_THAT(walk(Walker({root_})).paths(), ElementsAre(path + "/leaf"));
}

}  // namespace
}  // namespace tocsin::evidence::test
