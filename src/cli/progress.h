// The line that moves while a long verb runs: done, rate, time left. On a terminal only.
#pragma once
#include <chrono>
#include <mutex>

#include "pipeline/options.h"

namespace tocsin::cli {

class ProgressLine {
 public:
  explicit ProgressLine(bool quiet);
  void show(const ScanProgress& progress);
  void clear();  // before anything else is printed

 private:
  using Clock = std::chrono::steady_clock;
  bool on_ = false, shown_ = false;
  Clock::time_point start_, last_;
};

// "18.4 GB", "712 kB", "3 bytes": decimal units, as disks are sold and rates are told.
std::string human_bytes(double bytes);
// "21,733,018"
std::string grouped(std::uint64_t number);
// "41 s", "3 min 05 s", "2 h 10 min"
std::string human_seconds(double seconds);

}  // namespace tocsin::cli
