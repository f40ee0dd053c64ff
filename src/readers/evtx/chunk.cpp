#include "readers/evtx/chunk.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/crc32.h"
#include "readers/evtx/format.h"

namespace tocsin::evtx {
namespace {

constexpr std::size_t kDamagesMax = 64;  // a segment's ranges that are named one by one

struct ProblemName {
  std::string_view name, text;
};
constexpr ProblemName kProblemNames[kProblems] = {
    {"evtx-record-malformed", "the record's BinXML cannot be read to its end"},
    {"evtx-template-missing", "the template is not where the record says it is"},
    {"evtx-template-damaged", "the template cannot be read to its end"},
    {"evtx-values-missing", "the record has fewer values than its template asks for"},
    {"evtx-nesting", "BinXML nested too deep"},
    {"evtx-work-limit", "the records of this chunk ask for more than a chunk can hold"},
};

}  // namespace

void ChunkWalk::segment(const Segment& segment) {
  base_ = segment.begin;
  first_anomaly_ = out_.anomalies().size();
  damages_ = 0, last_id_ = 0, records_ = 0;
  const std::size_t end = base_ + segment.size;
  evaluator_.begin_chunk({bytes_, static_cast<std::int64_t>(base_)}, out_.scratch());
  switch (segment.kind) {
    case Segment::Kind::chunk: return chunk(base_, end, segment.size >= kChunkHeaderSize);
    case Segment::Kind::slot:
      if (is_record(bytes_.substr(0, end), base_ + kChunkHeaderSize)) {
        note("evtx-chunk-magic", base_, kChunkHeaderSize, "the chunk's magic is wrong; its records were read");
        return chunk(base_, end, false);
      }
      break;
    case Segment::Kind::gap: break;
  }
  const std::size_t carved = carve_ ? carve(base_, end) : 0;
  note("evtx-unread", base_, segment.size,
       carved ? fmt::format("no chunk here; {} records were carved", carved) : "no chunk here");
}

void ChunkWalk::chunk(std::size_t begin, std::size_t end, bool has_header) {
  std::size_t used = 0;  // where the header says that records end; 0 when it isn't to be believed
  std::size_t hint = 0;  // the same, believed if records do end there
  const ChunkHeader* header = has_header ? overlay<ChunkHeader>(bytes_, begin) : nullptr;
  if (header) {
    const bool holds = header_checksum_holds(*header);
    if (!holds)
      note("evtx-chunk-header-checksum", begin, kChunkHeaderSize, "the chunk header's checksum does not fit");
    const std::size_t free = header->free_space;
    hint = begin + free;
    if (holds && free >= kChunkHeaderSize && free <= kChunkSize) used = std::min(hint, end);
    if (used == hint && !(header->flags & ChunkHeader::kNoChecksum) &&
        crc32(bytes_.substr(begin + kChunkHeaderSize, free - kChunkHeaderSize)) != header->records_checksum)
      note("evtx-chunk-checksum", begin + kChunkHeaderSize, free - kChunkHeaderSize,
           "the checksum of the chunk's records does not fit");
  }

  const std::string_view bytes = bytes_.substr(0, end);
  const std::size_t stop = used ? used : end;
  std::size_t at = std::min(begin + kChunkHeaderSize, stop);
  while (at < stop && !(at == hint && records_ > 0)) {
    if (is_record(bytes, at)) {
      // Without a header to believe, older records behind the newest are slack.
      if (!used && records_ > 0 && load64(bytes.data() + at + 8) <= last_id_) break;
      at = whole_record(at);
    } else if (is_blank(bytes.substr(at, stop - at))) {
      if (used) damage(at, stop, "the chunk header counts these bytes as records, but they are blank");
      break;
    } else {
      const std::size_t next = std::min(find_record(bytes, at + 1), stop);
      if (!unsized_record(at, next))
        damage(at, next, next == stop && end - begin < kChunkSize ? "cut off" : "no record here");
      at = next;
    }
  }
  if (header && at == hint) used = hint;
  // A log that is being written has newer records than its header knows.
  const std::size_t known = at;
  while (used && records_ > 0 && is_record(bytes, at) && load64(bytes.data() + at + 8) == last_id_ + 1)
    at = whole_record(at);
  if (at > known) note("evtx-chunk-counts", known, at - known, "records that the chunk header does not count");
  if (header && used && at == known && damages_ == 0 && records_ > 0 && last_id_ != header->last_id)
    note("evtx-chunk-counts", begin + 32, 8,
         fmt::format("the chunk header names {} as its last record, {} was found",
                     static_cast<std::uint64_t>(header->last_id), last_id_));
  if (carve_)
    if (const std::size_t carved = carve(at, end))
      note("evtx-carved", at, end - at, fmt::format("{} records carved from slack", carved));
}

// A record for which is_record() holds; what follows it.
std::size_t ChunkWalk::whole_record(std::size_t at) {
  const std::size_t size = load32(bytes_.data() + at + 4);
  if (load32(bytes_.data() + at + size - 4) != size)
    note("evtx-record-size", at + size - 4, 4, "a record's two sizes differ");
  record(at, size);
  return at + size;
}

// A record whose size is wrong is still one when its BinXML reads well and names the number that its header has.
bool ChunkWalk::unsized_record(std::size_t at, std::size_t next) {
  if (next - at < kRecordMin || bytes_.substr(at, 4) != kRecordMagic) return false;
  std::vector<Field> fields;
  const Outcome outcome = evaluator_.demanded(at + sizeof(RecordHeader), next - 4, fields);
  if (outcome.problems || outcome.id == 0 || outcome.id != load64(bytes_.data() + at + 8)) return false;
  note("evtx-record-size", at + 4, 4, "a record's size is wrong; it was read up to the next record");
  record(at, next - at);
  return true;
}

void ChunkWalk::record(std::size_t at, std::size_t size) {
  const auto* header = overlay<RecordHeader>(bytes_, at);
  fields_.clear();
  const Outcome outcome = evaluator_.demanded(at + sizeof(RecordHeader), at + size - 4, fields_);
  last_id_ = header->id;
  ++records_;
  Event& event = out_.mutable_events().emplace_back();
  const Time time = outcome.time.known() ? outcome.time : Time::from_filetime(header->written);
  event.time.seconds = time.seconds;
  event.time.nanoseconds = time.nanoseconds;
  event.time.digits = time.digits;
  event.offset = block_.offset + at;
  event.record = outcome.id ? outcome.id : static_cast<std::uint64_t>(header->id);
  event.source = "windows";
  event.raw = bytes_.substr(at, size);
  event.shape = static_cast<std::uint32_t>(base_);
  event.keywords_elsewhere = outcome.keywords;
  const auto kept = out_.scratch().array<Field>(fields_.size());
  std::ranges::copy(fields_, kept.begin());
  event.fields = kept;
  if (outcome.problems) problems(outcome, at, size);
}

// Records that nothing leads to, by their magic. How many.
std::size_t ChunkWalk::carve(std::size_t begin, std::size_t end) {
  const std::string_view bytes = bytes_.substr(0, end);
  std::size_t count = 0;
  for (std::size_t at = begin; (at = find_record(bytes, at)) < end; ++count) {
    const std::size_t size = load32(bytes.data() + at + 4);
    record(at, size);
    at += size;
  }
  return count;
}

void ChunkWalk::note(std::string_view name, std::size_t at, std::size_t size, std::string detail) {
  out_.anomalies().push_back({name, block_.offset + at, size, std::move(detail)});
}

void ChunkWalk::damage(std::size_t begin, std::size_t end, const char* detail) {
  if (++damages_ <= kDamagesMax) return note("evtx-damaged", begin, end - begin, detail);
  Anomaly& last = out_.anomalies().back();  // the rest of a shredded chunk is one range
  if (last.name == "evtx-damaged") last.size = block_.offset + end - last.offset;
}

// One anomaly a kind and chunk, over all records that have it.
void ChunkWalk::problems(const Outcome& outcome, std::size_t at, std::size_t size) {
  for (std::size_t i = 0; i < kProblems; ++i) {
    if (!outcome.has(static_cast<Problem>(i))) continue;
    const ProblemName& problem = kProblemNames[i];
    const auto mine = std::find_if(out_.anomalies().begin() + static_cast<std::ptrdiff_t>(first_anomaly_),
                                   out_.anomalies().end(), [&](const Anomaly& a) { return a.name == problem.name; });
    if (mine != out_.anomalies().end()) {
      mine->size = block_.offset + at + size - mine->offset;
      continue;
    }
    std::string detail(problem.text);
    if (!outcome.detail.empty()) detail.append(": ").append(outcome.detail);
    note(problem.name, at, size, std::move(detail));
  }
}

}  // namespace tocsin::evtx
