// Zip, front to back by its local headers (APPNOTE.TXT 6.3.10, section 4.3), so that it works through a pipe, cut short
// and without a central directory. Sizes may stand before the data or behind it; a member that is damaged, encrypted or
// a bomb is passed over by its stated size, else by looking for the next header that could be one. The central
// directory is only counted: members that one of the two lists lacks are worth telling.
#include <fmt/format.h>
#include <libdeflate.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "base/endian.h"
#include "evidence/decoder.h"
#include "evidence/input.h"
#include "evidence/layer.h"

namespace tocsin::evidence {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kLocal = "PK\3\4"sv, kCentral = "PK\1\2"sv, kSignature = "PK\5\5"sv, kEnd = "PK\5\6"sv,
                           kEnd64 = "PK\6\6"sv, kLocator64 = "PK\6\7"sv, kExtra = "PK\6\10"sv,
                           kDescriptor = "PK\7\10"sv;

struct LocalHeader {
  char magic[4];
  ul16 version, flags, method, time, date;
  ul32 crc, packed, size;
  ul16 name_size, extra_size;
};
static_assert(sizeof(LocalHeader) == 30 && alignof(LocalHeader) == 1);

struct ExtraHeader {
  ul16 id, size;
};

enum Flag : unsigned { kEncrypted = 1, kSizesBehind = 8, kMasked = 1u << 13 };
enum Method : unsigned { kStored = 0, kDeflate = 8, kBzip2 = 12, kLzma = 14, kZstd = 93, kXz = 95 };
constexpr std::array<unsigned, 21> kMethods = {0,  1,  2,  3,  4,  5,  6,  8,  9,  10, 12,
                                               14, 16, 18, 19, 20, 93, 95, 96, 98, 99};

constexpr std::uint64_t kUnknown = UINT64_MAX;
constexpr std::size_t kNameMax = 4096;
constexpr std::size_t kLongest = sizeof(LocalHeader) + 2 * 65535;  // a header with all it can carry

bool plausible(std::string_view bytes) {
  if (bytes.size() < sizeof(LocalHeader)) return false;
  const auto& header = *reinterpret_cast<const LocalHeader*>(bytes.data());
  return std::ranges::find(kMethods, unsigned{header.method}) != kMethods.end() && (header.version & 0xff) <= 100 &&
         header.name_size > 0 && header.name_size <= kNameMax;
}

class Zip final : public Layer {
 public:
  Zip(const ContainerKind& a_kind, std::unique_ptr<Tap> a_input, Context context)
      : Layer(a_kind, std::move(a_input), context), input_(tap()) {}
  ~Zip() override { count_memory(0); }

 protected:
  std::optional<Member> advance() override {
    for (;;) {
      if (!member_over_) pass_over();
      const std::string_view next = input_.need(kLongest);
      if (next.starts_with("PK\7\10PK\3\4"sv) ||
          next.starts_with("PK00PK\3\4"sv)) {  // a set of several disks, written as one
        input_.take(4);
        continue;
      }
      if (next.starts_with(kLocal) && next.size() >= sizeof(LocalHeader)) {
        if (!count_member()) return std::nullopt;
        if (std::optional<Member> member = begin_member(next)) return member;
        continue;
      }
      if (directory_record(next)) continue;
      if (ended_well_) {
        // Zeros or a line's end are what copying leaves.
        if (next.find_first_not_of("\0\r\n"sv) != std::string_view::npos || !input_.over())
          tap().notes().tell("archive-trailing-data", input_.offset(), 0, "bytes behind the end of the zip");
        return std::nullopt;
      }
      if (next.size() < 4) {
        damaged(input_.offset(), "it ends before its directory does");
        return std::nullopt;
      }
      damaged(input_.offset(), "no header where one should be; looking for the next");
      scan(1);
    }
  }

  std::size_t produce(char* into, std::size_t size, Notes& member) override {
    while (!member_over_) {
      const std::size_t given = data_over_ ? 0 : decoder_ ? decode(into, size, member) : copy(into, size, member);
      crc_ = libdeflate_crc32(crc_, into, given);
      size_ += given;
      if (data_over_) end_member(member);
      if (given > 0) return given;
    }
    return 0;
  }

  bool step_over() override { return true; }  // advance() does

 private:
  std::optional<Member> begin_member(std::string_view bytes) {
    header_ = *reinterpret_cast<const LocalHeader*>(bytes.data());
    const std::size_t whole = sizeof(LocalHeader) + header_.name_size + header_.extra_size;
    if (!plausible(bytes) || whole > bytes.size()) {
      damaged(input_.offset(), whole > bytes.size() ? "it ends inside a header" : "a header that makes no sense");
      scan(1);
      return std::nullopt;
    }
    std::string name(bytes.substr(sizeof(LocalHeader), header_.name_size));
    std::ranges::replace(name, '\0', '?');
    packed_left_ = header_.packed;
    stated_size_ = header_.size;
    read_extra(bytes.substr(sizeof(LocalHeader) + header_.name_size, header_.extra_size));
    if ((header_.flags & kSizesBehind) != 0 && packed_left_ == 0) packed_left_ = stated_size_ = kUnknown;
    const std::uint64_t at = input_.offset();
    if (std::exchange(ended_well_, false))
      tap().notes().tell("archive-concatenated", at, 0,
                         "another zip follows the end of the first; its members are read too");
    input_.take(whole);
    member_over_ = data_over_ = false;
    packed_taken_ = size_ = 0;
    crc_ = 0;
    ++local_;
    if ((header_.flags & (kEncrypted | kMasked)) != 0) {
      tap().notes().lost("archive-encrypted", at, 0, std::move(name));
      return std::nullopt;
    }
    if (name.ends_with('/') && (packed_left_ == 0 || packed_left_ == kUnknown)) {
      if (packed_left_ == 0) member_over_ = true;
      return std::nullopt;
    }
    if (!begin_decoder()) {
      tap().notes().lost("archive-method", at, 0,
                         fmt::format("{}: method {} is not known here", name, unsigned{header_.method}));
      return std::nullopt;
    }
    data_over_ = packed_left_ == 0 && header_.method == kStored;
    return Member{std::move(name), stated_size_ == kUnknown ? std::nullopt : std::optional(stated_size_)};
  }

  // Zip64 (4.5.3): sizes that don't fit their 32 bits.
  void read_extra(std::string_view extra) {
    while (extra.size() >= sizeof(ExtraHeader)) {
      const auto& field = *reinterpret_cast<const ExtraHeader*>(extra.data());
      extra.remove_prefix(sizeof(ExtraHeader));
      std::string_view value = extra.substr(0, field.size);
      extra.remove_prefix(value.size());
      if (field.id != 1) continue;
      for (std::uint64_t* size : {&stated_size_, &packed_left_}) {
        if (*size != 0xffffffff || value.size() < 8) continue;
        *size = *reinterpret_cast<const ul64*>(value.data());
        value.remove_prefix(8);
      }
    }
  }

  bool begin_decoder() {
    const Shape shapes[] = {Shape::bz2, Shape::zst, Shape::xz};
    const unsigned method = header_.method;
    lead_.clear();
    switch (method) {
      case kStored:
        decoder_.reset();
        return true;
      case kDeflate:
        if (!inflate_)
          inflate_ = inflate_decoder();
        else
          inflate_->restart();
        decoder_ = inflate_;
        return true;
      case kBzip2:
      case kZstd:
      case kXz:
        decoder_ = decoder_for(shapes[method == kBzip2 ? 0 : method == kZstd ? 1 : 2], memory_left());
        return true;
      case kLzma: {  // 5.8.8: a version, the size of the properties, the properties; then what an .lzma file has
        const std::string_view bytes = input_.need(9);
        if (bytes.size() < 9 || packed_left_ < 9 || bytes.substr(2, 2) != "\5\0"sv) return false;
        lead_ = bytes.substr(4, 5);
        const ul64 size = (header_.flags & 2) != 0 ? kUnknown : stated_size_;
        lead_.append(reinterpret_cast<const char*>(&size), 8);
        consume(9);
        decoder_ = lzma_decoder(memory_left());
        return true;
      }
      default:
        return false;
    }
  }

  void consume(std::size_t size) {
    input_.take(size);
    packed_taken_ += size;
    if (packed_left_ != kUnknown) packed_left_ -= size;
  }

  std::size_t decode(char* into, std::size_t size, Notes& member) {
    std::string_view in = lead_.empty() ? input_.need(1) : std::string_view(lead_);
    if (lead_.empty() && packed_left_ < in.size()) in = in.substr(0, packed_left_);
    const Decoder::Step step = decoder_->step(in.data(), in.size(), into, size);
    count_memory(decoder_->memory());
    if (lead_.empty())
      consume(step.taken);
    else
      lead_.erase(0, step.taken);
    switch (step.state) {
      case Decoder::State::end:
        data_over_ = true;
        break;
      case Decoder::State::damaged:
        stop(member, decoder_->error());
        break;
      case Decoder::State::memory:
        out_of_memory(input_.offset());
        member.cut_short();
        pass_over();
        break;
      case Decoder::State::more:
        if (step.given > 0 || step.taken > 0) break;
        if (stated_size_ == size_ && packed_left_ == 0)
          data_over_ = true;  // Zstandard and LZMA without an end mark
        else
          stop(member, "its data ends in the middle");
        break;
    }
    return step.given;
  }

  std::size_t copy(char* into, std::size_t size, Notes& member) {
    std::string_view in = input_.need(packed_left_ == kUnknown ? 64 : 1).substr(0, size);
    if (packed_left_ == kUnknown) {
      if (descriptor_here()) {
        data_over_ = true;
        return 0;
      }
      // Up to the next mark that might be the descriptor's; a mark cut in two by the buffer's end waits for the rest.
      const std::size_t mark = in.find("PK"sv, 1);
      in = in.substr(0, mark == std::string_view::npos && in.size() > 1 && !input_.over() ? in.size() - 1 : mark);
    } else {
      in = in.substr(0, packed_left_);
    }
    if (in.empty()) {
      stop(member, "its data ends in the middle");
      return 0;
    }
    std::memcpy(into, in.data(), in.size());
    consume(in.size());
    data_over_ = packed_left_ == 0;
    return in.size();
  }

  // Is this the data descriptor (4.3.9) of what was read so far? With or without its mark, sizes of 4 or 8 bytes.
  std::size_t descriptor_size() {
    std::string_view in = input_.need(24);
    const std::size_t mark = in.starts_with(kDescriptor) ? 4 : 0;
    in.remove_prefix(mark);
    if (in.size() >= 20 && *reinterpret_cast<const ul64*>(&in[4]) == packed_taken_ &&
        *reinterpret_cast<const ul64*>(&in[12]) == size_)
      return mark + 20;
    if (in.size() >= 12 && *reinterpret_cast<const ul32*>(&in[4]) == (packed_taken_ & 0xffffffff) &&
        *reinterpret_cast<const ul32*>(&in[8]) == (size_ & 0xffffffff))
      return mark + 12;
    return 0;
  }
  // Stored data without a stated size ends only where a whole, true descriptor stands.
  bool descriptor_here() {
    const std::string_view in = input_.need(24);
    return in.starts_with(kDescriptor) && in.size() >= 8 && *reinterpret_cast<const ul32*>(&in[4]) == crc_ &&
           descriptor_size() > 0;
  }

  void end_member(Notes& member) {
    std::uint32_t stated = header_.crc;
    const bool behind = (header_.flags & kSizesBehind) != 0;
    if (packed_left_ != kUnknown && packed_left_ > 0) {
      tap().notes().tell("archive-trailing-data", input_.offset(), packed_left_, member_name());
      skip_packed();
    }
    if (behind) {
      const std::size_t size = descriptor_size();
      const std::string_view in = input_.need(24);
      if (size == 0) {
        stop(member, "what stands behind its data is not its size and checksum");
        return;
      }
      stated = *reinterpret_cast<const ul32*>(&in[in.starts_with(kDescriptor) ? 4 : 0]);
      input_.take(size);
    } else if (stated_size_ != size_) {
      tap().notes().tell("archive-size", input_.offset(), 0,
                         fmt::format("{}: {} bytes stated, {} found", member_name(), stated_size_, size_));
    }
    member_over_ = true;
    if (stated != crc_) {
      damaged(input_.offset(), fmt::format("{}: its checksum is wrong", member_name()));
      member.cut_short();
    }
  }

  void stop(Notes& member, const std::string& why) {
    damaged(input_.offset(), fmt::format("{}: {}", member_name(), why));
    member.cut_short();
    pass_over();
  }

  void skip_packed() {
    input_.skip(packed_left_);
    packed_taken_ += std::exchange(packed_left_, 0);
  }

  // Leaves the member that was begun.
  void pass_over() {
    member_over_ = true;
    if (packed_left_ != kUnknown) skip_packed();
    if ((header_.flags & kSizesBehind) != 0) scan(0);
  }

  // To the next header or directory that could be one, `from` bytes on or later.
  void scan(std::size_t from) {
    input_.take(std::min(from, input_.need(from).size()));
    for (;;) {
      const std::string_view in = input_.need(sizeof(LocalHeader) + kNameMax);
      const std::size_t mark = in.find("PK"sv);
      if (mark == std::string_view::npos) {
        if (in.empty()) return;
        input_.take(in.size() > 1 && !input_.over() ? in.size() - 1 : in.size());
        continue;
      }
      input_.take(mark);
      const std::string_view here = input_.need(sizeof(LocalHeader) + kNameMax);
      if (here.starts_with(kLocal) && plausible(here)) return;
      if (here.starts_with(kCentral) || here.starts_with(kEnd) || here.starts_with(kEnd64)) return;
      input_.take(std::min<std::size_t>(2, here.size()));
    }
  }

  // Passes over one record of the central directory and what follows it (4.3.12 to 4.3.16). False if this is none.
  bool directory_record(std::string_view in) {
    const auto at16 = [&](std::size_t offset) -> std::uint64_t {
      return in.size() >= offset + 2 ? std::uint64_t{*reinterpret_cast<const ul16*>(in.data() + offset)} : 0;
    };
    const auto at32 = [&](std::size_t offset) -> std::uint64_t {
      return in.size() >= offset + 4 ? std::uint64_t{*reinterpret_cast<const ul32*>(in.data() + offset)} : 0;
    };
    std::uint64_t size = 0;
    if (in.starts_with(kCentral)) {
      size = 46 + at16(28) + at16(30) + at16(32);
      ++central_;
    } else if (in.starts_with(kEnd)) {
      size = 22 + at16(20);
      ended_well_ = in.size() >= 22;
      if (central_ != local_ && tap().notes().complete())
        tap().notes().tell("archive-directory", input_.offset(), 0,
                           fmt::format("the directory lists {} members, {} are there", central_, local_));
      central_ = local_ = 0;
    } else if (in.starts_with(kEnd64)) {
      size = 12 + at32(4);
    } else if (in.starts_with(kLocator64)) {
      size = 20;
    } else if (in.starts_with(kSignature)) {
      size = 6 + at16(4);
    } else if (in.starts_with(kExtra)) {
      size = 8 + at32(4);
    } else {
      return false;
    }
    if (in.size() < 4) return false;
    input_.skip(size);
    return true;
  }

  void count_memory(std::uint64_t now) {
    budget().decoder_memory += now - counted_;
    counted_ = now;
  }

  Input input_;
  LocalHeader header_{};
  bool member_over_ = true, data_over_ = false;
  bool ended_well_ = false;  // the end-of-directory record was met
  std::uint64_t packed_left_ = 0, packed_taken_ = 0, stated_size_ = 0, size_ = 0;
  std::uint64_t local_ = 0, central_ = 0;
  std::uint32_t crc_ = 0;
  std::string lead_;  // goes to the decoder before the data
  std::shared_ptr<Decoder> decoder_, inflate_;
  std::uint64_t counted_ = 0;
};

}  // namespace

std::unique_ptr<Layer> open_zip(const ContainerKind& kind, std::unique_ptr<Tap> input, Layer::Context context) {
  return std::make_unique<Zip>(kind, std::move(input), context);
}

}  // namespace tocsin::evidence
