// What attached containers say of themselves, without unpacking them: names in a ZIP, marks in OLE, PDF and RTF.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::phishing {

struct ZipEntry {
  std::string name;
  bool locked = false;  // encrypted
  std::uint16_t method = 0;
  std::uint32_t packed = 0, size = 0, at = 0;  // at: of its local header
};
// APPNOTE 4.3.12, by the central directory; at most 1,000 entries. Empty where there is none.
std::vector<ZipEntry> zip_entries(std::string_view bytes);
// The member's content, at most `max` bytes; "" where it can't be had.
std::string zip_member(std::string_view bytes, const ZipEntry& entry, std::size_t max);

// The raw text of a PDF with its deflated streams undone, as far as `max` bytes.
std::string pdf_text(std::string_view bytes, std::size_t max);

// ASCII as UTF-16LE.
std::string wide(std::string_view ascii);

}  // namespace tocsin::phishing
