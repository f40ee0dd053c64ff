// Walks a block's chunks: finds the records, intact or between damage, and checks what the headers say of them.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "event/event.h"
#include "readers/evtx/cut.h"
#include "readers/evtx/evaluate.h"

namespace tocsin::evtx {

class ChunkWalk {
 public:
  ChunkWalk(const Block& block, bool carve, Evaluator& evaluator, Batch& out)
      : block_(block), bytes_(block.data.text()), carve_(carve), evaluator_(evaluator), out_(out) {}
  void segment(const Segment& segment);

 private:
  void chunk(std::size_t begin, std::size_t end, bool has_header);
  std::size_t whole_record(std::size_t at);
  bool unsized_record(std::size_t at, std::size_t next);
  void record(std::size_t at, std::size_t size);
  std::size_t carve(std::size_t begin, std::size_t end);
  void note(std::string_view name, std::size_t at, std::size_t size, std::string detail);
  void damage(std::size_t begin, std::size_t end, const char* detail);
  void problems(const Outcome& outcome, std::size_t at, std::size_t size);

  const Block& block_;
  std::string_view bytes_;
  bool carve_;
  Evaluator& evaluator_;
  Batch& out_;
  std::vector<Field> fields_;
  std::size_t base_ = 0;             // of the segment
  std::size_t first_anomaly_ = 0;    // of the segment, in the batch
  std::size_t damages_ = 0;          // of the segment
  std::uint64_t last_id_ = 0, records_ = 0;
};

}  // namespace tocsin::evtx
