// The frame that all line readers share: cutting, walking the lines of a block,
// repairing invalid UTF-8, and handing out fields.
#pragma once
#include <memory>
#include <vector>

#include "base/text.h"
#include "readers/reader.h"
#include "readers/text/cutter.h"
#include "readers/text/sink.h"

namespace tocsin::text {

// One line of a block, as a parser sees it.
struct Line {
  std::string_view text;  // UTF-8 (repair says whether it is invalid), without the line end
  std::string_view raw;   // the evidence's bytes
  std::uint64_t offset;   // in the evidence
  std::uint64_t number;   // from 1
  bool repair;
};

// Event::shape: the encoding in the low bits, the reader's own note above.
inline std::uint32_t shape_of(Encoding encoding, std::uint32_t note = 0) {
  return static_cast<std::uint32_t>(encoding) | note << 2;
}
inline Encoding encoding_of(const Event& event) { return static_cast<Encoding>(event.shape & 3); }
inline std::uint32_t note_of(const Event& event) { return event.shape >> 2; }

// What an event's raw bytes are as text, for describe().
struct Described {
  std::string_view text;
  bool repair;
};
inline Described text_of(const Event& event, Arena& arena) {
  const std::string_view text = decode_line(event.raw, encoding_of(event), arena);
  return {text, !is_ascii(text) && !is_utf8(text)};
}

// Calls f(const Line&) for every line of the block that isn't empty. Lines beyond record_max are cut to their head and
// reported.
template <class F>
void walk(const Block& block, Encoding encoding, std::size_t record_max, Batch& out, F&& f) {
  const std::string_view data = block.data.text();
  const bool clean = encoding == Encoding::utf8 && (is_ascii(data) || is_utf8(data));
  std::uint64_t number = block.first_record;
  for_each_line(data, encoding, [&](std::string_view raw, std::size_t at) {
    if (raw.size() > record_max) {
      out.anomalies().push_back(
          {"record-too-long", block.offset + at, raw.size(),
           "a line of " + std::to_string(raw.size()) + " bytes; the limit is " + std::to_string(record_max)});
      raw = raw.substr(0, std::min(record_max, kHeadKept) & ~std::size_t{1});
    }
    if (!raw.empty()) {
      const std::string_view text = decode_line(raw, encoding, out.scratch());
      f(Line{text, raw, block.offset + at, number, !clean && !is_ascii(text) && !is_utf8(text)});
    }
    ++number;
  });
}

}  // namespace tocsin::text
