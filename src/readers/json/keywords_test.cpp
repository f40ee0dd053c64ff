// Which records the reader vouches for: those whose values stand in their bytes as they are.
#include <gtest/gtest.h>

#include "readers/json/json.h"
#include "tests/support/read_all.h"

namespace tocsin::tests {
namespace {

class AnyKeywords : public Keywords {
 public:
  std::uint64_t groups_in(std::string_view) const override { return ~std::uint64_t{0}; }
};

bool vouches(std::string_view json) {
  Demand demand;
  demand.add("a");
  demand.watch(std::make_shared<AnyKeywords>());
  const auto reader = json::spec.open(demand, {});
  MemoryStream stream(json);
  std::vector<Anomaly> anomalies;
  auto block = reader->cut(stream, anomalies);
  EXPECT_TRUE(block && *block);
  Batch batch;
  reader->decode(**block, batch);
  EXPECT_EQ(batch.events().size(), 1u);
  return batch.events()[0].keywords_elsewhere == 0;
}

TEST(JsonKeywords, ValuesThatStandInTheBytesAreVouchedFor) {
  EXPECT_TRUE(vouches(R"({"a":"sekurlsa::logonpasswords"})"));
  EXPECT_TRUE(vouches(R"({"a":"c:\\users\\public \u003c \u00e9 \/ \" \n"})")) << "none of these is a plain character";
  EXPECT_TRUE(vouches(R"({"winlog":{"event_id":1,"event_data":{"CommandLine":"c:\\u0061"}}})"))
      << "no escape: a backslash";
  EXPECT_FALSE(vouches(R"({"a":"sek\u0075rlsa::"})"));
  EXPECT_FALSE(vouches(R"({"a":"se\u212Aurlsa"})")) << "folds to k";
  EXPECT_FALSE(vouches(R"({"a":"mi\u017fc::"})")) << "folds to s";
  EXPECT_FALSE(vouches(R"({"a":"rpc\u003a:"})"));
}

TEST(JsonKeywords, ValuesOfJsonWithinJsonAreNot) {
  EXPECT_FALSE(
      vouches(R"({"CreationDate":"2024-01-01","AuditData":"{\"Operation\":\"\\u0061\",\"Workload\":\"x\"}"})"));
  EXPECT_FALSE(vouches(
      R"({"Timestamp":"2024-01-01 00:00:00.000 +00:00","RuleTitle":"x","Channel":"Sec","EventID":1,"Details":{"a":"b"}})"));
  EXPECT_FALSE(vouches(R"({"__REALTIME_TIMESTAMP":"1","MESSAGE":[104,105],"_PID":"1","__CURSOR":"s"})"));
}

}  // namespace
}  // namespace tocsin::tests
