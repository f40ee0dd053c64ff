#include "case/spill_sort.h"

#include <fcntl.h>

#include <cerrno>
#include <cstring>

namespace tocsin::casefile {

Result<int> scratch_file() {
  const char* set = std::getenv("TMPDIR");
  const std::string folder = set && *set ? set : "/var/tmp";
  int file = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (file < 0) {  // file systems without O_TMPFILE
    std::string name = folder + "/tocsin-XXXXXX";
    file = ::mkostemp(name.data(), O_CLOEXEC);
    if (file >= 0) ::unlink(name.c_str());
  }
  if (file < 0)
    return fail(std::string("no temporary file can be made: ") + std::strerror(errno), folder, "set TMPDIR");
  return file;
}

Result<void> write_all(int file, const char* data, std::size_t size, std::uint64_t offset) {
  while (size > 0) {
    const ssize_t done = ::pwrite(file, data, size, static_cast<off_t>(offset));
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0)
      return fail(std::string("writing a temporary file failed: ") + std::strerror(errno), {},
                  "set TMPDIR to a disk with room");
    data += done;
    size -= static_cast<std::size_t>(done);
    offset += static_cast<std::uint64_t>(done);
  }
  return {};
}

Result<void> read_all(int file, char* data, std::size_t size, std::uint64_t offset) {
  while (size > 0) {
    const ssize_t done = ::pread(file, data, size, static_cast<off_t>(offset));
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0)
      return fail(std::string("reading a temporary file failed: ") + std::strerror(done < 0 ? errno : EIO));
    data += done;
    size -= static_cast<std::size_t>(done);
    offset += static_cast<std::uint64_t>(done);
  }
  return {};
}

}  // namespace tocsin::casefile
