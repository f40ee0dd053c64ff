// A 7z states its dictionaries and how many members it has in a list at its end, itself compressed as a rule
// (7zFormat.txt in the LZMA SDK). libarchive allocates what the list says, so the list is read here first, no further
// than those numbers. A list that this file can't follow is refused: its cost is not known.
#include "evidence/seven.h"

#include <fmt/format.h>
#include <lzma.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <vector>

#include "base/endian.h"

namespace tocsin::evidence {
namespace {

constexpr std::uint64_t kListMax = 64 << 20;
constexpr std::uint64_t kFileMemory = 128;  // what libarchive holds of each

struct SignatureHeader {
  char magic[6];
  std::uint8_t version[2];
  ul32 start_crc;
  ul64 offset, size;
  ul32 crc;
};
static_assert(sizeof(SignatureHeader) == 32 && alignof(SignatureHeader) == 1);

enum Id : unsigned {
  kEnd = 0,
  kHeader = 1,
  kProperties = 2,
  kAdditional = 3,
  kMain = 4,
  kFiles = 5,
  kPackInfo = 6,
  kUnpackInfo = 7,
  kSubStreams = 8,
  kSize = 9,
  kCrc = 10,
  kFolder = 11,
  kUnpackSize = 12,
  kCount = 13,
  kEncodedHeader = 23,
};
constexpr std::uint64_t kCopy = 0x00, kLzma = 0x030101, kLzma2 = 0x21, kPpmd = 0x030401, kAes = 0x06f10701;

struct Coder {
  std::uint64_t id = 0, in = 1, out = 1;
  std::string_view properties;
};
struct Folder {
  std::vector<Coder> coders;
  std::vector<std::uint64_t> sizes;  // unpacked, of each output
  bool checked = false;              // has a checksum
  std::uint64_t outputs() const {
    std::uint64_t sum = 0;
    for (const Coder& coder : coders) sum += coder.out;
    return sum;
  }
};
struct Streams {
  std::uint64_t position = 0;
  std::vector<std::uint64_t> packed;
  std::vector<Folder> folders;
};

// Reads the list. Past its end everything is 0 and ok() false.
class Cursor {
 public:
  Cursor(std::string_view bytes, std::uint64_t most) : bytes_(bytes), most_(most) {}
  bool ok() const { return ok_; }
  void refuse() { ok_ = false, bytes_ = {}; }

  unsigned byte() {
    if (bytes_.empty()) return refuse(), 0;
    const auto value = static_cast<unsigned char>(bytes_.front());
    bytes_.remove_prefix(1);
    return value;
  }
  std::string_view take(std::uint64_t size) {
    if (size > bytes_.size()) return refuse(), std::string_view();
    const std::string_view part = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return part;
  }
  // The first byte's leading ones say how many bytes follow; its other bits are the highest.
  std::uint64_t number() {
    const unsigned first = byte();
    std::uint64_t value = 0;
    unsigned mask = 0x80;
    for (int i = 0; i < 8; ++i, mask >>= 1) {
      if ((first & mask) == 0) return value | std::uint64_t{first & (mask - 1)} << (8 * i);
      value |= std::uint64_t{byte()} << (8 * i);
    }
    return value;
  }
  // A number of things that each take memory.
  std::uint64_t count() {
    const std::uint64_t value = number();
    if (value > most_) return refuse(), 0;
    return value;
  }
  // One bit each, or all.
  std::vector<bool> checksums(std::uint64_t count) {
    std::vector<bool> defined(count, true);
    if (byte() == 0)
      for (std::uint64_t i = 0, bits = 0; i < count && ok_; ++i) {
        if (i % 8 == 0) bits = byte();
        defined[i] = (bits & (0x80u >> (i % 8))) != 0;
      }
    take(4 * static_cast<std::uint64_t>(std::ranges::count(defined, true)));
    return defined;
  }

 private:
  std::string_view bytes_;
  std::uint64_t most_;
  bool ok_ = true;
};

Folder read_folder(Cursor& list) {
  Folder folder;
  const std::uint64_t coders = list.number();
  if (coders == 0 || coders > 16) list.refuse();
  std::uint64_t inputs = 0;
  for (std::uint64_t i = 0; i < coders && list.ok(); ++i) {
    Coder coder;
    const unsigned flags = list.byte();
    for (unsigned k = 0; k < (flags & 15); ++k) coder.id = coder.id << 8 | list.byte();
    if ((flags & 16) != 0) {
      coder.in = list.number();
      coder.out = list.number();
      if (coder.in > 16 || coder.out > 16) list.refuse();
    }
    if ((flags & 32) != 0) coder.properties = list.take(list.number());
    inputs += coder.in;
    folder.coders.push_back(coder);
  }
  const std::uint64_t outputs = folder.outputs();
  if (outputs == 0 || inputs + 1 < outputs) return list.refuse(), folder;
  for (std::uint64_t i = 0; i + 1 < outputs; ++i) list.number(), list.number();  // which output feeds which input
  if (const std::uint64_t packed = inputs + 1 - outputs; packed > 1)
    for (std::uint64_t i = 0; i < packed; ++i) list.number();
  return folder;
}

void read_unpack_info(Cursor& list, Streams& streams) {
  if (list.byte() != kFolder) return list.refuse();
  const std::uint64_t count = list.count();
  if (list.byte() != 0) return list.refuse();  // the folders stand elsewhere: nobody writes that
  for (std::uint64_t i = 0; i < count && list.ok(); ++i) streams.folders.push_back(read_folder(list));
  if (list.byte() != kUnpackSize) return list.refuse();
  for (Folder& folder : streams.folders)
    for (std::uint64_t i = 0; i < folder.outputs() && list.ok(); ++i) folder.sizes.push_back(list.number());
  unsigned id = list.byte();
  if (id == kCrc) {
    const std::vector<bool> defined = list.checksums(streams.folders.size());
    for (std::size_t i = 0; i < defined.size(); ++i) streams.folders[i].checked = defined[i];
    id = list.byte();
  }
  if (id != kEnd) list.refuse();
}

void read_sub_streams(Cursor& list, const Streams& streams) {
  std::vector<std::uint64_t> counts(streams.folders.size(), 1);
  unsigned id = list.byte();
  std::uint64_t sum = 0;
  if (id == kCount) {
    for (std::uint64_t& count : counts) count = list.count();
    id = list.byte();
  }
  for (const std::uint64_t count : counts) {
    sum += count;
    if (sum > std::numeric_limits<std::uint32_t>::max()) return list.refuse();
  }
  if (id == kSize) {
    for (const std::uint64_t count : counts)
      for (std::uint64_t i = 1; i < count && list.ok(); ++i) list.number();
    id = list.byte();
  }
  if (id == kCrc) {
    std::uint64_t unknown = 0;
    for (std::size_t i = 0; i < counts.size(); ++i)
      if (counts[i] != 1 || !streams.folders[i].checked) unknown += counts[i];
    if (unknown > kListMax) return list.refuse();
    list.checksums(unknown);
    id = list.byte();
  }
  if (id != kEnd) list.refuse();
}

Streams read_streams(Cursor& list) {
  Streams streams;
  unsigned id = list.byte();
  if (id == kPackInfo) {
    streams.position = list.number();
    const std::uint64_t count = list.count();
    id = list.byte();
    if (id == kSize) {
      for (std::uint64_t i = 0; i < count && list.ok(); ++i) streams.packed.push_back(list.number());
      id = list.byte();
    }
    if (id == kCrc) {
      list.checksums(count);
      id = list.byte();
    }
    if (id != kEnd) list.refuse();
    id = list.byte();
  }
  if (id == kUnpackInfo) {
    read_unpack_info(list, streams);
    id = list.byte();
  }
  if (id == kSubStreams) {
    read_sub_streams(list, streams);
    id = list.byte();
  }
  if (id != kEnd) list.refuse();
  return streams;
}

// No decoder holds more of a window than there are bytes to fill it with.
std::uint64_t memory_of(const Folder& folder) {
  std::uint64_t sum = 1 << 20;
  const std::uint64_t size = folder.sizes.empty() ? 0 : std::ranges::max(folder.sizes);
  for (const Coder& coder : folder.coders) {
    std::uint64_t window = 0;
    if ((coder.id == kLzma || coder.id == kPpmd) && coder.properties.size() >= 5)
      window = *reinterpret_cast<const ul32*>(coder.properties.data() + 1);
    if (coder.id == kLzma2 && !coder.properties.empty()) {
      const unsigned bits = static_cast<unsigned char>(coder.properties[0]) & 63u;
      window = bits >= 40 ? UINT32_MAX : std::uint64_t{2 | (bits & 1)} << (bits / 2 + 11);
    }
    sum += coder.id == kPpmd ? window : std::min(window, size);
  }
  return sum;
}

std::string read_part(const Spool& spool, std::uint64_t offset, std::uint64_t size) {
  if (size > kListMax || offset > spool.size() || size > spool.size() - offset) return {};
  std::string bytes(size, '\0');
  std::size_t filled = 0;
  while (filled < size) {
    const std::size_t got = spool.read(offset + filled, bytes.data() + filled, size - filled);
    if (got == 0) return {};
    filled += got;
  }
  return bytes;
}

// The list, unpacked by its one coder; "" when that can't be.
std::string unpack(const Folder& folder, std::string_view packed) {
  const Coder& coder = folder.coders[0];
  const std::uint64_t size = folder.sizes[0];
  if (coder.id == kCopy) return std::string(packed.substr(0, size));
  if (coder.id != kLzma && coder.id != kLzma2) return {};
  lzma_filter filters[2] = {{coder.id == kLzma ? LZMA_FILTER_LZMA1 : LZMA_FILTER_LZMA2, nullptr},
                            {LZMA_VLI_UNKNOWN, nullptr}};
  const auto* properties = reinterpret_cast<const std::uint8_t*>(coder.properties.data());
  if (lzma_properties_decode(filters, nullptr, properties, coder.properties.size()) != LZMA_OK) return {};
  // More of a window than there are bytes to fill it with only takes memory.
  auto& options = *static_cast<lzma_options_lzma*>(filters[0].options);
  options.dict_size = static_cast<std::uint32_t>(std::clamp<std::uint64_t>(options.dict_size, 4096, size + 4096));
  lzma_stream lzma = LZMA_STREAM_INIT;
  std::string out;
  if (lzma_raw_decoder(&lzma, filters) == LZMA_OK) {
    out.resize(size);
    lzma.next_in = reinterpret_cast<const std::uint8_t*>(packed.data());
    lzma.avail_in = packed.size();
    lzma.next_out = reinterpret_cast<std::uint8_t*>(out.data());
    lzma.avail_out = out.size();
    lzma_ret result = LZMA_OK;
    while (result == LZMA_OK && lzma.avail_out > 0) result = lzma_code(&lzma, LZMA_RUN);
    if (lzma.avail_out > 0) out.clear();
  }
  lzma_end(&lzma);
  std::free(filters[0].options);
  return out;
}

}  // namespace

SevenCost weigh_seven(const Spool& spool, const Limits& limits) {
  SevenCost cost;
  const auto unreadable = [&](std::string why) {
    cost.failure = std::move(why);
    return cost;
  };
  const std::string start = read_part(spool, 0, sizeof(SignatureHeader));
  if (start.empty()) return unreadable("it ends inside its first header");
  const auto& header = *reinterpret_cast<const SignatureHeader*>(start.data());
  if (header.size == 0) return cost;  // an empty archive
  std::string bytes = header.offset > spool.size() ? std::string() : read_part(spool, 32 + header.offset, header.size);
  if (bytes.empty()) return unreadable("its list of members, which stands at the end, is not there");
  for (int round = 0; round < 4; ++round) {
    Cursor list(bytes, limits.members);
    const unsigned id = list.byte();
    if (id == kEncodedHeader) {
      const Streams streams = read_streams(list);
      if (!list.ok() || streams.folders.size() != 1 || streams.packed.empty() || streams.folders[0].sizes[0] > kListMax)
        return unreadable("its list of members makes no sense");
      for (const Coder& coder : streams.folders[0].coders) cost.encrypted = cost.encrypted || coder.id == kAes;
      if (cost.encrypted) return unreadable("its list of members is encrypted");
      cost.memory = std::max(cost.memory, memory_of(streams.folders[0]));
      if (cost.memory > limits.decoder_memory) return cost;
      bytes = unpack(streams.folders[0], read_part(spool, 32 + streams.position, streams.packed[0]));
      continue;
    }
    if (id != kHeader) return unreadable("its list of members is damaged");
    unsigned next = list.byte();
    if (next == kProperties) {
      while (list.byte() != kEnd && list.ok()) list.take(list.number());
      next = list.byte();
    }
    for (const unsigned part : {kAdditional, kMain})
      if (next == part) {
        for (const Folder& folder : read_streams(list).folders) cost.memory = std::max(cost.memory, memory_of(folder));
        next = list.byte();
      }
    if (next == kFiles) cost.files = list.number();
    if (cost.files <= limits.members) cost.memory += cost.files * kFileMemory + 2 * bytes.size();
    if (!list.ok()) return unreadable("its list of members makes no sense, or is too long");
    return cost;
  }
  return unreadable("its list of members is packed too often");
}

}  // namespace tocsin::evidence
