// Reads indicators from files: STIX 2.1 bundles, MISP events, CSV, plain lists; recognised by content.
//
// STIX   indicators with STIX patterns (STIX 2.1, 9): = and IN over the object paths that name a searchable value. Of a
//        comparison joined by AND each part is taken as a part (Indicator::part); NOT, LIKE, MATCHES and the rest are
//        refused. confidence, valid_from, valid_until, revoked count.
// MISP   attributes of events and their objects (misp-standard-core); timestamps, first and last seen count; those
//        without to_ids, which MISP itself does not detect by, with low confidence; deleted ones are left out.
// CSV    a header that names columns (value, type, confidence, first_seen, last_seen, valid_until, tags …), also in a
//        comment line; without one, each cell that can only be an indicator.
// list   a value a line; # and ; begin comments; hosts files and ||name^ lines too.
//
// Files are read in pieces: memory holds the set and one object. What is refused is counted by reason.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/hash.h"
#include "base/result.h"
#include "indicators/set.h"

namespace tocsin::indicators {

struct FileReport {
  std::string path, format;  // "STIX", "MISP", "CSV", "list"
  std::uint64_t taken = 0;   // values given to the set, those known from elsewhere too
  std::uint64_t refused = 0;
  std::map<std::string, std::uint64_t> reasons;  // of refusal
  Digest sha256;                                 // of the file
};

// An error when the file can't be read, or nothing in it is an indicator.
Result<FileReport> read_file(const std::string& path, Set& into);

// The same for bytes at hand; `chunk` bytes at a time.
class Taker {
 public:
  Taker(Set& into, FileReport& report) : into_(into), report_(report) {}
  void take(Indicator indicator);
  void refuse(const char* reason) {
    ++report_.refused;
    ++report_.reasons[reason];
  }
  bool full() const { return full_; }

 private:
  Set& into_;
  FileReport& report_;
  bool full_ = false;
};

void read_text(std::string_view text, Set& into, FileReport& report, std::size_t chunk = 1 << 20);

// ---- for the readers of this folder ----
// Text in pieces; finish() after the last.
class TextReader {
 public:
  virtual ~TextReader() = default;
  virtual void feed(std::string_view piece) = 0;
  virtual void finish() = 0;
};
std::unique_ptr<TextReader> json_reader(Taker& taker, FileReport& report);
std::unique_ptr<TextReader> lines_reader(Taker& taker, FileReport& report);

// The indicators of a STIX pattern, with `like` for all but type and value. False where it isn't understood or has
// none.
bool read_pattern(std::string_view pattern, const Indicator& like, Taker& taker);

}  // namespace tocsin::indicators
