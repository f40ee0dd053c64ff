#include "phishing/container.h"

#include <libdeflate.h>

#include <algorithm>
#include <memory>

namespace tocsin::phishing {
namespace {

std::uint32_t le(std::string_view bytes, std::size_t at, std::size_t width) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < width; ++i)
    value |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + i])) << 8 * i;
  return value;
}

struct Free {
  void operator()(libdeflate_decompressor* one) const { libdeflate_free_decompressor(one); }
};
using Inflater = std::unique_ptr<libdeflate_decompressor, Free>;

}  // namespace

std::vector<ZipEntry> zip_entries(std::string_view bytes) {
  std::vector<ZipEntry> out;
  const std::size_t end = bytes.rfind("PK\x05\x06");
  if (end == std::string_view::npos || end + 22 > bytes.size()) return out;
  std::size_t at = le(bytes, end + 16, 4);
  // Something in front of the archive moves all offsets.
  const std::size_t length = le(bytes, end + 12, 4);
  if (length <= end && bytes.substr(std::min(at, bytes.size()), 4) != std::string_view("PK\x01\x02", 4))
    at = end - length;
  while (out.size() < 1000 && at + 46 <= bytes.size() && bytes.substr(at, 4) == std::string_view("PK\x01\x02", 4)) {
    ZipEntry entry;
    entry.locked = le(bytes, at + 8, 2) & 1;
    entry.method = static_cast<std::uint16_t>(le(bytes, at + 10, 2));
    entry.packed = le(bytes, at + 20, 4);
    entry.size = le(bytes, at + 24, 4);
    const std::size_t name = le(bytes, at + 28, 2), extra = le(bytes, at + 30, 2), comment = le(bytes, at + 32, 2);
    entry.at = le(bytes, at + 42, 4);
    entry.name = std::string(bytes.substr(at + 46, std::min<std::size_t>(name, 1000)));
    out.push_back(std::move(entry));
    at += 46 + name + extra + comment;
  }
  return out;
}

std::string zip_member(std::string_view bytes, const ZipEntry& entry, std::size_t max) {
  const std::size_t at = entry.at;
  if (entry.locked || at + 30 > bytes.size() || bytes.substr(at, 4) != std::string_view("PK\x03\x04", 4)) return {};
  const std::size_t begin = at + 30 + le(bytes, at + 26, 2) + le(bytes, at + 28, 2);
  if (begin > bytes.size()) return {};
  const std::string_view packed = bytes.substr(begin, entry.packed);
  if (entry.method == 0) return std::string(packed.substr(0, max));
  if (entry.method != 8 || entry.size > max) return {};
  Inflater inflater(libdeflate_alloc_decompressor());
  std::string out(std::max<std::size_t>(entry.size, 1), '\0');
  std::size_t got = 0;
  if (!inflater || libdeflate_deflate_decompress(inflater.get(), packed.data(), packed.size(), out.data(), out.size(),
                                                 &got) != LIBDEFLATE_SUCCESS)
    return {};
  out.resize(got);
  return out;
}

std::string pdf_text(std::string_view bytes, std::size_t max) {
  std::string out(bytes.substr(0, max));
  Inflater inflater(libdeflate_alloc_decompressor());
  if (!inflater) return out;
  std::string buffer(256u << 10, '\0');
  std::size_t tried = 0;
  for (std::size_t at = bytes.find("stream"); at != std::string_view::npos && tried < 200 && out.size() < max;
       at = bytes.find("stream", at + 6)) {
    if (at >= 3 && bytes.substr(at - 3, 3) == "end") continue;
    std::size_t begin = at + 6;
    if (begin < bytes.size() && bytes[begin] == '\r') ++begin;
    if (begin < bytes.size() && bytes[begin] == '\n') ++begin;
    const std::size_t end = std::min(bytes.find("endstream", begin), bytes.size());
    const std::string_view dictionary = bytes.substr(at > 600 ? at - 600 : 0, std::min<std::size_t>(at, 600));
    if (dictionary.find("FlateDecode",
                        dictionary.rfind("obj") == std::string_view::npos ? 0 : dictionary.rfind("obj")) ==
        std::string_view::npos)
      continue;
    if (dictionary.find("/Image", dictionary.rfind("obj") == std::string_view::npos ? 0 : dictionary.rfind("obj")) !=
        std::string_view::npos)
      continue;
    ++tried;
    std::size_t got = 0, used = 0;
    if (libdeflate_zlib_decompress_ex(inflater.get(), bytes.data() + begin, end - begin, buffer.data(), buffer.size(),
                                      &used, &got) == LIBDEFLATE_SUCCESS)
      out.append(buffer, 0, got);
  }
  return out;
}

std::string wide(std::string_view ascii) {
  std::string out;
  for (const char c : ascii) {
    out += c;
    out += '\0';
  }
  return out;
}

}  // namespace tocsin::phishing
