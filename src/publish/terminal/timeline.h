// Findings over time as one line of bars.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <string>

#include "publish/terminal/text.h"

namespace tocsin::publish {

class Timeline {
 public:
  void add(Time time, Level level);
  // "timeline" and what belongs to it, lines indented like the summary's; "" without findings that have a time.
  std::string text(const Terminal& terminal) const;

 private:
  // Ticks since 1970, findings by level. Forged times could be all different: past the bound they are only counted.
  static constexpr std::int64_t kTick = 300;  // seconds
  static constexpr std::size_t kTicksMax = 200'000;
  std::map<std::int64_t, std::array<std::uint64_t, 5>> ticks_;
  std::uint64_t count_ = 0, beyond_ = 0;
};

}  // namespace tocsin::publish
