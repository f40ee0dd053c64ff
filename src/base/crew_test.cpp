#include "base/crew.h"

#include <gtest/gtest.h>

namespace tocsin {

TEST(Crew, GivesInTheOrderOfTaking) {
  struct Task {
    int number, squared;
  };
  for (const unsigned threads : {1u, 2u, 5u}) {
    std::vector<Task> slots(threads + 3);
    int next = 0;
    std::vector<int> out;
    run_crew(
        threads, slots,
        [&](Task& task) {
          task.number = next++;
          return task.number < 2000;
        },
        [](Task& task, unsigned) { task.squared = task.number * task.number; },
        [&](Task& task) { out.push_back(task.squared); });
    ASSERT_EQ(out.size(), 2000u);
    for (int i = 0; i < 2000; ++i) ASSERT_EQ(out[i], i * i);
  }
}

TEST(Crew, EndsWithoutWork) {
  std::vector<int> slots(4);
  run_crew(3, slots, [](int&) { return false; }, [](int&, unsigned) { FAIL(); }, [](int&) { FAIL(); });
}

}  // namespace tocsin
