#include "readers/evtx/format.h"

#include <libdeflate.h>

#include <cstring>

namespace tocsin::evtx {

bool header_checksum_holds(const ChunkHeader& header) {
  const char* bytes = header.magic;
  return libdeflate_crc32(libdeflate_crc32(0, bytes, 120), bytes + 128, kChunkHeaderSize - 128) == header.checksum;
}

bool checksum_holds(std::string_view bytes, std::uint32_t expected) {
  return libdeflate_crc32(0, bytes.data(), bytes.size()) == expected;
}

bool is_record(std::string_view bytes, std::size_t at) {
  const auto* header = overlay<RecordHeader>(bytes, at);
  if (!header || std::memcmp(header->magic, kRecordMagic.data(), 4) != 0) return false;
  const std::size_t size = header->size, left = bytes.size() - at;
  if (size < kRecordMin || size > left) return false;
  if (load32(bytes.data() + at + size - 4) == size) return true;
  return left - size >= 4 && std::memcmp(bytes.data() + at + size, kRecordMagic.data(), 4) == 0;
}

std::size_t find_record(std::string_view bytes, std::size_t from) {
  while ((from = bytes.find(kRecordMagic, from)) != std::string_view::npos && !is_record(bytes, from)) ++from;
  return std::min(from, bytes.size());
}

bool is_blank(std::string_view bytes) {
  return bytes.empty() || (bytes[0] == '\0' && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0);
}

}  // namespace tocsin::evtx
