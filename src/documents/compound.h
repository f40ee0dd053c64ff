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
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};
  struct Entry {
    std::string name;               // UTF-8; "\5SummaryInformation"
    unsigned type = 0;              // 1 storage, 2 stream, 5 root
    std::uint32_t storage = kNone;  // it lies in, an index into entries(); kNone: the root's, or nobody's
    std::uint32_t start = 0;
    std::uint64_t size = 0;
    std::optional<Time> created, modified;
  };
  Compound(std::string_view bytes, const Limits& limits);
  bool good() const { return good_; }
  const std::vector<Entry>& entries() const { return entries_; }
  const Entry* find(std::string_view name) const;  // the first stream of that name, wherever it lies
  // What lies in a storage (an index; the root's is root()), in order of the directory, and one of it by its name.
  std::vector<std::uint32_t> inside(std::uint32_t storage) const;
  std::uint32_t find_in(std::uint32_t storage, std::string_view name) const;  // kNone when there is none
  std::uint32_t root() const { return root_; }
  std::string read(const Entry& entry, std::size_t max) const;
  const std::vector<Anomaly>& anomalies() const { return anomalies_; }

 private:
  std::string_view sector(std::uint32_t number) const;
  // The chain's bytes, at most `max`; `broken` when it leaves the file or runs in a circle.
  std::string chain(std::uint32_t start, std::size_t max, bool& broken) const;
  void note(std::string_view name, std::string detail);
  struct Links {
    std::uint32_t left, right, child;
  };
  // Which entry lies in which: `links` and `places` (in entries_) by directory number. Siblings are a tree that may
  // hold circles, and two storages may claim one entry: whoever comes first has it.
  void connect(const std::vector<Links>& links, const std::vector<std::uint32_t>& places);

  std::string_view bytes_;
  const Limits& limits_;
  bool good_ = false;
  unsigned shift_ = 9, mini_shift_ = 6;
  std::uint32_t mini_cutoff_ = 4096;
  std::vector<std::uint32_t> fat_, mini_fat_;
  std::string mini_;  // the root's stream, which small streams lie in
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> by_storage_;  // entries in order of (storage, name)
  std::uint32_t root_ = kNone;
  std::vector<Anomaly> anomalies_;
};

}  // namespace tocsin::documents
