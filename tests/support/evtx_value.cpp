// Values as they stand in a Windows event log (MS-EVEN6 2.2.14 and MS-DTYP).
#include <charconv>
#include <cstring>

#include "base/check.h"
#include "base/text.h"
#include "tests/support/evtx_writer.h"

namespace tocsin::evtx_writer {
namespace {

constexpr std::uint64_t kTicksTo1970 = 116444736000000000;

template <class T>
Value number(std::uint8_t type, T value) {
  Value out{type, std::string(sizeof(T), '\0')};
  std::memcpy(out.bytes.data(), &value, sizeof(T));
  return out;
}

std::string utf16(std::string_view text) {
  std::string out;
  out.reserve(2 * text.size());
  const auto put = [&](char32_t unit) {
    out += static_cast<char>(unit);
    out += static_cast<char>(unit >> 8);
  };
  while (!text.empty()) {
    const CodePoint point = first_code_point(text);
    text.remove_prefix(point.length);
    if (point.value < 0x10000) {
      put(point.value);
    } else {
      put(0xd800 + ((point.value - 0x10000) >> 10));
      put(0xdc00 + ((point.value - 0x10000) & 0x3ff));
    }
  }
  return out;
}

template <class T>
bool parse(std::string_view text, T& value, int base = 10) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  return error == std::errc{} && end == text.data() + text.size() && !text.empty();
}

bool has_leading_zero(std::string_view digits) { return digits.size() > 1 && digits[0] == '0'; }

// "{0197231E-8BFF-6926-1308-000000000D00}", upper case only: what a reader prints.
bool is_guid(std::string_view text) {
  if (text.size() != 38 || text.front() != '{' || text.back() != '}') return false;
  for (std::size_t i = 1; i < 37; ++i) {
    const char c = text[i];
    const bool dash = i == 9 || i == 14 || i == 19 || i == 24;
    if (dash ? c != '-' : !((c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'))) return false;
  }
  return true;
}

bool is_sid(std::string_view text) {
  if (!text.starts_with("S-1-") || text.size() > 180) return false;
  text.remove_prefix(4);
  int parts = 0;
  while (true) {
    const std::string_view part = text.substr(0, text.find('-'));
    std::uint32_t value;
    if (!parse(part, value) || has_leading_zero(part)) return false;
    ++parts;
    if (part.size() == text.size()) break;
    text.remove_prefix(part.size() + 1);
  }
  return parts >= 2 && parts <= 16;
}

}  // namespace

Value Value::text(std::string_view utf8) { return {0x01, utf16(utf8)}; }
Value Value::ansi(std::string_view bytes) { return {0x02, std::string(bytes)}; }
Value Value::i8(std::int8_t value) { return number(0x03, value); }
Value Value::u8(std::uint8_t value) { return number(0x04, value); }
Value Value::i16(std::int16_t value) { return number(0x05, value); }
Value Value::u16(std::uint16_t value) { return number(0x06, value); }
Value Value::i32(std::int32_t value) { return number(0x07, value); }
Value Value::u32(std::uint32_t value) { return number(0x08, value); }
Value Value::i64(std::int64_t value) { return number(0x09, value); }
Value Value::u64(std::uint64_t value) { return number(0x0a, value); }
Value Value::real32(float value) { return number(0x0b, value); }
Value Value::real64(double value) { return number(0x0c, value); }
Value Value::boolean(bool value) { return number<std::uint32_t>(0x0d, value); }
Value Value::binary(std::string_view bytes) { return {0x0e, std::string(bytes)}; }
Value Value::pointer(std::uint64_t value, bool wide) {
  return wide ? number(0x10, value) : number(0x10, static_cast<std::uint32_t>(value));
}
Value Value::hex32(std::uint32_t value) { return number(0x14, value); }
Value Value::hex64(std::uint64_t value) { return number(0x15, value); }
Value Value::handle(std::uint64_t value) { return number(0x20, value); }
Value Value::xml(std::string_view utf8) { return {0x23, utf16(utf8)}; }

Value Value::guid(std::string_view text) {
  std::string digits;
  for (const char c : text)
    if (c != '{' && c != '}' && c != '-') digits += c;
  CHECK(digits.size() == 32);
  // The first three groups are little-endian numbers, the rest stands as written.
  static constexpr int kOrder[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
  Value out{0x0f, std::string(16, '\0')};
  for (int i = 0; i < 16; ++i) {
    std::uint8_t byte = 0;
    CHECK(parse(std::string_view(digits).substr(2 * static_cast<std::size_t>(kOrder[i]), 2), byte, 16));
    out.bytes[static_cast<std::size_t>(i)] = static_cast<char>(byte);
  }
  return out;
}

Value Value::filetime(Time time) {
  return number(0x11, static_cast<std::uint64_t>(time.seconds) * 10'000'000 + time.nanoseconds / 100 + kTicksTo1970);
}

Value Value::systemtime(Time time) {
  const Civil c = civil(time);
  const std::uint16_t parts[8] = {static_cast<std::uint16_t>(c.year),   static_cast<std::uint16_t>(c.month),
                                  static_cast<std::uint16_t>(c.weekday), static_cast<std::uint16_t>(c.day),
                                  static_cast<std::uint16_t>(c.hour),    static_cast<std::uint16_t>(c.minute),
                                  static_cast<std::uint16_t>(c.second),
                                  static_cast<std::uint16_t>(time.nanoseconds / 1'000'000)};
  return {0x12, std::string(reinterpret_cast<const char*>(parts), sizeof parts)};
}

Value Value::sid(std::string_view text) {
  CHECK(text.starts_with("S-1-"));
  text.remove_prefix(4);
  std::vector<std::uint64_t> numbers;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find('-'));
    std::uint64_t value = 0;
    CHECK(parse(part, value));
    numbers.push_back(value);
    text.remove_prefix(std::min(text.size(), part.size() + 1));
  }
  CHECK(!numbers.empty() && numbers.size() <= 16);
  Value out{0x13, {'\1', static_cast<char>(numbers.size() - 1)}};
  for (int shift = 40; shift >= 0; shift -= 8) out.bytes += static_cast<char>(numbers[0] >> shift);
  for (std::size_t i = 1; i < numbers.size(); ++i) out.bytes += number(0, static_cast<std::uint32_t>(numbers[i])).bytes;
  return out;
}

Value Value::array(const std::vector<Value>& items) {
  CHECK(!items.empty());
  Value out{static_cast<std::uint8_t>(items[0].type | 0x80), {}};
  for (const Value& item : items) {
    CHECK(item.type == items[0].type);
    out.bytes += item.bytes;
    if (item.type == 0x01) out.bytes.append(2, '\0');
    if (item.type == 0x02) out.bytes += '\0';
  }
  return out;
}

Value Value::infer(std::string_view text, Kind kind) {
  if (kind == Kind::null) return null();
  if (kind == Kind::boolean && (text == "true" || text == "false")) return boolean(text == "true");
  if (kind == Kind::integer) {
    std::uint64_t value;
    if (parse(text, value) && !has_leading_zero(text))
      return value <= UINT32_MAX ? u32(static_cast<std::uint32_t>(value)) : u64(value);
    std::int64_t negative;
    if (parse(text, negative) && text.starts_with('-') && !has_leading_zero(text.substr(1)) && negative != 0)
      return i64(negative);
  }
  if (kind == Kind::string) {
    if (is_guid(text)) return guid(text);
    if (is_sid(text)) return sid(text);
    if (text.starts_with("0x") && text.find_first_not_of("0123456789abcdef", 2) == std::string_view::npos) {
      std::uint64_t value;
      if (parse(text.substr(2), value, 16) && !has_leading_zero(text.substr(2)))
        return value <= UINT32_MAX ? hex32(static_cast<std::uint32_t>(value)) : hex64(value);
    }
    if (text.size() == 28 && text.ends_with('Z'))
      if (const auto time = Time::parse_iso(text); time && time->seconds > -11644473600 && time->iso() == text)
        return filetime(*time);
  }
  return Value::text(text);
}

}  // namespace tocsin::evtx_writer
