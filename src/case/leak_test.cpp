#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "case/case_test_support.h"

namespace tocsin::casefile {
namespace {

using testing::Folder;

TEST(LeakItems, AreReplacedAsAWholeAndTheirDigestIsStated) {
  Folder folder;
  {
    auto c = Case::open(folder.file("a.case"), Mode::write).value();
    for (const char* verdict : {"authentic", "altered"}) {
      c.put_leak_begin().value();
      c.put_leak_item({"box#1", "ab", verdict, "{}"}).value();
      c.put_leak_end("{\"items\":1}").value();
    }
    EXPECT_EQ(c.leak_summary().value(), "{\"items\":1}");
    std::vector<std::string> verdicts;
    c.each_leak_item("", [&](const Case::LeakItem& item) {
       verdicts.push_back(item.verdict);
       return true;
     }).value();
    EXPECT_EQ(verdicts, std::vector<std::string>{"altered"});
    EXPECT_THAT(c.verify().value().problems, ::testing::IsEmpty());
  }
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(folder.file("a.case").c_str(), &database), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(database, "UPDATE leak_item SET verdict = 'authentic'", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(database);
  EXPECT_FALSE(Case::open(folder.file("a.case"), Mode::read).value().verify().value().problems.empty());
}

}  // namespace
}  // namespace tocsin::casefile
