// CRC-32 (ISO 3309, as in zlib, PNG and Windows event logs).
#pragma once
#include <cstdint>
#include <string_view>

namespace tocsin {

// Of `bytes`, continued from the checksum of what stands before them.
std::uint32_t crc32(std::string_view bytes, std::uint32_t before = 0);

}  // namespace tocsin
