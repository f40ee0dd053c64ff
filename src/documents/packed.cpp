#include "documents/packed.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>

#include "base/endian.h"

namespace tocsin::documents {
namespace {

struct Local {
  char magic[4];
  ul16 version, flags, method, time, date;
  ul32 crc, packed, size;
  ul16 name_size, extra_size;
};
static_assert(sizeof(Local) == 30);

struct Central {
  char magic[4];
  ul16 made_by, version, flags, method, time, date;
  ul32 crc, packed, size;
  ul16 name_size, extra_size, comment_size, disk, internal;
  ul32 external, offset;
};
static_assert(sizeof(Central) == 46);

struct End {
  char magic[4];
  ul16 disk, first_disk, here, entries;
  ul32 size, offset;
  ul16 comment_size;
};
static_assert(sizeof(End) == 22);

// 4.4.6; Office writes 1980-01-01 00:00 for all parts, which says nothing.
std::optional<Time> dos_time(unsigned date, unsigned time) {
  const unsigned year = 1980 + (date >> 9), month = date >> 5 & 15, day = date & 31;
  if (month < 1 || month > 12 || day < 1 || (year == 1980 && month == 1 && day == 1)) return std::nullopt;
  return Time::from_civil(year, month, day, std::min(time >> 11, 23u), std::min(time >> 5 & 63, 59u),
                          std::min((time & 31) * 2, 59u));
}

}  // namespace

std::string inflated(std::string_view packed, bool wrapped, std::size_t max, bool& whole) {
  whole = false;
  std::string out;
  z_stream stream{};
  if (inflateInit2(&stream, wrapped ? 15 : -15) != Z_OK) return out;
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(std::min<std::size_t>(packed.size(), UINT32_MAX));
  for (;;) {
    const std::size_t have = out.size();
    const std::size_t room = std::min<std::size_t>(std::max<std::size_t>(have, 16384), max - have);
    if (room == 0) break;
    out.resize(have + room);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + have);
    stream.avail_out = static_cast<uInt>(room);
    const int code = inflate(&stream, Z_NO_FLUSH);
    out.resize(out.size() - stream.avail_out);
    if (code == Z_STREAM_END) whole = true;
    if (code != Z_OK || (out.size() == have && stream.avail_in == 0)) break;
  }
  inflateEnd(&stream);
  return out;
}

Packed::Packed(std::string_view bytes, const Limits& limits) : bytes_(bytes), limits_(limits) {
  if (!read_directory()) read_local_headers();
}

void Packed::note(std::string_view name, std::uint64_t offset, std::string detail) {
  if (anomalies_.size() < 20) anomalies_.push_back({name, offset, 0, std::move(detail)});
}

bool Packed::read_directory() {
  const std::size_t end_at = bytes_.rfind("PK\5\6");
  if (end_at == std::string_view::npos || bytes_.size() - end_at < sizeof(End)) return false;
  const auto& end = *reinterpret_cast<const End*>(bytes_.data() + end_at);
  std::size_t at = end.offset;
  if (at >= bytes_.size()) return false;
  for (unsigned i = 0; i < end.entries; ++i) {
    if (at > bytes_.size() || bytes_.size() - at < sizeof(Central) || !bytes_.substr(at).starts_with("PK\1\2")) {
      note("zip-directory-damaged", at, fmt::format("{} entries are stated, {} are there", unsigned{end.entries}, i));
      break;
    }
    if (parts_.size() >= limits_.parts) {
      note("too-many-parts", at, fmt::format("more than {}", limits_.parts));
      break;
    }
    const auto& entry = *reinterpret_cast<const Central*>(bytes_.data() + at);
    Part part;
    part.name = bytes_.substr(at + sizeof(Central)).substr(0, entry.name_size);
    part.offset = entry.offset;
    part.packed = entry.packed;
    part.size = entry.size;
    part.method = entry.method;
    part.flags = entry.flags;
    part.made_by = entry.made_by;
    part.written = dos_time(entry.date, entry.time);
    parts_.push_back(part);
    at += sizeof(Central) + entry.name_size + entry.extra_size + entry.comment_size;
  }
  return !parts_.empty();
}

void Packed::read_local_headers() {
  note("zip-directory-missing", bytes_.size(), "the end is missing; parts are read by their own headers");
  for (std::size_t at = bytes_.find("PK\3\4"); at != std::string_view::npos && parts_.size() < limits_.parts;) {
    if (bytes_.size() - at < sizeof(Local)) return;
    const auto& local = *reinterpret_cast<const Local*>(bytes_.data() + at);
    const std::size_t data = at + sizeof(Local) + local.name_size + local.extra_size;
    if (data > bytes_.size()) return;
    Part part;
    part.name = bytes_.substr(at + sizeof(Local), local.name_size);
    part.offset = at;
    part.packed = local.packed;
    part.size = local.size;
    part.method = local.method;
    part.flags = local.flags;
    part.written = dos_time(local.date, local.time);
    std::size_t next = bytes_.find("PK\3\4", std::min<std::size_t>(data + local.packed, bytes_.size()));
    if (local.packed == 0 && (local.flags & 8) != 0)  // sizes stand behind the data
      part.packed = std::min(next, bytes_.size()) - data;
    parts_.push_back(part);
    at = next;
  }
}

const Part* Packed::find(std::string_view name) const {
  const auto found = std::ranges::find(parts_, name, &Part::name);
  return found == parts_.end() ? nullptr : &*found;
}

std::string Packed::read(std::string_view name) {
  const Part* part = find(name);
  return part ? read(*part) : std::string{};
}

std::string Packed::read(const Part& part) {
  if (part.offset > bytes_.size() || bytes_.size() - part.offset < sizeof(Local)) {
    note("part-missing", part.offset, std::string(part.name.substr(0, 100)));
    return {};
  }
  if ((part.flags & 1) != 0) {
    note("part-encrypted", part.offset, std::string(part.name.substr(0, 100)));
    return {};
  }
  const auto& local = *reinterpret_cast<const Local*>(bytes_.data() + part.offset);
  const std::size_t data = part.offset + sizeof(Local) + local.name_size + local.extra_size;
  if (data > bytes_.size()) {
    note("part-missing", part.offset, std::string(part.name.substr(0, 100)));
    return {};
  }
  const std::string_view packed = bytes_.substr(data, part.packed);
  const std::size_t max = std::min(limits_.part, limits_.total - std::min(limits_.total, given_));
  bool whole = packed.size() == part.packed && packed.size() <= max;
  std::string out;
  if (part.method == 0)
    out = packed.substr(0, max);
  else if (part.method == 8)
    out = inflated(packed, false, max, whole);
  given_ += out.size();
  if (!whole)
    note(out.size() >= max ? "part-too-large" : "part-damaged", part.offset,
         fmt::format("{}: {} bytes were read", part.name.substr(0, 100), out.size()));
  return out;
}

}  // namespace tocsin::documents
