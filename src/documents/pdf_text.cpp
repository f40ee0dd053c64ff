#include "documents/pdf_text.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace tocsin::documents {
namespace {

class Handle {
 public:
  explicit Handle(int fd) : fd_(fd) {}
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }
  void reset() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }

 private:
  int fd_;
};

}  // namespace

std::string pdf_text(std::string_view bytes, const Limits& limits) {
  static const bool there = access("/usr/bin/pdftotext", X_OK) == 0 && access("/usr/bin/prlimit", X_OK) == 0;
  if (!there) return {};
  const Handle file(memfd_create("pdf", MFD_CLOEXEC));
  if (file.get() < 0) return {};
  for (std::string_view rest = bytes; !rest.empty();) {
    const ssize_t put = write(file.get(), rest.data(), rest.size());
    if (put <= 0) return {};
    rest.remove_prefix(static_cast<std::size_t>(put));
  }
  lseek(file.get(), 0, SEEK_SET);
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return {};
  const Handle out_end(ends[0]);
  Handle in_end(ends[1]);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, file.get(), 0);
  posix_spawn_file_actions_adddup2(&actions, in_end.get(), 1);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  const char* arguments[] = {
      "prlimit", "--as=1073741824", "--cpu=10", "--core=0", "--fsize=0", "/usr/bin/pdftotext", "-q", "-enc",
      "UTF-8",   "-nopgbrk",        "-",        "-",        nullptr};
  const char* environment[] = {"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", nullptr};
  pid_t child = -1;
  const int started = posix_spawn(&child, "/usr/bin/prlimit", &actions, nullptr, const_cast<char**>(arguments),
                                  const_cast<char**>(environment));
  posix_spawn_file_actions_destroy(&actions);
  in_end.reset();
  if (started != 0) return {};
  std::string out;
  char buffer[65536];
  for (;;) {
    const ssize_t got = read(out_end.get(), buffer, sizeof buffer);
    if (got <= 0) break;
    if (out.size() < limits.text) out.append(buffer, static_cast<std::size_t>(got));
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? out : std::string{};
}

}  // namespace tocsin::documents
