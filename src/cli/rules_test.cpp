#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "cli/verb.h"

namespace tocsin::cli {
namespace {

class RulesVerb : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("tocsin-rules-verb-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder_);
    write("good.yml",
          "title: Good\nid: good-id\nlevel: high\nlogsource: {product: windows, category: process_creation}\n"
          "detection: {sel: {Image|endswith: '\\x.exe'}, filter: {User: adm}, condition: sel and not filter}\n");
    write("broken.yml", "title: [\n");
    write("nowhere.yml",
          "title: Nowhere\nid: nowhere-id\nlogsource: {product: nobody}\ndetection: {s: {A: 1}, condition: s}\n");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) { std::ofstream(folder_ / name) << text; }

  int run(std::vector<std::string> args) {
    testing::internal::CaptureStdout();
    const int code = rules.run(args);
    output_ = testing::internal::GetCapturedStdout();
    return code;
  }

  std::filesystem::path folder_;
  std::string output_;
};

TEST_F(RulesVerb, CheckCountsAndNamesWhatCannotRun) {
  ASSERT_EQ(run({"check", folder_.string(), "--json"}), kDone);
  const auto json = nlohmann::json::parse(output_);
  EXPECT_EQ(json["rules"], 3);
  EXPECT_EQ(json["loaded"], 2);
  ASSERT_EQ(json["refused"].size(), 1u);
  EXPECT_TRUE(json["refused"][0]["path"].get<std::string>().ends_with("broken.yml"));
  EXPECT_GT(json["refused"][0]["line"], 0);
  ASSERT_EQ(json["unmapped"].size(), 1u);
  EXPECT_EQ(json["unmapped"][0]["id"], "nowhere-id");
  EXPECT_EQ(json["unmapped"][0]["logsource"]["product"], "nobody");
}

TEST_F(RulesVerb, ListNamesEachRule) {
  ASSERT_EQ(run({"list", folder_.string()}), kDone);
  EXPECT_NE(output_.find("good-id"), std::string::npos);
  EXPECT_NE(output_.find("windows/process_creation"), std::string::npos);
}

TEST_F(RulesVerb, ExplainPrintsEachPass) {
  ASSERT_EQ(run({"explain", (folder_ / "good.yml").string()}), kDone);
  EXPECT_NE(output_.find("Image is '*\\x.exe'"), std::string::npos) << output_;
  EXPECT_NE(output_.find("compiled"), std::string::npos);
  EXPECT_EQ(run({"explain", "good-id", "--rules", folder_.string()}), kDone);
  EXPECT_EQ(run({"explain", "no-such-rule", "--rules", folder_.string()}), kFailed);
}

TEST_F(RulesVerb, TestSaysWhatANearMissLacked) {
  const auto event = [](int record, const std::string& user) {
    return R"({"Event":{"System":{"Provider":{"#attributes":{"Name":"Microsoft-Windows-Sysmon"}},"EventID":1,)"
           R"("Channel":"Microsoft-Windows-Sysmon/Operational","Computer":"h","EventRecordID":)" +
           std::to_string(record) +
           R"(,"TimeCreated":{"#attributes":{"SystemTime":"2024-05-06T07:08:09Z"}}},)"
           R"("EventData":{"Image":"C:\\x.exe","User":")" +
           user + "\"}}}\n";
  };
  write("events.ndjson", event(1, "bob") + event(2, "adm"));
  ASSERT_EQ(run({"test", (folder_ / "good.yml").string(), (folder_ / "events.ndjson").string()}), kDone);
  EXPECT_NE(output_.find("2 events, 2 of the rule's logsource, 1 met"), std::string::npos) << output_;
  EXPECT_NE(output_.find("filter: not wanted: User is 'adm', but it is 'adm'"), std::string::npos) << output_;
}

TEST_F(RulesVerb, WrongUsageIsSaid) {
  EXPECT_EQ(run({}), kUsage);
  EXPECT_EQ(run({"chek"}), kUsage);
  EXPECT_EQ(run({"--help"}), kDone);
}

}  // namespace
}  // namespace tocsin::cli
