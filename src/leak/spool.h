// Reports that wait for the end of the dump, because some of what can be said of an item rests on all the others.
#pragma once
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

#include "base/result.h"
#include "leak/verdict.h"

namespace tocsin::leak {

// First in, first out, compressed in an unlinked temporary file: memory stays the same for a million reports.
class Spool {
 public:
  Spool();
  ~Spool();
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;
  Result<void> put(const ItemReport& report);
  // From the first on; false behind the last. After the first get() nothing is put.
  Result<bool> get(ItemReport& out);

 private:
  Result<void> flush();
  std::FILE* file_ = nullptr;
  std::string block_, packed_;
  std::size_t at_ = 0;
  bool reading_ = false;
};

}  // namespace tocsin::leak
