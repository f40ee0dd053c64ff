// A zip in memory, by its central directory (APPNOTE.TXT 6.3.10, 4.3), with the times that it gives its parts. Cut
// short, by the local headers that are left.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "documents/document.h"

namespace tocsin::documents {

struct Part {
  std::string_view name;
  std::uint64_t offset = 0;  // of its local header
  std::uint64_t packed = 0, size = 0;
  unsigned method = 0, flags = 0, made_by = 0;
  std::optional<Time>
      written;  // of the packing program's clock, no zone; nothing for MS-DOS's first day, which is none
};

class Packed {
 public:
  Packed(std::string_view bytes, const Limits& limits);
  const std::vector<Part>& parts() const { return parts_; }
  const Part* find(std::string_view name) const;
  // Its bytes, cut at the limits; anomalies are noted.
  std::string read(const Part& part);
  std::string read(std::string_view name);  // "" when absent
  std::vector<Anomaly>& anomalies() { return anomalies_; }

 private:
  bool read_directory();
  void read_local_headers();
  void note(std::string_view name, std::uint64_t offset, std::string detail);

  std::string_view bytes_;
  const Limits& limits_;
  std::size_t given_ = 0;
  std::vector<Part> parts_;
  std::vector<Anomaly> anomalies_;
};

// Raw or wrapped deflate, at most `max` bytes; `whole` says whether it came to its end.
std::string inflated(std::string_view packed, bool wrapped, std::size_t max, bool& whole);

}  // namespace tocsin::documents
