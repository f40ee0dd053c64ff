// Chunks follow each other every 64 KiB. Where the next one isn't in its place, either its header is damaged (the one
// after is in place again) or bytes are missing or too many: then the next header is looked for at every byte, and only
// one whose checksum holds is believed, since a record may carry anything. 512 bytes of the next chunk are always read
// ahead, so that what is found does not depend on where blocks end.
#include "readers/evtx/cut.h"

#include <fmt/format.h>

#include <cstring>

#include "base/crc32.h"
#include "readers/evtx/format.h"

namespace tocsin::evtx {
namespace {

constexpr std::size_t kBlockSize = 8 * kChunkSize;
constexpr std::size_t kAhead = kChunkHeaderSize;

bool has_magic(std::string_view bytes, std::size_t at) {
  return bytes.size() >= at + 8 && std::memcmp(bytes.data() + at, kChunkMagic.data(), 8) == 0;
}

// A whole chunk header that begins in [from, to), else npos.
std::size_t find_chunk(std::string_view bytes, std::size_t from, std::size_t to) {
  while ((from = bytes.find(kChunkMagic, from)) < to) {
    const auto* header = overlay<ChunkHeader>(bytes, from);
    if (header && header->header_size == 128 && header_checksum_holds(*header)) return from;
    ++from;
  }
  return std::string_view::npos;
}

}  // namespace

// Where the first chunk should be.
std::size_t Cutter::file_header(std::string_view bytes, std::vector<Anomaly>& anomalies) {
  const auto* header = overlay<FileHeader>(bytes, 0);
  if (has_magic(bytes, 0)) {
    anomalies.push_back({"evtx-file-header", 0, 0, "the file begins with a chunk: its header is missing"});
    return 0;
  }
  if (bytes.size() < kFileHeaderSize) {
    anomalies.push_back({"evtx-truncated", 0, bytes.size(), "the file ends inside its header"});
    return bytes.size();
  }
  const bool magic = std::memcmp(bytes.data(), kFileMagic.data(), 8) == 0;
  const bool checksum = crc32(bytes.substr(0, 120)) == header->checksum;
  if (!magic || !checksum)
    anomalies.push_back({"evtx-file-header", 0, sizeof(FileHeader),
                         magic ? "the file header's checksum does not fit" : "no file header"});
  if (magic && checksum) {
    promised_ = header->chunks;
    dirty_ = header->flags & FileHeader::kDirty;
    if (dirty_) anomalies.push_back({"evtx-dirty", 120, 4, "the log was not closed; its header may lag behind"});
  }
  return kFileHeaderSize;
}

void Cutter::finish(std::vector<Anomaly>& anomalies) {
  finished_ = true;
  // The header counts in 16 bits, and a log that is being written counts late.
  if (!promised_ || error_ || (*promised_ == static_cast<std::uint16_t>(chunks_))) return;
  if (dirty_ && chunks_ > *promised_) return;
  anomalies.push_back({"evtx-chunk-count", 42, 2,
                       fmt::format("the file header counts {} chunks, {} were found", *promised_, chunks_)});
}

Result<std::optional<Block>> Cutter::cut(Stream& stream, std::vector<Anomaly>& anomalies) {
  while (!finished_) {
    const std::size_t capacity = kBlockSize + kAhead + (begun_ ? 0 : kFileHeaderSize);
    Bytes data = Bytes::uninitialized(capacity);
    std::size_t filled = carry_.size();
    if (filled) std::memcpy(data.writable(), carry_.data(), filled);
    while (filled < capacity && !ended_) {
      const auto got = stream.read(data.writable() + filled, capacity - filled);
      if (!got) error_ = got.error();
      ended_ = !got || *got == 0;
      if (got) filled += *got;
    }
    const std::string_view bytes(data.data(), filled);
    std::size_t at = 0;
    if (!begun_ && filled > 0) at = file_header(bytes, anomalies);
    begun_ = true;

    auto segments = std::make_shared<Segments>();
    const auto add = [&](Segment::Kind kind, std::size_t size) {
      chunks_ += kind != Segment::Kind::gap;
      segments->push_back({kind, static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(size)});
      at += size;
    };
    while (at < filled && (ended_ || filled - at >= kChunkSize + kAhead)) {
      const std::size_t size = std::min(kChunkSize, filled - at), next = at + size;
      if (has_magic(bytes, at)) {
        // Bytes are missing if another header begins before its time, and none in time.
        const bool in_time = next == filled ? size == kChunkSize
                                            : has_magic(bytes, next) || is_blank(bytes.substr(next, kAhead));
        const std::size_t early = in_time ? std::string_view::npos : find_chunk(bytes, at + 8, next);
        add(Segment::Kind::chunk, early == std::string_view::npos ? size : early - at);
      } else if (is_blank(bytes.substr(at, size))) {
        at = next;
      } else if (const std::size_t late = find_chunk(bytes, at + 1, next); late != std::string_view::npos) {
        add(Segment::Kind::gap, late - at);
      } else {
        add(size < kChunkHeaderSize ? Segment::Kind::gap : Segment::Kind::slot, size);
      }
      if (ended_ && next == filled && at == filled && size < kChunkSize && !segments->empty())
        anomalies.push_back({"evtx-truncated", offset_ + next - size, size, "the file ends inside a chunk"});
    }
    carry_.assign(bytes.substr(at));
    const std::uint64_t offset = offset_;
    offset_ += at;
    if (ended_ && carry_.empty()) finish(anomalies);
    if (segments->empty()) continue;
    return Block{data.slice(0, at), offset, 1, std::move(segments)};
  }
  if (error_) {
    const Error error = *error_;
    error_.reset();
    return std::unexpected(error);
  }
  return std::nullopt;
}

}  // namespace tocsin::evtx
