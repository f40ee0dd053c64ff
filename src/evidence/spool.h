// Spool: all bytes of a tap, to be read anywhere, for formats that jump about (7z).
#pragma once
#include <cstdint>
#include <string>

#include "evidence/tap.h"

namespace tocsin::evidence {

class Spool {
 public:
  Spool() = default;
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;
  ~Spool();
  // Reads the tap to its end, hashing it. A file on disk is then read again where it stands; anything else waits in
  // memory or an unlinked file, within the limits. False, with a note on the tap, when it doesn't fit.
  bool collect(Tap& tap, const Limits& limits);
  std::uint64_t size() const { return size_; }
  // Bytes at `offset`; 0 at the end or on a disk error.
  std::size_t read(std::uint64_t offset, char* into, std::size_t size) const;

 private:
  std::string memory_;
  int fd_ = -1;
  bool own_ = false;
  std::uint64_t size_ = 0;
};

}  // namespace tocsin::evidence
