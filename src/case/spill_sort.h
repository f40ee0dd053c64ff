// Sorts more items than memory shall hold: full buffers are sorted and written to an
// unlinked temporary file, and read back merged.
#pragma once
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>
#include <queue>
#include <string>
#include <type_traits>
#include <vector>

#include "base/result.h"

namespace tocsin::casefile {

// A file without a name in $TMPDIR, else /var/tmp. Closed by its owner.
Result<int> scratch_file();
Result<void> write_all(int file, const char* data, std::size_t size, std::uint64_t offset);
Result<void> read_all(int file, char* data, std::size_t size, std::uint64_t offset);

// T is copied as bytes; operator< must be a total order for the result to be determined.
template <class T>
class SpillSort {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  explicit SpillSort(std::size_t memory = 32u << 20) : capacity_(std::max<std::size_t>(memory / sizeof(T), 1024)) {}
  SpillSort(SpillSort&&) = delete;
  ~SpillSort() {
    if (file_ >= 0) ::close(file_);
  }

  Result<void> add(const T& item) {
    if (buffer_.size() == capacity_) TRY_VOID(spill());
    buffer_.push_back(item);
    return {};
  }

  std::size_t size() const { return spilled_ + buffer_.size(); }

  // After the last add(): from here on next() gives the items in order.
  Result<void> sort() {
    if (runs_.empty()) {
      std::sort(buffer_.begin(), buffer_.end());
      return {};
    }
    TRY_VOID(spill());
    const std::size_t window = std::max<std::size_t>(capacity_ / runs_.size(), 16);
    buffer_ = {};
    for (Run& run : runs_) run.window_max = window;
    for (std::size_t i = 0; i < runs_.size(); ++i) TRY_VOID(advance(i));
    return {};
  }

  // Nothing at the end.
  Result<std::optional<T>> next() {
    if (runs_.empty()) {
      if (at_ == buffer_.size()) return std::nullopt;
      return buffer_[at_++];
    }
    if (heads_.empty()) return std::nullopt;
    const Head head = heads_.top();
    heads_.pop();
    TRY_VOID(advance(head.run));
    return head.item;
  }

 private:
  struct Run {
    std::uint64_t offset;  // bytes
    std::uint64_t left;    // items not yet in the window
    std::vector<T> window;
    std::size_t at = 0, window_max = 0;
  };
  struct Head {
    T item;
    std::size_t run;
    friend bool operator<(const Head& a, const Head& b) { return b.item < a.item; }  // the queue's top is the smallest
  };

  Result<void> spill() {
    if (file_ < 0) {
      TRY(file_, scratch_file());
    }
    std::sort(buffer_.begin(), buffer_.end());
    TRY_VOID(write_all(file_, reinterpret_cast<const char*>(buffer_.data()), buffer_.size() * sizeof(T),
                       spilled_ * sizeof(T)));
    runs_.push_back({spilled_ * sizeof(T), buffer_.size(), {}});
    spilled_ += buffer_.size();
    buffer_.clear();
    return {};
  }

  Result<void> advance(std::size_t index) {
    Run& run = runs_[index];
    if (run.at == run.window.size()) {
      run.window.resize(std::min<std::uint64_t>(run.left, run.window_max));
      run.at = 0;
      TRY_VOID(read_all(file_, reinterpret_cast<char*>(run.window.data()), run.window.size() * sizeof(T), run.offset));
      run.offset += run.window.size() * sizeof(T);
      run.left -= run.window.size();
      if (run.window.empty()) return {};
    }
    heads_.push({run.window[run.at++], index});
    return {};
  }

  const std::size_t capacity_;
  std::vector<T> buffer_;
  std::size_t at_ = 0, spilled_ = 0;
  std::vector<Run> runs_;
  std::priority_queue<Head> heads_;
  int file_ = -1;
};

}  // namespace tocsin::casefile
