// One writer a case: an flock(2) on a file beside it. SQLite's own lock holds for a transaction only, and a scan is
// many.
#pragma once
#include <string>
#include <utility>

#include "base/result.h"

namespace tocsin::casefile {

class WriterLock {
 public:
  WriterLock() = default;
  WriterLock(WriterLock&& other) noexcept : path_(std::move(other.path_)), file_(std::exchange(other.file_, -1)) {}
  WriterLock& operator=(WriterLock&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(file_, other.file_);
    return *this;
  }
  ~WriterLock();  // removes the file
  static Result<WriterLock> take(const std::string& case_path);

 private:
  std::string path_;
  int file_ = -1;
};

}  // namespace tocsin::casefile
