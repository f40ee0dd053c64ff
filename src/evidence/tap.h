// Tap: a source of bytes with its name, its first bytes to look at, and a hash of all that passes.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/anomaly.h"
#include "base/hash.h"
#include "evidence/evidence.h"

namespace tocsin::evidence {

// What is wrong with one piece. Bounded: of each name the first kEach are kept and the others counted.
class Notes {
 public:
  static constexpr std::size_t kEach = 32;
  // The bytes or members that it speaks of are lost to the readers.
  void lost(std::string_view name, std::uint64_t offset, std::uint64_t size, std::string detail) {
    complete_ = false;
    tell(name, offset, size, std::move(detail));
  }
  void tell(std::string_view name, std::uint64_t offset, std::uint64_t size, std::string detail);
  // Bytes are lost because what holds this piece ended early; the anomaly stands there.
  void cut_short() { complete_ = false, cut_short_ = true; }
  bool was_cut_short() const { return cut_short_; }
  bool complete() const { return complete_; }
  std::vector<Anomaly> take();

 private:
  struct Count {
    std::string_view name;
    std::uint64_t seen;
  };
  std::vector<Count> counts_;
  std::vector<Anomaly> list_;
  bool complete_ = true, cut_short_ = false;
};

class Source {
 public:
  virtual ~Source() = default;
  // Up to `size` bytes; 0 is the end. What goes wrong is noted and ends the bytes.
  virtual std::size_t read(char* into, std::size_t size, Notes& notes) = 0;
  virtual std::optional<std::uint64_t> expected_size() const { return std::nullopt; }
  // A descriptor of the same bytes that pread(2) can read anywhere, or -1.
  virtual int descriptor() const { return -1; }
};

class Tap {
 public:
  static constexpr std::size_t kRead = 1024 * 1024;  // most bytes a read
  static constexpr std::size_t kDrain = 256 * 1024;

  Tap(std::string path, std::string top, std::unique_ptr<Source> source);

  const std::string& path() const { return path_; }
  const std::string& top() const { return top_; }
  std::string_view peek();  // fills the head at the first call
  bool whole() const { return head_is_all_; }
  std::size_t read(char* into, std::size_t size);
  // Reads on until `size` bytes are there or the end has come.
  std::size_t fill(char* into, std::size_t size);
  void drain();
  std::uint64_t count() const { return count_; }  // bytes handed out
  Source& source() { return *source_; }
  const Source& source() const { return *source_; }
  Notes& notes() { return notes_; }
  // Drains; once.
  Custody finish(Nature nature);
  bool finished() const { return finished_; }
  void rename(std::string path) { path_ = std::move(path); }

 private:
  std::size_t pull(char* into, std::size_t size);

  std::string path_, top_;
  std::unique_ptr<Source> source_;
  std::unique_ptr<char[]> head_;
  std::size_t head_size_ = 0, head_served_ = 0;
  bool peeked_ = false, head_is_all_ = false, ended_ = false, finished_ = false;
  std::uint64_t count_ = 0;
  Sha256 hash_;
  Notes notes_;
};

}  // namespace tocsin::evidence
