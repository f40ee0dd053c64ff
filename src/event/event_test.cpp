#include <gtest/gtest.h>

#include "event/event.h"
#include "event/finding.h"

namespace tocsin {

template <class T>
concept GivesViewsOfATemporary = requires { T().events(); };
static_assert(!GivesViewsOfATemporary<Batch>);

TEST(Demand, TheSameNameIsTheSameSlot) {
  Demand demand;
  const Slot image = demand.add("Image");
  EXPECT_NE(demand.add("image"), image);
  EXPECT_EQ(demand.add("Image"), image);
  EXPECT_EQ(demand.find("Image"), image);
  EXPECT_FALSE(demand.find("Nothing"));
}

TEST(Level, NamesReadBack) {
  for (const std::string_view text : kLevelNames) EXPECT_EQ(name(*parse_level(text)), text);
  EXPECT_FALSE(parse_level("High"));
}

}  // namespace tocsin
