// Values of BinXML (MS-EVEN6 2.2.12) in their normal form: as Windows renders them in an event's XML.
#pragma once
#include <cstdint>
#include <string_view>

#include "base/arena.h"
#include "event/value.h"

namespace tocsin::evtx {

namespace type {
inline constexpr std::uint8_t kNull = 0x00, kText = 0x01, kAnsi = 0x02, kInt8 = 0x03, kUint8 = 0x04, kInt16 = 0x05,
                              kUint16 = 0x06, kInt32 = 0x07, kUint32 = 0x08, kInt64 = 0x09, kUint64 = 0x0a,
                              kReal32 = 0x0b, kReal64 = 0x0c, kBool = 0x0d, kBinary = 0x0e, kGuid = 0x0f,
                              kPointer = 0x10, kFiletime = 0x11, kSystemtime = 0x12, kSid = 0x13, kHex32 = 0x14,
                              kHex64 = 0x15, kHandle = 0x20, kBinXml = 0x21, kXml = 0x23, kArray = 0x80;
}

// A value where it stands in the record.
struct Raw {
  const char* data = nullptr;
  std::uint32_t size = 0;
  std::uint8_t type = type::kNull;
  bool is_null() const { return type == type::kNull; }
};

// One value that is no array; text goes to `arena`. A size that doesn't fit the type, or a type that nobody defined,
// gives the bytes in hexadecimal.
Value render(Raw raw, Arena& arena);

// The items of an array, one after the other.
class Items {
 public:
  explicit Items(Raw array) : rest_(array) { rest_.type &= 0x7f; }
  bool next(Raw& item);

 private:
  Raw rest_;
};

// UTF-16 to UTF-8 into `arena`, without NULs at the end.
std::string_view to_text(const char* units, std::size_t count, Arena& arena);

}  // namespace tocsin::evtx
