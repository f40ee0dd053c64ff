// Evidence lies about time: a few findings in 1601 or 2099 would squeeze all others into one bar. When not all hours
// fit, the line shows the span that holds 99 of 100 findings and says how many lie outside.
#include "publish/terminal/timeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace tocsin::publish {
namespace {

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0); }

}  // namespace

void Timeline::add(Time time, Level level) {
  if (!time.known()) return;
  const std::int64_t hour = floor_div(time.seconds, 3600);
  ++count_;
  if (hours_.size() >= kHoursMax && !hours_.contains(hour)) {
    ++beyond_;
    return;
  }
  ++hours_[hour][static_cast<std::size_t>(level)];
}

std::string Timeline::text(const Terminal& terminal) const {
  if (hours_.empty()) return {};
  const std::int64_t cells = static_cast<std::int64_t>(terminal.width) - 14;
  std::int64_t first = hours_.begin()->first, last = hours_.rbegin()->first;
  std::uint64_t before = 0, after = 0;
  if (last - first >= cells * 24) {
    const std::uint64_t spare = (count_ - beyond_) / 200;  // half a hundredth on each side
    const auto sum = [](const std::array<std::uint64_t, 5>& levels) {
      return levels[0] + levels[1] + levels[2] + levels[3] + levels[4];
    };
    for (auto hour = hours_.begin(); hour != hours_.end() && before + sum(hour->second) <= spare; ++hour) {
      before += sum(hour->second);
      first = std::next(hour)->first;
    }
    for (auto hour = hours_.rbegin(); hour != hours_.rend() && after + sum(hour->second) <= spare; ++hour) {
      after += sum(hour->second);
      last = std::next(hour)->first;
    }
  }
  std::int64_t step = 1;
  for (const std::int64_t hours : {1, 2, 6, 12, 24}) {
    step = hours;
    if (floor_div(last, step) - floor_div(first, step) < cells) break;
  }
  while (floor_div(last, step) - floor_div(first, step) >= cells) step += 24;

  const std::int64_t base = floor_div(first, step);
  struct Cell {
    std::uint64_t count = 0;
    int gravest = 0;
  };
  std::vector<Cell> line(static_cast<std::size_t>(floor_div(last, step) - base + 1));
  std::uint64_t most = 1;
  for (auto hour = hours_.lower_bound(first); hour != hours_.end() && hour->first <= last; ++hour) {
    Cell& cell = line[static_cast<std::size_t>(floor_div(hour->first, step) - base)];
    for (int level = 0; level < 5; ++level) {
      cell.count += hour->second[static_cast<std::size_t>(level)];
      if (hour->second[static_cast<std::size_t>(level)] > 0) cell.gravest = std::max(cell.gravest, level);
    }
    most = std::max(most, cell.count);
  }
  static constexpr std::string_view kBars[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  std::string out = "  timeline   ";
  for (const Cell& cell : line)
    out += cell.count == 0 ? dimmed(terminal, "·")
                           : coloured(terminal, static_cast<Level>(cell.gravest), kBars[(cell.count * 8 - 1) / most]);
  const auto stamp = [](std::int64_t hour) { return Time{hour * 3600, 0, 0}.iso().substr(0, 13) + "Z"; };
  out += fmt::format("\n             {} … {}, a bar is {}, the highest {}", stamp(base * step), stamp(last),
                     step < 24    ? fmt::format("{} h", step)
                     : step == 24 ? "1 day"
                                  : fmt::format("{} days", step / 24),
                     grouped(most));
  if (before + after + beyond_ > 0)
    out += fmt::format("; not shown: {} before, {} after", grouped(before), grouped(after + beyond_));
  return out + "\n";
}

}  // namespace tocsin::publish
