#include "cli/output_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace tocsin::cli {

Result<void> write_output(const std::string& file, std::string_view text) {
  const auto written = [&](std::FILE* to) {
    return std::fwrite(text.data(), 1, text.size(), to) == text.size() && std::fflush(to) == 0;
  };
  const auto failed = [&] { return fail(std::string("not all could be written: ") + std::strerror(errno), file); };
  if (file.empty() || file == "-") {
    if (!written(stdout)) return failed();
    return {};
  }
  std::FILE* opened = std::fopen(file.c_str(), "wbe");
  if (!opened) return fail(std::string("it cannot be written: ") + std::strerror(errno), file);
  const bool good = written(opened);
  if (std::fclose(opened) != 0 || !good) return failed();
  return {};
}

}  // namespace tocsin::cli
