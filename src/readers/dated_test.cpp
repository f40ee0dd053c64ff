#include "readers/dated.h"

#include <gtest/gtest.h>

namespace tocsin {
namespace {

std::string head_time(std::string_view head) {
  const auto time = dated_head(head);
  return time ? time->iso() : "none";
}

TEST(Dated, FindTheFirstFullDate) {
  EXPECT_EQ(head_time("Aug  4 01:02:03 g p: x\n2021-08-04T01:02:03Z y\n"), "2021-08-04T01:02:03Z");
  EXPECT_EQ(head_time("{\"a\":1,\"time\":\"2021-08-04T01:02:03.5Z\"}"), "2021-08-04T01:02:03.5Z");
  EXPECT_EQ(head_time("192.0.2.1 - - [04/Aug/2021:01:02:03 +0000] \"x\""), "2021-08-04T01:02:03Z");
  EXPECT_EQ(head_time("type=X msg=audit(1628038923.500:6): a=b"), "2021-08-04T01:02:03.500Z");
  EXPECT_EQ(head_time("<189>date=2021-08-04 time=01:02:03 devname=\"x\""), "2021-08-04T01:02:03Z");
  EXPECT_EQ(head_time("#Fields: date time x\n2021-08-04 01:02:03 y\n"), "2021-08-04T01:02:03Z");
  EXPECT_EQ(head_time("<TimeCreated SystemTime='2021-08-04T01:02:03.1Z'/>"), "2021-08-04T01:02:03.1Z");
  EXPECT_EQ(head_time("Aug  4 01:02:03 g p: x\nnothing dated 1.2.3.4\n"), "none");
  EXPECT_EQ(head_time(""), "none");
}

TEST(Dated, ChooseTheLatestYearThatIsNotAfterTheEvidence) {
  const Time evidence = *Time::parse_iso("2021-03-10T12:00:00Z");
  EXPECT_EQ(latest_year(evidence, 3, 10), 2021);
  EXPECT_EQ(latest_year(evidence, 3, 11), 2021);  // within a day
  EXPECT_EQ(latest_year(evidence, 3, 12), 2020);
  EXPECT_EQ(latest_year(evidence, 12, 31), 2020);
  EXPECT_EQ(latest_year(evidence, 2, 29), 2020);
  EXPECT_EQ(latest_year(*Time::parse_iso("2021-12-31T12:00:00Z"), 1, 1), 2022);
  EXPECT_EQ(year_from_evidence("x\n<13>Aug  4 01:02:03 g p: x\n", evidence), 2020);
  EXPECT_EQ(year_from_evidence("2021-03-10T12:00:00Z g p: x\n", evidence), std::nullopt);
  EXPECT_EQ(year_of_own_lines("Aug  4 01:02:03 g p: valid to 2031-01-01 00:00:00\n"), std::nullopt);
  EXPECT_EQ(year_of_own_lines("Aug  4 01:02:03 g p: begun 2021-08-04 01:02:03\n"), 2021);
  EXPECT_EQ(year_of_own_lines("Aug  4 01:02:03 g p: x\n2021-08-05T01:02:03Z g p: y\n"), 2021);
  EXPECT_TRUE(has_undated_lines("Aug  4 01:02:03 g p: x\n"));
}

}  // namespace
}  // namespace tocsin
