// Readers: bytes of one format → batches of events.
//
// A reader works in two steps, so that one thread reads and hashes while others
// decode. cut() runs on one thread, in order, and takes from the stream one Block
// that can be decoded by itself: a few EVTX chunks, a megabyte of whole lines, a run
// of whole JSON elements. decode() is const, runs on any thread, and turns a Block
// into events.
//
// What must hold for every reader, and is tested over the table (readers_test.cpp):
// the result doesn't depend on how the stream splits its bytes; no input crashes,
// hangs or takes unbounded memory; whatever cannot be read becomes an Anomaly with
// its offset; intact records before and after damage are still read.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "event/demand.h"
#include "event/event.h"
#include "event/record.h"
#include "evidence/stream.h"

namespace tocsin {

namespace mail {
class Extra;
}

// What the user (or dated evidence around) says about time where a record doesn't.
struct ReadOptions {
  int utc_offset_minutes = 0;      // --timezone, for times without a zone
  std::optional<int> year;         // for times without a year: --year, or the year of dated evidence around it
  bool year_assumed = false;       // `year` is a guess: the reader reports the anomaly "year-assumed" once
  bool carve = false;              // look for records outside intact structures (EVTX)
  std::size_t record_max = 16u << 20;  // bytes; a longer record is an anomaly, skipped with its head kept
  const mail::Extra* mail_extra = nullptr;  // more fields of mail (readers/mail/mail.h); outlives the readers
};

// A piece of evidence that can be decoded by itself.
struct Block {
  Bytes data;
  std::uint64_t offset = 0;              // of data's first byte in the evidence
  std::uint64_t first_record = 1;        // ordinal of the first record in data
  std::shared_ptr<const void> context;   // the reader's own (a CSV header, the running year); may be null
};

class Reader : public RecordAccess {
 public:
  // The next block, or nothing at the end. Anomalies found while cutting go to `anomalies`.
  // An error ends this piece of evidence; what was cut before stands.
  virtual Result<std::optional<Block>> cut(Stream& stream, std::vector<Anomaly>& anomalies) = 0;
  // Appends nothing to a cleared batch but this block's events and anomalies; sets the batch's access to this reader.
  virtual void decode(const Block& block, Batch& out) const = 0;
};

enum class Fit : std::uint8_t { none, weak, fair, sure };

struct ReaderSpec {
  std::string_view name;     // "evtx"
  std::string_view label;    // "EVTX", as the summary prints it
  std::string_view summary;  // one line for the help
  // How well these first bytes (up to 64 KiB; `whole` if that is everything) look like this format. Content only.
  Fit (*sniff)(std::string_view head, bool whole);
  // `demand` must outlive the reader.
  std::unique_ptr<Reader> (*open)(const Demand& demand, const ReadOptions& options);
};

// In order of preference where two fit equally well.
std::span<const ReaderSpec* const> all_readers();

// The best fit, or nullptr for what nobody recognises (binary data).
const ReaderSpec* recognise(std::string_view head, bool whole);

}  // namespace tocsin
