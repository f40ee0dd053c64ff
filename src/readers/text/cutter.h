// LineCutter: blocks of whole lines from a stream, about a megabyte each, for
// every reader of text.
//
// Blocks don't depend on how the stream splits its bytes. UTF-8 and UTF-16 (by byte order mark) are told apart here; a
// block keeps the evidence's own bytes, so offsets and raw records are exact, and lines are converted one by one.
// A line longer than `record_max` becomes the anomaly "record-too-long"; its head is kept, the rest skipped in
// bounded memory.
#pragma once
#include <cstring>

#include "readers/reader.h"
#include "readers/text/encoding.h"

namespace tocsin::text {

inline constexpr std::size_t kBlockBytes = 1u << 20;
inline constexpr std::size_t kHeadKept = 64u << 10;  // of a line that is too long

class LineCutter {
 public:
  explicit LineCutter(std::size_t record_max) : record_max_(std::max<std::size_t>(record_max, 1)) {}

  // `data` ends with a line end, except where the evidence does not. `first_record` is the number of its first line.
  // The context is the caller's to set.
  Result<std::optional<Block>> next(Stream& stream, std::vector<Anomaly>& anomalies);
  // Known once next() was called.
  Encoding encoding() const { return encoding_; }
  bool at_end() const { return ended_ && carry_.empty(); }

  // Gives the block's tail, from `at` on, back: it comes again at the front of the next block. `lines` is what the
  // remaining block holds. Only for the latest block, and never all of it.
  void give_back(Block& block, std::size_t at);

 private:
  Result<std::size_t> fill(Stream& stream, char* into, std::size_t size);
  Result<std::optional<Block>> long_line(Stream& stream, Bytes buffer, std::vector<Anomaly>& anomalies);
  Block emit(const Bytes& buffer, std::size_t size);

  std::size_t record_max_;
  Encoding encoding_ = Encoding::utf8;
  bool begun_ = false, ended_ = false;
  Bytes carry_;                 // read, not yet given out
  std::uint64_t offset_ = 0;    // of the next block
  std::uint64_t line_ = 1;      // number of its first line
  std::optional<Error> error_;  // met while reading; reported once the bytes before it were given out
};

// Line ends in `data`, of that encoding.
std::uint64_t count_lines(std::string_view data, Encoding encoding);

// Calls f(raw, at) for each line: raw without its line end (LF or CR LF), `at` its place in `data`.
template <class F>
void for_each_line(std::string_view data, Encoding encoding, F&& f) {
  std::size_t at = 0;
  while (at < data.size()) {
    const std::size_t end = find_line_end(data, at, encoding);
    const std::size_t stop = end == std::string_view::npos ? data.size() : end;
    f(without_return(data.substr(at, stop - at), encoding), at);
    if (end == std::string_view::npos) break;
    at = end + unit_size(encoding);
  }
}

}  // namespace tocsin::text
