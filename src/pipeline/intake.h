// Intake: the serial beginning of the pipeline. Walks the evidence, recognises it, hashes it and cuts it into blocks.
//
// Evidence whose lines lack a year is put off to the end, so that the year can come from dated evidence around it: the
// latest event time of all other evidence in the scan. That makes the year independent of the order of files.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "event/demand.h"
#include "evidence/evidence.h"
#include "pipeline/inside.h"
#include "pipeline/options.h"
#include "readers/reader.h"

namespace tocsin {

// Content that the case holds already: what is left to do with it. Empty rules: nothing.
struct KnownEvidence {
  std::int64_t id = 0;
  std::vector<std::uint32_t> rules;
};
using KnownContents = std::map<std::pair<std::uint64_t, Digest>, KnownEvidence>;  // by size and hash

// One piece of evidence on its way through; shared by its tasks.
struct EvidenceRun {
  std::string path, top;
  const ReaderSpec* spec = nullptr;  // nullptr: nobody recognised it
  std::unique_ptr<Reader> reader;
  const KnownEvidence* known = nullptr;
  // "attachment", "outlook" (folders), "outlook-item": what no reader is expected for; "" else
  std::string_view kept_as;
  bool exercise = false;  // it says that `tocsin rehearse` made it
};

// What take() hands on: a block of one run, its beginning or its end, or word of a container.
struct Intaken {
  std::shared_ptr<EvidenceRun> run;
  bool begins = false;
  std::optional<Block> block;
  std::vector<Anomaly> anomalies;        // met while cutting
  std::optional<evidence::Custody> end;  // of the run, or of a container when run is null
  bool interrupted = false;              // the end came by a signal
};

struct IntakeScope {
  std::string only;     // a path: other evidence is passed over
  bool hashes = false;  // readers are opened only where something lies inside
};

class Intake {
 public:
  // All arguments must outlive the intake.
  Intake(const ScanOptions& options, const Demand& demand, const KnownContents& known, IntakeScope scope = {});
  // False when there is no more. One thread at a time.
  bool take(Intaken& out);
  std::uint64_t bytes_in() const { return bytes_before_ + walker_->bytes_in(); }
  const AttachmentCounts& attachments() const { return attachments_; }
  // The latest time of evidence that has a year of its own. Set by the caller between the two rounds.
  void set_latest(Time latest);
  // True once, when all dated evidence was taken and some without a year waits: the caller must let all tasks
  // finish, then set_latest() and go on taking.
  bool wants_latest() const { return round_ == Round::between; }

 private:
  enum class Round { dated, between, yearless };
  bool open_next(Intaken& out);
  bool passes_over(const std::string& path) const;
  void start(evidence::Item& item, const ReaderSpec* spec, std::optional<int> year, bool assumed, bool keep,
             Intaken& out);

  const ScanOptions& options_;
  const Demand& demand_;
  const KnownContents& known_;
  std::set<std::uint64_t> known_sizes_;
  const IntakeScope scope_;
  std::optional<evidence::Walker> walker_;
  std::vector<std::unique_ptr<Inside>> inside_;  // what lies in what was read, innermost last
  std::unique_ptr<Inside> outlook_;              // of the open run
  std::unique_ptr<AttachmentFinder> finder_;     // of the open run
  AttachmentCounts attachments_;
  std::uint64_t bytes_before_ = 0;
  evidence::Item* item_ = nullptr;
  std::shared_ptr<EvidenceRun> run_;
  std::vector<evidence::Custody> closed_;
  Round round_ = Round::dated;
  std::vector<std::string> put_off_tops_;
  std::set<std::string> put_off_;
  Time latest_ = Time::none();
};

}  // namespace tocsin
