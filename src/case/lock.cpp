#include "case/lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace tocsin::casefile {

Result<WriterLock> WriterLock::take(const std::string& case_path) {
  const std::string path = case_path + "-lock";
  // The holder removes the file when it is done: whoever locked a file that is no longer the one at the path tries
  // again.
  for (int attempt = 0; attempt < 100; ++attempt) {
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0)
      return fail(std::string("the case may not be written: ") + std::strerror(errno), path,
                  "check the permissions of the file's folder");
    if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
      ::close(file);
      return fail("the case is locked: another tocsin is writing to it", case_path, "wait until it is done");
    }
    struct stat held, there;
    if (::fstat(file, &held) == 0 && ::stat(path.c_str(), &there) == 0 && held.st_ino == there.st_ino &&
        held.st_dev == there.st_dev) {
      WriterLock lock;
      lock.path_ = path;
      lock.file_ = file;
      return lock;
    }
    ::close(file);
  }
  return fail("the case is locked: others keep taking its lock", case_path, "wait until they are done");
}

WriterLock::~WriterLock() {
  if (file_ < 0) return;
  ::unlink(path_.c_str());
  ::close(file_);
}

}  // namespace tocsin::casefile
