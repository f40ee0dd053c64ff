#include "readers/evtx/evtx.h"

#include <atomic>

#include "readers/evtx/chunk.h"
#include "readers/evtx/cut.h"
#include "readers/evtx/evaluate.h"
#include "readers/evtx/format.h"

namespace tocsin::evtx {
namespace {

// Templates stay compiled from block to block and file to file, without a lock.
Evaluator& evaluator_of_this_thread() {
  thread_local Evaluator evaluator;
  return evaluator;
}

class EvtxReader final : public Reader {
 public:
  EvtxReader(const Demand& demand, const ReadOptions& options)
      : demand_(demand), carve_(options.carve), serial_(next_serial()) {}

  Result<std::optional<Block>> cut(Stream& stream, std::vector<Anomaly>& anomalies) override {
    return cutter_.cut(stream, anomalies);
  }

  void decode(const Block& block, Batch& out) const override {
    out.hold(block.data);
    out.set_access(this);
    Evaluator& evaluator = evaluator_of_this_thread();
    evaluator.begin_block(demand_, serial_);
    ChunkWalk walk(block, carve_, evaluator, out);
    for (const Segment& segment : *static_cast<const Segments*>(block.context.get())) walk.segment(segment);
  }

  void describe(const Batch& batch, const Event& event, Record& out) const override {
    out.clear();
    Evaluator& evaluator = evaluator_of_this_thread();
    evaluator.begin_block(demand_, serial_);
    const std::string_view bytes = batch.source().text();
    evaluator.begin_chunk({bytes, event.shape}, out.memory);
    const auto at = static_cast<std::size_t>(event.raw.data() - bytes.data());
    evaluator.whole(at + sizeof(RecordHeader), at + event.raw.size() - 4, out);
  }

 private:
  static std::uint64_t next_serial() {
    static std::atomic<std::uint64_t> last = 0;
    return ++last;
  }

  const Demand& demand_;
  bool carve_;
  std::uint64_t serial_;  // tells the thread's cache that the demand may be another
  Cutter cutter_;
};

Fit sniff(std::string_view head, bool) {
  if (head.starts_with(kFileMagic) || head.starts_with(kChunkMagic)) return Fit::sure;
  const bool headless = head.size() >= kFileHeaderSize + 8 && head.substr(kFileHeaderSize, 8) == kChunkMagic;
  return headless ? Fit::sure : Fit::none;
}

std::unique_ptr<Reader> open(const Demand& demand, const ReadOptions& options) {
  return std::make_unique<EvtxReader>(demand, options);
}

}  // namespace

const ReaderSpec spec{"evtx", "EVTX", "Windows event logs, damaged and dirty ones too", sniff, open};

}  // namespace tocsin::evtx
