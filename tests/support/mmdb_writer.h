// Writes small databases in MaxMind's format for tests (MaxMind DB File Format Specification 2.0,
// https://maxmind.github.io/MaxMind-DB/): a binary search tree of 24-bit records over IPv6 addresses (IPv4 below
// ::/96), the data section, the metadata.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "base/ip.h"

namespace tocsin::testing {

class MmdbWriter {
 public:
  using Value = std::variant<std::string, std::uint32_t>;
  using Fields = std::map<std::string, std::variant<Value, std::map<std::string, Value>>>;

  void add(const std::string& network, int bits, const Fields& fields) {
    const Ip ip = *Ip::parse(network);
    std::array<std::uint8_t, 16> bytes = ip.bytes;
    if (ip.is_v4()) {
      bytes[10] = bytes[11] = 0;  // ::a.b.c.d, where the format keeps IPv4
      bits += 96;
    }
    std::size_t node = 0;
    for (int i = 0; i < bits; ++i) {
      const int side = bytes[static_cast<std::size_t>(i / 8)] >> (7 - i % 8) & 1;
      if (i == bits - 1) {
        nodes_[node][side] = -static_cast<std::int64_t>(data_.size()) - 1;
        break;
      }
      if (nodes_[node][side] <= 0) {
        nodes_[node][side] = static_cast<std::int64_t>(nodes_.size());
        nodes_.push_back({0, 0});
      }
      node = static_cast<std::size_t>(nodes_[node][side]);
    }
    put_map(data_, fields);
  }

  std::string bytes() const {
    std::string out;
    for (const auto& node : nodes_)
      for (const std::int64_t record : node) {
        const std::size_t count = nodes_.size();
        const std::size_t value = record > 0   ? static_cast<std::size_t>(record)
                                  : record < 0 ? count + 16 + static_cast<std::size_t>(-record - 1)
                                               : count;
        for (const int shift : {16, 8, 0}) out += static_cast<char>(value >> shift);
      }
    out += std::string(16, '\0') + data_ + "\xab\xcd\xefMaxMind.com";
    control(out, 7, 9);
    const auto number = [&](const char* key, int type, std::uint64_t value, int size) {
      put_text(out, key);
      control(out, type, static_cast<std::size_t>(size));
      for (int i = size - 1; i >= 0; --i) out += static_cast<char>(value >> 8 * i);
    };
    number("binary_format_major_version", 5, 2, 2);
    number("binary_format_minor_version", 5, 0, 2);
    number("build_epoch", 9, 1'700'000'000, 8);
    put_text(out, "database_type");
    put_text(out, "Test-ASN");
    put_text(out, "description");
    control(out, 7, 0);
    number("ip_version", 5, 6, 2);
    put_text(out, "languages");
    control(out, 11, 0);
    number("node_count", 6, nodes_.size(), 4);
    number("record_size", 5, 24, 2);
    return out;
  }

 private:
  // Types of the specification: 2 text, 5 uint16, 6 uint32, 7 map, 9 uint64, 11 array; those above 7 in a second byte.
  static void control(std::string& out, int type, std::size_t size) {
    out += static_cast<char>((type > 7 ? 0 : type << 5) | static_cast<int>(size < 29 ? size : 29));
    if (type > 7) out += static_cast<char>(type - 7);
    if (size >= 29) out += static_cast<char>(size - 29);
  }
  static void put_text(std::string& out, const std::string& text) {
    control(out, 2, text.size());
    out += text;
  }
  static void put(std::string& out, const Value& value) {
    if (const auto* text = std::get_if<std::string>(&value)) return put_text(out, *text);
    control(out, 6, 4);
    for (const int shift : {24, 16, 8, 0}) out += static_cast<char>(std::get<std::uint32_t>(value) >> shift);
  }
  static void put_map(std::string& out, const Fields& fields) {
    control(out, 7, fields.size());
    for (const auto& [key, value] : fields) {
      put_text(out, key);
      if (const auto* one = std::get_if<Value>(&value)) {
        put(out, *one);
        continue;
      }
      const auto& inner = std::get<std::map<std::string, Value>>(value);
      control(out, 7, inner.size());
      for (const auto& [name, part] : inner) {
        put_text(out, name);
        put(out, part);
      }
    }
  }

  std::vector<std::array<std::int64_t, 2>> nodes_{{0, 0}};  // > 0: a node; < 0: data at -n - 1; 0: nothing
  std::string data_;
};

}  // namespace tocsin::testing
