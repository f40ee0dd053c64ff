#include "cli/progress.h"

#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <string>

namespace tocsin::cli {

ProgressLine::ProgressLine(bool quiet) : on_(!quiet && isatty(STDERR_FILENO)), start_(Clock::now()), last_(start_) {}

void ProgressLine::show(const ScanProgress& progress) {
  const auto now = Clock::now();
  if (!on_ || now - last_ < std::chrono::milliseconds(200)) return;
  last_ = now;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  const double rate = static_cast<double>(progress.bytes_done) / seconds;
  std::string line = human_bytes(static_cast<double>(progress.bytes_done));
  if (progress.bytes_total && *progress.bytes_total > 0) {
    const double total = static_cast<double>(*progress.bytes_total);
    const double share = std::min(1.0, static_cast<double>(progress.bytes_done) / total);
    line = fmt::format("{:3.0f} % of {}", 100 * share, human_bytes(total));
    if (rate > 0 && seconds > 2) line += fmt::format(" · {} left", human_seconds((1 - share) * total / rate));
  }
  line += fmt::format(" · {}/s · {} events · {} findings", human_bytes(rate), grouped(progress.events),
                      grouped(progress.findings));
  winsize size{};
  const std::size_t columns = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
  // "·" is two bytes and one column.
  const std::size_t columns_used = static_cast<std::size_t>(
      std::ranges::count_if(line, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
  if (columns_used + 1 > columns) line = line.substr(0, columns - 1);
  fmt::print(stderr, "\r\033[K{}", line);
  std::fflush(stderr);
  shown_ = true;
}

void ProgressLine::clear() {
  if (!shown_) return;
  fmt::print(stderr, "\r\033[K");
  shown_ = false;
}

std::string human_bytes(double bytes) {
  if (bytes < 1000) return fmt::format("{:.0f} bytes", bytes);
  static constexpr const char* kUnits[] = {"kB", "MB", "GB", "TB", "PB"};
  int unit = -1;
  for (; bytes >= 999.5 && unit < 4; ++unit) bytes /= 1000;
  return bytes < 9.95 ? fmt::format("{:.1f} {}", bytes, kUnits[unit]) : fmt::format("{:.0f} {}", bytes, kUnits[unit]);
}

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, ",");
  return digits;
}

std::string human_seconds(double seconds) {
  if (seconds < 9.95) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<std::uint64_t>(seconds + 0.5);
  if (whole < 120) return fmt::format("{} s", whole);
  if (whole < 7200) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole / 60 % 60);
}

}  // namespace tocsin::cli
