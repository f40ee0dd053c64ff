#include "case/clock.h"

#include <chrono>

namespace tocsin::casefile {

Time wall_clock() {
  using namespace std::chrono;
  const auto now = duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
  return Time::from_nanoseconds(now * 1'000'000, 3);
}

}  // namespace tocsin::casefile
