// Evidence lies about time: a few findings in 1601 or 2099 would squeeze all others into one bar. When not all hours
// fit, the line shows the span that holds 99 of 100 findings and says how many lie outside.
#include "publish/terminal/timeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace tocsin::publish {
namespace {

constexpr std::int64_t kHour = 12, kDay = 24 * kHour;  // ticks
constexpr std::int64_t kSteps[] = {1, 3, 6, kHour, 2 * kHour, 6 * kHour, 12 * kHour, kDay};

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0); }

}  // namespace

void Timeline::add(Time time, Level level) {
  if (!time.known()) return;
  const std::int64_t tick = floor_div(time.seconds, kTick);
  ++count_;
  if (ticks_.size() >= kTicksMax && !ticks_.contains(tick)) {
    ++beyond_;
    return;
  }
  ++ticks_[tick][static_cast<std::size_t>(level)];
}

std::string Timeline::text(const Terminal& terminal) const {
  if (ticks_.empty()) return {};
  const std::int64_t cells = static_cast<std::int64_t>(terminal.width) - 14;
  std::int64_t first = ticks_.begin()->first, last = ticks_.rbegin()->first;
  std::uint64_t before = 0, after = 0;
  if (last - first >= cells * kDay) {
    const std::uint64_t spare = (count_ - beyond_) / 200;  // half a hundredth on each side
    const auto sum = [](const std::array<std::uint64_t, 5>& levels) {
      return levels[0] + levels[1] + levels[2] + levels[3] + levels[4];
    };
    for (auto tick = ticks_.begin(); tick != ticks_.end() && before + sum(tick->second) <= spare; ++tick) {
      before += sum(tick->second);
      first = std::next(tick)->first;
    }
    for (auto tick = ticks_.rbegin(); tick != ticks_.rend() && after + sum(tick->second) <= spare; ++tick) {
      after += sum(tick->second);
      last = std::next(tick)->first;
    }
  }
  std::int64_t step = 1;
  for (const std::int64_t ticks : kSteps) {
    step = ticks;
    if (floor_div(last, step) - floor_div(first, step) < cells) break;
  }
  while (floor_div(last, step) - floor_div(first, step) >= cells) step += kDay;

  const std::int64_t base = floor_div(first, step);
  struct Cell {
    std::uint64_t count = 0;
    int gravest = 0;
  };
  std::vector<Cell> line(static_cast<std::size_t>(floor_div(last, step) - base + 1));
  std::uint64_t most = 1;
  for (auto tick = ticks_.lower_bound(first); tick != ticks_.end() && tick->first <= last; ++tick) {
    Cell& cell = line[static_cast<std::size_t>(floor_div(tick->first, step) - base)];
    for (int level = 0; level < 5; ++level) {
      cell.count += tick->second[static_cast<std::size_t>(level)];
      if (tick->second[static_cast<std::size_t>(level)] > 0) cell.gravest = std::max(cell.gravest, level);
    }
    most = std::max(most, cell.count);
  }
  static constexpr std::string_view kBars[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  std::string out = "  timeline   ";
  for (const Cell& cell : line)
    out += cell.count == 0 ? dimmed(terminal, "·")
                           : coloured(terminal, static_cast<Level>(cell.gravest), kBars[(cell.count * 8 - 1) / most]);
  const auto stamp = [](std::int64_t tick) { return Time{tick * kTick, 0, 0}.iso().substr(0, 16) + "Z"; };
  const std::string unit = step < kHour  ? fmt::format("{} min", step * kTick / 60)
                           : step < kDay ? fmt::format("{} h", step / kHour)
                                         : fmt::format("{} day{}", step / kDay, step == kDay ? "" : "s");
  out +=
      fmt::format("\n             {} … {}, {} a bar, {} at most", stamp(base * step), stamp(last), unit, grouped(most));
  if (before + after + beyond_ > 0)
    out += fmt::format("\n             not shown: {} before, {} after", grouped(before), grouped(after + beyond_));
  return out + "\n";
}

}  // namespace tocsin::publish
