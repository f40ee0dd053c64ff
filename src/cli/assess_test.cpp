#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "case/case.h"
#include "cli/verb.h"

namespace tocsin::cli {
namespace {

using casefile::Case;
using casefile::Mode;

class AssessVerb : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = ::testing::TempDir() + "/assess_verb_" + ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string at(const std::string& name) const { return folder_ + "/" + name; }
  static int assess(std::vector<std::string> args) {
    ::testing::internal::CaptureStdout();
    const int code = assess_verb.run(args);
    ::testing::internal::GetCapturedStdout();
    return code;
  }
  std::string folder_;
};

TEST_F(AssessVerb, TheMarkOfARehearsalGoesWithItsIncidents) {
  {
    auto rehearsed = Case::open(at("rehearsed.case"), Mode::write);
    auto plain = Case::open(at("plain.case"), Mode::write);
    auto real = Case::open(at("real.case"), Mode::write);
    ASSERT_TRUE(rehearsed && plain && real);
    ASSERT_TRUE(rehearsed->set_meta(casefile::kExerciseKey, "made by a test"));
    ASSERT_TRUE(rehearsed->end_scan("{}"));
  }
  const auto marked = [&](const std::string& name) {
    auto opened = Case::open(at(name), Mode::read);
    return opened->meta(casefile::kExerciseKey)->has_value();
  };
  EXPECT_EQ(assess({at("plain.case"), at("real.case"), "--into", at("real.case")}), 0);
  EXPECT_FALSE(marked("real.case"));
  EXPECT_EQ(assess({at("rehearsed.case"), at("real.case"), "--into", at("real.case")}), 0);
  EXPECT_TRUE(marked("real.case"));
  EXPECT_FALSE(marked("plain.case"));
  // A case made just to receive, and one more step: the mark goes on.
  EXPECT_EQ(assess({at("real.case"), at("plain.case"), "--into", at("fresh.case")}), 0);
  EXPECT_TRUE(marked("fresh.case"));
}

TEST_F(AssessVerb, ACaseThatIsNotThereIsNotMade) {
  EXPECT_NE(assess({at("none.case")}), 0);
  EXPECT_FALSE(std::filesystem::exists(at("none.case")));
}

}  // namespace
}  // namespace tocsin::cli
