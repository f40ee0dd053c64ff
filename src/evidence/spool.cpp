#include "evidence/spool.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace tocsin::evidence {
namespace {

int unlinked_file(const Limits& limits) {
  std::string folder = limits.spool_folder;
  if (folder.empty()) {
    const char* set = std::getenv("TMPDIR");
    folder = set != nullptr && *set != '\0' ? set : "/var/tmp";
  }
  const int fd = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (fd >= 0) return fd;
  std::string name = folder + "/tocsin-XXXXXX";  // a file system without O_TMPFILE
  const int named = ::mkostemp(name.data(), O_CLOEXEC);
  if (named >= 0) ::unlink(name.c_str());
  return named;
}

bool write_all(int fd, const char* bytes, std::size_t size) {
  while (size > 0) {
    const ssize_t written = ::write(fd, bytes, size);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes += written;
    size -= static_cast<std::size_t>(written);
  }
  return true;
}

}  // namespace

Spool::~Spool() {
  if (own_) ::close(fd_);
}

bool Spool::collect(Tap& tap, const Limits& limits) {
  if (tap.source().descriptor() >= 0) {
    tap.drain();
    fd_ = tap.source().descriptor();
    size_ = tap.count();
    return true;
  }
  const std::unique_ptr<char[]> block(new char[Tap::kDrain]);
  while (const std::size_t got = tap.read(block.get(), Tap::kDrain)) {
    if (size_ + got > limits.spool_disk) {
      tap.notes().lost("archive-spool", size_, 0,
                       fmt::format("a 7z inside something else may have {} bytes; unpack it first", limits.spool_disk));
      return false;
    }
    if (!own_ && size_ + got > limits.spool_memory) {
      fd_ = unlinked_file(limits);
      own_ = fd_ >= 0;
      if (!own_ || !write_all(fd_, memory_.data(), memory_.size())) {
        tap.notes().lost("archive-spool", size_, 0, fmt::format("no temporary file: {}", std::strerror(errno)));
        return false;
      }
      memory_ = {};
    }
    if (!own_)
      memory_.append(block.get(), got);
    else if (!write_all(fd_, block.get(), got)) {
      tap.notes().lost("archive-spool", size_, 0, fmt::format("the temporary file: {}", std::strerror(errno)));
      return false;
    }
    size_ += got;
  }
  return true;
}

std::size_t Spool::read(std::uint64_t offset, char* into, std::size_t size) const {
  if (offset >= size_) return 0;
  size = std::min<std::uint64_t>(size, size_ - offset);
  if (fd_ < 0) {
    std::memcpy(into, memory_.data() + offset, size);
    return size;
  }
  ssize_t got;
  do got = ::pread(fd_, into, size, static_cast<off_t>(offset));
  while (got < 0 && errno == EINTR);
  return got > 0 ? static_cast<std::size_t>(got) : 0;
}

}  // namespace tocsin::evidence
