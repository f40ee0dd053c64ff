// The fixed structures of a Windows event log file, laid over its bytes.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/endian.h"

namespace tocsin::evtx {

inline constexpr std::size_t kFileHeaderSize = 4096;
inline constexpr std::size_t kChunkSize = 65536;
inline constexpr std::size_t kChunkHeaderSize = 512;  // with its tables of strings and templates
inline constexpr std::string_view kFileMagic{"ElfFile\0", 8};
inline constexpr std::string_view kChunkMagic{"ElfChnk\0", 8};
inline constexpr std::string_view kRecordMagic{"**\0\0", 4};

struct FileHeader {
  char magic[8];
  ul64 first_chunk, last_chunk, next_record;
  ul32 header_size;
  ul16 minor, major, block_size, chunks;
  char unknown[76];
  ul32 flags, checksum;
  static constexpr std::uint32_t kDirty = 1;
};
static_assert(sizeof(FileHeader) == 128 && alignof(FileHeader) == 1);

struct ChunkHeader {
  char magic[8];
  ul64 first_number, last_number, first_id, last_id;
  ul32 header_size, last_record, free_space, records_checksum;
  char unknown[64];
  ul32 flags, checksum;
  ul32 strings[64], templates[32];
  static constexpr std::uint32_t kNoChecksum = 4;
};
static_assert(sizeof(ChunkHeader) == kChunkHeaderSize && alignof(ChunkHeader) == 1);

struct RecordHeader {
  char magic[4];
  ul32 size;  // of the whole record; stands again in its last four bytes
  ul64 id, written;
};
static_assert(sizeof(RecordHeader) == 24 && alignof(RecordHeader) == 1);
// Headers, a fragment's end and the second size: nothing shorter is a record.
inline constexpr std::size_t kRecordMin = sizeof(RecordHeader) + 4;

struct TemplateHeader {
  ul32 next;
  char guid[16];  // begins with the template's id
  ul32 size;      // of the BinXML that follows
};
static_assert(sizeof(TemplateHeader) == 24 && alignof(TemplateHeader) == 1);

struct NameHeader {
  ul32 next;
  ul16 hash, units;  // then the units, then a NUL
};
static_assert(sizeof(NameHeader) == 8 && alignof(NameHeader) == 1);

template <class T>
const T* overlay(std::string_view bytes, std::size_t at) {
  return at <= bytes.size() && sizeof(T) <= bytes.size() - at ? reinterpret_cast<const T*>(bytes.data() + at) : nullptr;
}

inline std::uint16_t load16(const char* at) { return *reinterpret_cast<const ul16*>(at); }
inline std::uint32_t load32(const char* at) { return *reinterpret_cast<const ul32*>(at); }
inline std::uint64_t load64(const char* at) { return *reinterpret_cast<const ul64*>(at); }

// Stored and computed CRC-32 of a chunk header agree.
bool header_checksum_holds(const ChunkHeader& header);
// A record begins at `at`: magic, a size that stays within `bytes`, and the same size at its end or another record
// behind it.
bool is_record(std::string_view bytes, std::size_t at);
// The first one at or after `from`, else bytes.size().
std::size_t find_record(std::string_view bytes, std::size_t from);
bool is_blank(std::string_view bytes);  // zeros alone

}  // namespace tocsin::evtx
