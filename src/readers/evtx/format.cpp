#include "readers/evtx/format.h"

#include <algorithm>
#include <cstring>

#include "base/crc32.h"

namespace tocsin::evtx {

bool header_checksum_holds(const ChunkHeader& header) {
  const std::string_view bytes(header.magic, sizeof header);
  return crc32(bytes.substr(128), crc32(bytes.substr(0, 120))) == header.checksum;
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
