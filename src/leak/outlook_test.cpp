// Items of Outlook in a dump: mail whose raw bytes aren't there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "leak/run.h"
#include "tests/support/outlook_writer.h"

namespace tocsin::leak {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class OutlookInDump : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "tocsin-outlook-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    fs::create_directories(folder_ / "dump");
    fs::create_directories(folder_ / "originals");
  }
  void TearDown() override { fs::remove_all(folder_); }
  void write(const std::string& name, const std::string& bytes) {
    std::ofstream(folder_ / name, std::ios::binary) << bytes;
  }
  std::vector<ItemReport> examine_dump(bool originals) {
    LeakOptions options;
    options.paths = {(folder_ / "dump").string()};
    if (originals) options.originals = {(folder_ / "originals").string()};
    std::vector<ItemReport> out;
    examine(options, [&](const ItemReport& report) { out.push_back(report); }).value();
    return out;
  }
  fs::path folder_;
};

TEST_F(OutlookInDump, NoSignatureIsClaimedAndNothingIsAltered) {
  test::OutlookFile file;
  write("dump/a.msg", file.bytes());
  file.header =
      "DKIM-Signature: v=1; a=rsa-sha256; d=parliament.example; s=s1; h=from; bh=eA==; b=eA==\r\n"
      "From: a.dahl@parliament.example\r\nDate: Sun, 1 May 2016 11:00:00 +0200\r\nSubject: Budget\r\n";
  const std::string bytes = file.bytes();
  write("dump/b.msg", bytes);
  const auto reports = examine_dump(false);
  ASSERT_EQ(reports.size(), 4u);
  EXPECT_EQ(name(reports[0].verdict), "unsigned");
  EXPECT_THAT(reports[0].why, HasSubstr("raw bytes"));
  EXPECT_EQ(reports[0].kind, "message");
  EXPECT_EQ(reports[0].subject, "Budget");
  EXPECT_EQ(reports[0].date, "2016-05-01T09:00:00Z");
  EXPECT_TRUE(reports[1].item.ends_with("a.msg!/table.csv"));
  EXPECT_EQ(name(reports[2].verdict), "unverifiable");
  EXPECT_THAT(reports[2].why, HasSubstr("what parliament.example signed"));
  EXPECT_EQ(reports[2].proof.at(0).result, "unchecked");
  EXPECT_EQ(reports[2].size, bytes.size());
  EXPECT_EQ(reports[2].metadata->format, "msg");
  EXPECT_EQ(name(reports[3].verdict), "unverifiable");
}

// The same words stand in the originals as mail: what was changed is shown whatever the form.
TEST_F(OutlookInDump, IsHeldAgainstOriginals) {
  test::OutlookFile file;
  file.file_name.clear();
  file.body =
      "The committee meets on Tuesday at ten o'clock in the small hall, and the chair pays 500 euros for it.\r\n";
  write("originals/a.eml",
        "From: \"A. Dahl\" <a.dahl@parliament.example>\r\nTo: x@y.example\r\nSubject: Budget\r\n"
        "Date: Sun, 1 May 2016 09:00:00 +0000\r\n\r\n" +
            file.body);
  file.body.replace(file.body.find("500"), 3, "900");
  write("dump/a.msg", file.bytes());
  const auto reports = examine_dump(true);
  ASSERT_EQ(reports.size(), 1u);
  ASSERT_TRUE(reports[0].original);
  EXPECT_THAT(reports[0].original->difference, HasSubstr("500"));
}

}  // namespace
}  // namespace tocsin::leak
