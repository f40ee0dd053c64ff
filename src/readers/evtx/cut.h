// Cuts a stream into blocks of chunks, and finds the chunks again where bytes were lost or put in.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "event/anomaly.h"
#include "evidence/stream.h"
#include "readers/reader.h"

namespace tocsin::evtx {

// A part of a block, in order and without overlap. Blank parts and the file header belong to none.
struct Segment {
  enum class Kind : std::uint8_t {
    chunk,  // begins with the chunk magic; shorter than a chunk when the file ends or bytes are missing
    slot,   // where a chunk should be, but its magic is not
    gap,    // between chunks
  };
  Kind kind;
  std::uint32_t begin, size;  // in Block::data
};
using Segments = std::vector<Segment>;  // what Block::context points to

class Cutter {
 public:
  Result<std::optional<Block>> cut(Stream& stream, std::vector<Anomaly>& anomalies);

 private:
  std::size_t file_header(std::string_view bytes, std::vector<Anomaly>& anomalies);
  void finish(std::vector<Anomaly>& anomalies);

  std::string carry_;            // read, but not part of a block yet
  std::uint64_t offset_ = 0;     // of carry_ in the evidence
  std::optional<Error> error_;   // of the stream; told once all before it is cut
  bool begun_ = false, ended_ = false, finished_ = false;
  std::optional<std::uint16_t> promised_;  // chunks, by the file header
  std::uint64_t chunks_ = 0;
  bool dirty_ = false;
};

}  // namespace tocsin::evtx
