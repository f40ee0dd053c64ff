// The buffer of each block starts with what was left over from the one before,
// is filled to its size whatever the stream delivers at a time, and is cut
// after its last line end: so blocks are a function of the bytes alone.
#include "readers/text/cutter.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace tocsin::text {
namespace {

// Just past the last line end in `data`, or 0.
std::size_t after_last_line_end(std::string_view data, Encoding encoding) {
  if (encoding == Encoding::utf8) {
    const std::size_t at = data.rfind('\n');
    return at == std::string_view::npos ? 0 : at + 1;
  }
  for (std::size_t end = data.size() & ~std::size_t{1}; end >= 2; end -= 2) {
    const char* unit = data.data() + end - 2;
    const char low = encoding == Encoding::utf16le ? unit[0] : unit[1];
    const char high = encoding == Encoding::utf16le ? unit[1] : unit[0];
    if (low == '\n' && high == 0) return end;
  }
  return 0;
}

}  // namespace

std::uint64_t count_lines(std::string_view data, Encoding encoding) {
  std::uint64_t count = 0;
  if (encoding != Encoding::utf8) {
    for (std::size_t at = 0; (at = find_line_end(data, at, encoding)) != std::string_view::npos; at += 2) ++count;
    return count;
  }
  std::size_t i = 0;
#if defined(__SSE2__)
  const __m128i line_end = _mm_set1_epi8('\n');
  while (i + 16 <= data.size()) {
    // Each lane counts to 255 at most before the lanes are summed.
    __m128i lanes = _mm_setzero_si128();
    for (int round = 0; round < 255 && i + 16 <= data.size(); ++round, i += 16) {
      const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(data.data() + i));
      lanes = _mm_sub_epi8(lanes, _mm_cmpeq_epi8(block, line_end));
    }
    const __m128i sums = _mm_sad_epu8(lanes, _mm_setzero_si128());
    count += static_cast<std::uint64_t>(_mm_cvtsi128_si64(sums)) +
             static_cast<std::uint64_t>(_mm_cvtsi128_si64(_mm_srli_si128(sums, 8)));
  }
#endif
  for (; i < data.size(); ++i) count += data[i] == '\n';
  return count;
}

// Fills all of it unless the stream ends. An error ends the stream, too, after what came before it.
Result<std::size_t> LineCutter::fill(Stream& stream, char* into, std::size_t size) {
  std::size_t done = 0;
  while (done < size && !ended_) {
    auto count = stream.read(into + done, size - done);
    if (!count) {
      error_ = count.error();
      ended_ = true;
    } else if (*count == 0) {
      ended_ = true;
    } else {
      done += *count;
    }
  }
  return done;
}

Block LineCutter::emit(const Bytes& buffer, std::size_t size) {
  Block block{buffer.slice(0, size), offset_, line_, nullptr};
  offset_ += size;
  line_ += count_lines(block.data.text(), encoding_);
  carry_ = buffer.slice(size, buffer.size() - size);
  return block;
}

Result<std::optional<Block>> LineCutter::next(Stream& stream, std::vector<Anomaly>& anomalies) {
  if (ended_ && carry_.empty()) {
    if (error_) return std::unexpected(*std::exchange(error_, std::nullopt));
    return std::nullopt;
  }
  std::size_t wanted = std::max(kBlockBytes, carry_.size());
  Bytes buffer = Bytes::uninitialized(wanted);
  std::memcpy(buffer.writable(), carry_.data() ? carry_.data() : "", carry_.size());
  std::size_t size = carry_.size();
  carry_ = {};
  while (true) {
    TRY(const std::size_t added, fill(stream, buffer.writable() + size, wanted - size));
    size += added;
    if (!begun_) {
      begun_ = true;
      const Mark mark = byte_order_mark({buffer.data(), size});
      encoding_ = mark.encoding;
      offset_ = mark.size;
      buffer = buffer.slice(mark.size, buffer.size() - mark.size);
      size -= mark.size, wanted -= mark.size;
    }
    if (size == 0) return next(stream, anomalies);  // ended: the branch at the top answers
    buffer = buffer.slice(0, wanted);
    const std::string_view text(buffer.data(), size);
    if (ended_ && size <= record_max_) return emit(buffer.slice(0, size), size);
    if (const std::size_t cut = after_last_line_end(text, encoding_); cut > 0) {
      buffer = buffer.slice(0, size);
      return emit(buffer, cut);
    }
    if (size > record_max_) return long_line(stream, buffer.slice(0, size), anomalies);
    // One line, longer than the buffer so far.
    wanted = std::min(wanted * 2, record_max_ + 2);
    Bytes larger = Bytes::uninitialized(wanted);
    std::memcpy(larger.writable(), buffer.data(), size);
    buffer = std::move(larger);
  }
}

Result<std::optional<Block>> LineCutter::long_line(Stream& stream, Bytes buffer, std::vector<Anomaly>& anomalies) {
  const std::uint64_t start = offset_;
  const std::size_t kept =
      std::min({buffer.size(), kHeadKept, record_max_}) / unit_size(encoding_) * unit_size(encoding_);
  Block head{Bytes::copy(buffer.text().substr(0, kept)), offset_, line_, nullptr};
  offset_ += buffer.size();
  // The rest goes through one buffer. UTF-16 units stay aligned, because every fill but the last is even.
  const std::size_t odd = buffer.size() % unit_size(encoding_);
  char held = odd ? buffer.data()[buffer.size() - 1] : 0;
  Bytes rest = Bytes::uninitialized(kBlockBytes);
  bool pending = odd != 0;
  while (!ended_) {
    if (pending) rest.writable()[0] = held;
    TRY(const std::size_t added, fill(stream, rest.writable() + pending, kBlockBytes - pending));
    const std::string_view text(rest.data(), added + pending);
    offset_ -= pending;
    pending = false;
    const std::size_t end = find_line_end(text, 0, encoding_);
    if (end != std::string_view::npos) {
      const std::size_t next_line = end + unit_size(encoding_);
      offset_ += next_line;
      ++line_;
      carry_ = rest.slice(next_line, text.size() - next_line);
      break;
    }
    offset_ += text.size();
  }
  anomalies.push_back({"record-too-long", start, offset_ - start,
                       "a line of " + std::to_string(offset_ - start) + " bytes; its first " + std::to_string(kept) +
                           " were kept, the limit is " + std::to_string(record_max_)});
  return head;
}

void LineCutter::give_back(Block& block, std::size_t at) {
  const Bytes tail = block.data.slice(at, block.data.size() - at);
  line_ -= count_lines(tail.text(), encoding_);
  offset_ -= tail.size();
  Bytes both = Bytes::uninitialized(tail.size() + carry_.size());
  std::memcpy(both.writable(), tail.data(), tail.size());
  std::memcpy(both.writable() + tail.size(), carry_.data() ? carry_.data() : "", carry_.size());
  carry_ = std::move(both);
  block.data = block.data.slice(0, at);
}

}  // namespace tocsin::text
