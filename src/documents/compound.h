// Compound files (MS-CFB 9.1): storages and streams in sectors, with a directory that has its own times.
//
// Written here, not taken from a library: the files come from whoever made the dump, and the directory's times matter.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "documents/document.h"

namespace tocsin::documents {

class Compound {
 public:
  struct Entry {
    std::string name;   // UTF-8; "\5SummaryInformation"
    unsigned type = 0;  // 1 storage, 2 stream, 5 root
    std::uint32_t start = 0;
    std::uint64_t size = 0;
    std::optional<Time> created, modified;
  };
  Compound(std::string_view bytes, const Limits& limits);
  bool good() const { return good_; }
  const std::vector<Entry>& entries() const { return entries_; }
  const Entry* find(std::string_view name) const;  // the first stream of that name, wherever it lies
  std::string read(const Entry& entry, std::size_t max) const;
  const std::vector<Anomaly>& anomalies() const { return anomalies_; }

 private:
  std::string_view sector(std::uint32_t number) const;
  // The chain's bytes, at most `max`; `broken` when it leaves the file or runs in a circle.
  std::string chain(std::uint32_t start, std::size_t max, bool& broken) const;
  void note(std::string_view name, std::string detail);

  std::string_view bytes_;
  const Limits& limits_;
  bool good_ = false;
  unsigned shift_ = 9, mini_shift_ = 6;
  std::uint32_t mini_cutoff_ = 4096;
  std::vector<std::uint32_t> fat_, mini_fat_;
  std::string mini_;  // the root's stream, which small streams lie in
  std::vector<Entry> entries_;
  std::vector<Anomaly> anomalies_;
};

}  // namespace tocsin::documents
