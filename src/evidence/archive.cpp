// tar and 7z through libarchive: tar streamed front to back, 7z with seeking. (Zip has its own file: libarchive drops
// up to 256 KiB before damage, ends at the first damaged member, and passes over a member only by decoding it.)
#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "evidence/layer.h"
#include "evidence/seven.h"
#include "evidence/spool.h"

namespace tocsin::evidence {
namespace {

constexpr std::size_t kBlock = 256 * 1024;
constexpr int kBlocksAtOnce = 32;  // that one call may take from a tar

class Archive final : public Layer {
 public:
  Archive(const ContainerKind& kind, std::unique_ptr<Tap> input, Context context)
      : Layer(kind, std::move(input), context), block_(new char[kBlock]) {}

  ~Archive() override {
    archive_read_free(archive_);
    budget().decoder_memory -= memory_;
  }

 protected:
  std::optional<Member> advance() override {
    if (archive_ == nullptr && !open()) return std::nullopt;
    for (;;) {
      archive_entry* entry = nullptr;
      blocks_given_ = 0;
      const int result = archive_read_next_header(archive_, &entry);
      if (result == ARCHIVE_EOF) {
        if (kind().shape == Shape::tar && !ends_in_zeros_)
          damaged(position(), "it ends without the zeros that end a tar");
        return std::nullopt;
      }
      if (result == ARCHIVE_RETRY) {  // a tar header that is none: libarchive tries the next 512 bytes
        damaged(position(), message());
        continue;
      }
      if (result != ARCHIVE_OK && result != ARCHIVE_WARN) {
        if (archive_read_has_encrypted_entries(archive_) > 0)
          encrypted("its list of members");
        else
          damaged(position(), message());
        return std::nullopt;
      }
      begin_member();
      if (!count_member()) return std::nullopt;
      std::string name = name_of(entry);
      const auto type = archive_entry_filetype(entry);
      if (type == AE_IFDIR || type == AE_IFLNK || archive_entry_hardlink(entry) != nullptr) continue;
      if (type != 0 && type != AE_IFREG) {
        tap().notes().tell("archive-special-member", position(), 0, std::move(name));
        continue;
      }
      if (archive_entry_is_data_encrypted(entry)) {
        encrypted(name);
        continue;
      }
      member_over_ = false;
      if (!archive_entry_size_is_set(entry)) return Member{std::move(name), std::nullopt};
      return Member{std::move(name), static_cast<std::uint64_t>(std::max<la_int64_t>(archive_entry_size(entry), 0))};
    }
  }

  std::size_t produce(char* into, std::size_t size, Notes& member) override {
    while (!member_over_) {
      if (at_ < data_offset_) {  // a hole in a sparse member
        const std::size_t zeros = std::min<std::uint64_t>(size, data_offset_ - at_);
        std::memset(into, 0, zeros);
        at_ += zeros;
        return zeros;
      }
      if (data_size_ > 0) {
        const std::size_t copied = std::min(size, data_size_);
        std::memcpy(into, data_, copied);
        data_ += copied;
        data_size_ -= copied;
        data_offset_ += copied;
        at_ += copied;
        return copied;
      }
      const void* data = nullptr;
      std::size_t data_size = 0;
      la_int64_t offset = 0;
      blocks_given_ = 0;
      const int result = archive_read_data_block(archive_, &data, &data_size, &offset);
      if (result == ARCHIVE_EOF) {
        member_over_ = true;
      } else if (result != ARCHIVE_OK && result != ARCHIVE_WARN) {
        damaged(position(), fmt::format("{}: {}", member_name(), message()));
        member.cut_short();
        member_over_ = true;
      } else if (offset >= 0 && static_cast<std::uint64_t>(offset) < at_) {
        damaged(position(), fmt::format("{}: its pieces are out of order", member_name()));
        member.cut_short();
        member_over_ = true;
      } else {
        data_ = static_cast<const char*>(data);
        data_size_ = data_size;
        data_offset_ = static_cast<std::uint64_t>(offset);
      }
    }
    return 0;
  }

  bool step_over() override { return kind().shape == Shape::tar; }

 private:
  bool open() {
    archive_ = archive_read_new();
    CHECK(archive_ != nullptr);
    archive_read_set_callback_data(archive_, this);
    archive_read_set_read_callback(
        archive_, [](archive*, void* self, const void** out) { return static_cast<Archive*>(self)->give(out); });
    switch (kind().shape) {
      case Shape::tar:
        archive_read_support_format_tar(archive_);
        archive_read_set_options(archive_, "read_concatenated_archives");
        break;
      default:
        archive_read_support_format_7zip(archive_);
        if (!spool_.collect(tap(), limits()) || !affordable()) return false;
        archive_read_set_seek_callback(archive_, [](archive*, void* self, la_int64_t offset, int whence) {
          return static_cast<Archive*>(self)->seek(offset, whence);
        });
        archive_read_set_skip_callback(archive_, [](archive*, void* self, la_int64_t count) {
          static_cast<Archive*>(self)->spool_at_ += static_cast<std::uint64_t>(std::max<la_int64_t>(count, 0));
          return count;
        });
    }
    if (archive_read_open1(archive_) == ARCHIVE_OK) return true;
    damaged(0, message());
    return false;
  }

  bool affordable() {
    const SevenCost cost = weigh_seven(spool_, limits());
    if (cost.encrypted)
      encrypted("its list of members");
    else if (!cost.failure.empty())
      damaged(0, cost.failure);
    else if (cost.files > limits().members)
      return too_many_members(), false;
    else if (cost.memory > memory_left())
      out_of_memory(0);
    else {
      memory_ = cost.memory;
      budget().decoder_memory += memory_;
      return true;
    }
    return false;
  }

  la_ssize_t give(const void** out) {
    *out = block_.get();
    if (kind().shape == Shape::tar) {
      // libarchive collects extended headers and maps of sparse members; real ones are small.
      if (++blocks_given_ > kBlocksAtOnce) return 0;
      const std::size_t filled = tap().fill(block_.get(), kBlock);
      const std::string_view tail(block_.get() + filled - std::min<std::size_t>(filled, 512),
                                  std::min<std::size_t>(filled, 512));
      if (filled > 0) ends_in_zeros_ = tail.find_first_not_of('\0') == std::string_view::npos;
      return static_cast<la_ssize_t>(filled);
    }
    const std::size_t got = spool_.read(spool_at_, block_.get(), kBlock);
    spool_at_ += got;
    return static_cast<la_ssize_t>(got);
  }

  la_int64_t seek(la_int64_t offset, int whence) {
    const auto from = static_cast<la_int64_t>(whence == SEEK_SET ? 0 : whence == SEEK_CUR ? spool_at_ : spool_.size());
    la_int64_t to = 0;
    if (__builtin_add_overflow(from, offset, &to) || to < 0) return ARCHIVE_FATAL;
    spool_at_ = static_cast<std::uint64_t>(to);
    return to;
  }

  std::uint64_t position() const {
    return static_cast<std::uint64_t>(std::max<la_int64_t>(archive_filter_bytes(archive_, -1), 0));
  }
  std::string message() const {
    const char* text = archive_error_string(archive_);
    return text != nullptr ? text : "cannot be read";
  }
  void encrypted(const std::string& what) { tap().notes().lost("archive-encrypted", position(), 0, what); }

  void begin_member() {
    member_over_ = true;
    data_ = nullptr;
    data_size_ = 0;
    at_ = data_offset_ = 0;
  }

  // In the locale "C" libarchive has no other form of some names than UTF-8, and of others than the bytes as they
  // stand.
  static std::string name_of(archive_entry* entry) {
    if (const char* name = archive_entry_pathname_utf8(entry); name != nullptr && *name != '\0') return name;
    if (const char* name = archive_entry_pathname(entry); name != nullptr && *name != '\0') return name;
    return "unnamed";
  }

  archive* archive_ = nullptr;
  std::unique_ptr<char[]> block_;
  Spool spool_;
  std::uint64_t spool_at_ = 0, memory_ = 0;
  int blocks_given_ = 0;
  bool member_over_ = true, ends_in_zeros_ = false;
  const char* data_ = nullptr;
  std::size_t data_size_ = 0;
  std::uint64_t data_offset_ = 0, at_ = 0;
};

}  // namespace

std::unique_ptr<Layer> open_archive(const ContainerKind& kind, std::unique_ptr<Tap> input, Layer::Context context) {
  return std::make_unique<Archive>(kind, std::move(input), context);
}

}  // namespace tocsin::evidence
