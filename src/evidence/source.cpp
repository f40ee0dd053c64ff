// Plain files are read with large pread(2) calls and a hint to the kernel to read ahead; not mapped, because mapped
// pages count as resident memory and a file cut short under us would end the process.
//
// Sparse files: a hole is found with SEEK_DATA and SEEK_HOLE (lseek(2)) and filled in without asking the disk. Its
// zeros still pass, because offsets and the hash must be those that any other tool sees.
#include "evidence/source.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace tocsin::evidence {
namespace {

constexpr std::uint64_t kHoleToTell = 64 * 1024;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ > STDIN_FILENO) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

std::string reason() { return std::strerror(errno); }

class FileSource final : public Source {
 public:
  FileSource(int fd, const struct stat& status, std::uint64_t holes_max)
      : file_(fd), size_(static_cast<std::uint64_t>(status.st_size)), holes_left_(holes_max) {
    sparse_ = static_cast<std::uint64_t>(status.st_blocks) * 512 < size_;
    ::posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  }

  std::size_t read(char* into, std::size_t size, Notes& notes) override {
    if (sparse_) {
      if (position_ >= data_end_) look_ahead(notes);
      if (position_ < hole_end_) return zeros(into, size, notes);
      size = std::min<std::uint64_t>(size, data_end_ - position_);
    }
    ssize_t got;
    do got = ::pread(file_.get(), into, size, static_cast<off_t>(position_));
    while (got < 0 && errno == EINTR);
    if (got < 0) {
      notes.lost("unreadable", position_, size_ > position_ ? size_ - position_ : 0, reason());
      return 0;
    }
    position_ += static_cast<std::uint64_t>(got);
    return static_cast<std::size_t>(got);
  }
  std::optional<std::uint64_t> expected_size() const override { return size_; }
  int descriptor() const override { return file_.get(); }

 private:
  // Sets the hole that begins at position_ (maybe empty) and the data behind it.
  void look_ahead(Notes& notes) {
    hole_end_ = position_;
    data_end_ = UINT64_MAX;  // where the file system can't tell: all is data
    if (position_ >= size_) return;
    const off_t data = ::lseek(file_.get(), static_cast<off_t>(position_), SEEK_DATA);
    if (data < 0 && errno != ENXIO) return;
    hole_end_ = data < 0 ? size_ : static_cast<std::uint64_t>(data);
    data_end_ = hole_end_;
    if (hole_end_ - position_ >= kHoleToTell)
      notes.tell("sparse-hole", position_, hole_end_ - position_, "the file has no bytes here; read as zeros");
    if (data < 0) return;
    const off_t hole = ::lseek(file_.get(), data, SEEK_HOLE);
    data_end_ = hole < 0 ? UINT64_MAX : std::max(static_cast<std::uint64_t>(hole), hole_end_ + 1);
    if (data_end_ >= size_) data_end_ = UINT64_MAX;  // a file that grows is read to its end
  }

  std::size_t zeros(char* into, std::size_t size, Notes& notes) {
    size = std::min<std::uint64_t>(size, hole_end_ - position_);
    if (size > holes_left_) {
      notes.lost("sparse-bomb", position_, size_ - position_, "too many bytes in holes; the rest is not read");
      return 0;
    }
    holes_left_ -= size;
    std::memset(into, 0, size);
    position_ += size;
    return size;
  }

  Descriptor file_;
  std::uint64_t size_, position_ = 0, hole_end_ = 0, data_end_ = 0, holes_left_;
  bool sparse_;
};

class PipeSource final : public Source {
 public:
  explicit PipeSource(int fd) : file_(fd) {}
  std::size_t read(char* into, std::size_t size, Notes& notes) override {
    ssize_t got;
    do got = ::read(file_.get(), into, size);
    while (got < 0 && errno == EINTR);
    if (got < 0) notes.lost("unreadable", position_, 0, reason());
    if (got <= 0) return 0;
    position_ += static_cast<std::uint64_t>(got);
    return static_cast<std::size_t>(got);
  }

 private:
  Descriptor file_;
  std::uint64_t position_ = 0;
};

class StreamSource final : public Source {
 public:
  explicit StreamSource(std::unique_ptr<Stream> stream) : stream_(std::move(stream)) {}
  std::size_t read(char* into, std::size_t size, Notes& notes) override {
    const Result<std::size_t> got = stream_->read(into, size);
    if (!got) {
      notes.lost("unreadable", position_, 0, got.error().text());
      return 0;
    }
    position_ += *got;
    return *got;
  }

 private:
  std::unique_ptr<Stream> stream_;
  std::uint64_t position_ = 0;
};

const char* kind_of(mode_t mode) {
  return S_ISFIFO(mode)                   ? "a pipe"
         : S_ISSOCK(mode)                 ? "a socket"
         : S_ISBLK(mode) || S_ISCHR(mode) ? "a device"
                                          : "no file";
}

}  // namespace

Opened open_file(const std::string& path, Named named, const Limits& limits) {
  // A device may act on being opened and a pipe may wait for its writer: look before, and again once it is open.
  struct stat status{};
  const auto special = [&] { return Opened{nullptr, true, fmt::format("{}, not read", kind_of(status.st_mode))}; };
  const bool by_user = named == Named::by_user;
  if ((by_user ? ::stat : ::lstat)(path.c_str(), &status) != 0) return {nullptr, false, reason()};
  const auto readable = [&] { return S_ISREG(status.st_mode) || (by_user && S_ISFIFO(status.st_mode)); };
  if (!readable()) return special();
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | (by_user ? 0 : O_NOFOLLOW));
  if (fd < 0) return {nullptr, false, reason()};
  if (::fstat(fd, &status) != 0 || !readable()) {
    ::close(fd);
    return special();
  }
  if (S_ISREG(status.st_mode)) return {std::make_unique<FileSource>(fd, status, limits.holes), false, {}};
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) & ~O_NONBLOCK);
  return {std::make_unique<PipeSource>(fd), false, {}};
}

std::unique_ptr<Source> standard_input() { return std::make_unique<PipeSource>(STDIN_FILENO); }

std::unique_ptr<Source> from_stream(std::unique_ptr<Stream> stream) {
  return std::make_unique<StreamSource>(std::move(stream));
}

}  // namespace tocsin::evidence
