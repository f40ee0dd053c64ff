#include "readers/evtx/value.h"

#include <charconv>

#include "base/text.h"
#include "base/time.h"
#include "readers/evtx/format.h"

namespace tocsin::evtx {
namespace {

constexpr std::size_t kNumberMax = 40;  // characters of any number, time or GUID

// Windows-1252 differs from Latin-1 here; the unassigned ones stay control characters.
constexpr char16_t kAnsiUpper[32] = {0x20ac, 0x81,   0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
                                     0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8d,   0x017d, 0x8f,
                                     0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
                                     0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x9d,   0x017e, 0x0178};

template <class Write>
std::string_view written(Arena& arena, std::size_t most, Write write) {
  char* const begin = arena.allocate(most);
  const auto size = static_cast<std::size_t>(write(begin) - begin);
  arena.shrink(begin, most, size);
  return {begin, size};
}

template <class T>
Value number(T value, Arena& arena, Kind kind = Kind::integer) {
  return {written(arena, kNumberMax, [&](char* out) { return std::to_chars(out, out + kNumberMax, value).ptr; }), kind};
}

Value hexadecimal(std::uint64_t value, Arena& arena) {
  return {written(arena, kNumberMax, [&](char* out) {
    *out++ = '0', *out++ = 'x';
    return std::to_chars(out, out + 16, value, 16).ptr;
  })};
}

char* put_hex(const char* bytes, std::size_t size, char* out) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  for (std::size_t i = 0; i < size; ++i) {
    *out++ = kDigits[static_cast<unsigned char>(bytes[i]) >> 4];
    *out++ = kDigits[static_cast<unsigned char>(bytes[i]) & 15];
  }
  return out;
}

Value binary(Raw raw, Arena& arena) {
  return {written(arena, 2 * raw.size, [&](char* out) { return put_hex(raw.data, raw.size, out); })};
}

Value guid(const char* bytes, Arena& arena) {
  return {written(arena, kNumberMax, [&](char* out) {
    const char leading[8] = {bytes[3], bytes[2], bytes[1], bytes[0], bytes[5], bytes[4], bytes[7], bytes[6]};
    *out++ = '{', out = put_hex(leading, 4, out), *out++ = '-';
    out = put_hex(leading + 4, 2, out), *out++ = '-', out = put_hex(leading + 6, 2, out), *out++ = '-';
    out = put_hex(bytes + 8, 2, out), *out++ = '-', out = put_hex(bytes + 10, 6, out), *out++ = '}';
    return out;
  })};
}

Value iso(Time time, Arena& arena) {
  return {written(arena, kNumberMax, [&](char* out) { return out + time.write_iso(out); })};
}

Value systemtime(Raw raw, Arena& arena) {
  const auto part = [&](int i) { return load16(raw.data + 2 * i); };  // year, month, weekday, day, hour, …
  if (part(1) < 1 || part(1) > 12 || part(3) < 1 || part(3) > 31 || part(4) > 23 || part(5) > 59 || part(6) > 60 ||
      part(7) > 999)
    return binary(raw, arena);
  return iso(Time::from_civil(part(0), part(1), part(3), part(4), part(5), part(6), part(7) * 1'000'000u, 3), arena);
}

// MS-DTYP 2.4.2: revision, count, a 48-bit big-endian authority, 32-bit sub-authorities.
Value sid(Raw raw, Arena& arena) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(raw.data);
  const std::size_t count = raw.size >= 8 ? bytes[1] : 0;
  if (raw.size < 8 || raw.size < 8 + 4 * count || count > 15) return binary(raw, arena);
  std::uint64_t authority = 0;
  for (int i = 2; i < 8; ++i) authority = authority << 8 | bytes[i];
  return {written(arena, 24 + 11 * count, [&](char* out) {
    *out++ = 'S', *out++ = '-';
    out = std::to_chars(out, out + 3, bytes[0]).ptr;
    *out++ = '-';
    out = std::to_chars(out, out + 15, authority).ptr;
    for (std::size_t i = 0; i < count; ++i) {
      *out++ = '-';
      out = std::to_chars(out, out + 10, load32(raw.data + 8 + 4 * i)).ptr;
    }
    return out;
  })};
}

Value ansi(Raw raw, Arena& arena) {
  std::string_view text(raw.data, raw.size);
  while (text.ends_with('\0')) text.remove_suffix(1);
  if (is_utf8(text)) return {arena.copy(text)};
  return {written(arena, 3 * text.size(), [&](char* out) {
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      const unsigned point = byte >= 0x80 && byte < 0xa0 ? kAnsiUpper[byte - 0x80] : byte;
      if (point < 0x80) {
        *out++ = c;
      } else if (point < 0x800) {
        *out++ = static_cast<char>(0xc0 | point >> 6), *out++ = static_cast<char>(0x80 | (point & 63));
      } else {
        *out++ = static_cast<char>(0xe0 | point >> 12), *out++ = static_cast<char>(0x80 | (point >> 6 & 63));
        *out++ = static_cast<char>(0x80 | (point & 63));
      }
    }
    return out;
  })};
}

// 0: any size.
std::uint32_t fixed_size(std::uint8_t type) {
  switch (type) {
    case type::kInt8: case type::kUint8: return 1;
    case type::kInt16: case type::kUint16: return 2;
    case type::kInt32: case type::kUint32: case type::kReal32: case type::kBool: case type::kHex32: return 4;
    case type::kInt64: case type::kUint64: case type::kReal64: case type::kFiletime: case type::kHex64: return 8;
    case type::kGuid: case type::kSystemtime: return 16;
    default: return 0;
  }
}

}  // namespace

std::string_view to_text(const char* units, std::size_t count, Arena& arena) {
  while (count > 0 && load16(units + 2 * (count - 1)) == 0) --count;
  return written(arena, 3 * count + 16, [&](char* out) { return out + utf16le_to_utf8(units, count, out); });
}

Value render(Raw raw, Arena& arena) {
  if (const std::uint32_t size = fixed_size(raw.type); size > raw.size) return binary(raw, arena);
  switch (raw.type) {
    case type::kNull: return {};
    case type::kText: case type::kXml: return {to_text(raw.data, raw.size / 2, arena)};
    case type::kAnsi: return ansi(raw, arena);
    case type::kInt8: return number(static_cast<int>(static_cast<std::int8_t>(raw.data[0])), arena);
    case type::kUint8: return number(static_cast<unsigned>(static_cast<unsigned char>(raw.data[0])), arena);
    case type::kInt16: return number(static_cast<std::int16_t>(load16(raw.data)), arena);
    case type::kUint16: return number(load16(raw.data), arena);
    case type::kInt32: return number(static_cast<std::int32_t>(load32(raw.data)), arena);
    case type::kUint32: return number(load32(raw.data), arena);
    case type::kInt64: return number(static_cast<std::int64_t>(load64(raw.data)), arena);
    case type::kUint64: return number(load64(raw.data), arena);
    case type::kReal32: return number(std::bit_cast<float>(load32(raw.data)), arena, Kind::real);
    case type::kReal64: return number(std::bit_cast<double>(load64(raw.data)), arena, Kind::real);
    case type::kBool: return {load32(raw.data) ? "true" : "false", Kind::boolean};
    case type::kGuid: return guid(raw.data, arena);
    case type::kFiletime: return iso(Time::from_filetime(load64(raw.data)), arena);
    case type::kSystemtime: return systemtime(raw, arena);
    case type::kSid: return sid(raw, arena);
    case type::kHex32: return hexadecimal(load32(raw.data), arena);
    case type::kHex64: return hexadecimal(load64(raw.data), arena);
    case type::kPointer: case type::kHandle:
      if (raw.size == 4) return hexadecimal(load32(raw.data), arena);
      if (raw.size == 8) return hexadecimal(load64(raw.data), arena);
      return binary(raw, arena);
    default: return binary(raw, arena);
  }
}

bool Items::next(Raw& item) {
  if (rest_.size == 0) return false;
  std::uint32_t size = fixed_size(rest_.type), taken = 0;
  if (rest_.type == type::kText || rest_.type == type::kXml) {  // each ends with a NUL
    while (size + 1 < rest_.size && load16(rest_.data + size) != 0) size += 2;
    taken = std::min(rest_.size, size + 2);
  } else if (rest_.type == type::kAnsi) {
    while (size < rest_.size && rest_.data[size] != '\0') ++size;
    taken = std::min(rest_.size, size + 1);
  } else if (rest_.type == type::kSid) {
    size = taken = rest_.size >= 2 ? std::min(rest_.size, 8 + 4u * static_cast<unsigned char>(rest_.data[1])) : rest_.size;
  } else if (rest_.type == type::kPointer && rest_.size % 4 == 0) {
    size = taken = rest_.size % 8 == 0 ? 8 : 4;
  } else if (size == 0 || size > rest_.size) {  // handles, binary: one item
    size = taken = rest_.size;
  } else {
    taken = size;
  }
  item = {rest_.data, size, rest_.type};
  rest_.data += taken;
  rest_.size -= taken;
  return true;
}

}  // namespace tocsin::evtx
