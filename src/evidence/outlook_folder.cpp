#include "evidence/outlook_folder.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

namespace tocsin::evidence {
namespace {

namespace fs = std::filesystem;

constexpr int kNotThere = 127;

class FileStream final : public Stream {
 public:
  explicit FileStream(const fs::path& path) : file_(path, std::ios::binary) {}
  Result<std::size_t> read(char* into, std::size_t size) override {
    file_.read(into, static_cast<std::streamsize>(size));
    return static_cast<std::size_t>(file_.gcount());
  }

 private:
  std::ifstream file_;
};

// The exit code of readpst; kNotThere when there is none, -1 when it was ended by a signal.
int run_readpst(const std::string& file, const std::string& folder) {
  // Everything the child needs is made before the fork: other threads may hold the allocator.
  const char* const arguments[] = {"readpst", "-q",           "-r", "-D",         "-j",   "0",
                                   "-o",      folder.c_str(), "--", file.c_str(), nullptr};
  const pid_t child = ::fork();
  if (child < 0) return kNotThere;
  if (child == 0) {
    const auto limit = [](auto what, rlim_t most) {
      const rlimit value{most, most};
      ::setrlimit(what, &value);
    };
    limit(RLIMIT_CPU, 600);
    limit(RLIMIT_AS, rlim_t{2} << 30);
    limit(RLIMIT_FSIZE, rlim_t{16} << 30);
    const int nothing = ::open("/dev/null", O_RDWR);
    for (const int fd : {0, 1, 2}) ::dup2(nothing, fd);
    ::execvp("readpst", const_cast<char* const*>(arguments));
    ::_exit(kNotThere);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

bool is_outlook_folder(std::string_view head) {
  return head.size() > 64 && head.starts_with("!BDN") && head.substr(8, 2) == "SM";  // MS-PST 2.2.2.6
}

OutlookFolder::OutlookFolder(std::string path, fs::path folder) : path_(std::move(path)), folder_(std::move(folder)) {
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder_, error), end; !error && at != end; at.increment(error))
    if (at->is_regular_file(error) && !at->is_symlink(error)) files_.push_back(at->path());
  std::ranges::sort(files_);
}

OutlookFolder::~OutlookFolder() {
  std::error_code error;
  fs::remove_all(folder_, error);
}

std::optional<Piece> OutlookFolder::next() {
  if (at_ == files_.size()) return std::nullopt;
  const fs::path& file = files_[at_++];
  return Piece{path_ + "!/" + file.lexically_relative(folder_).string(), std::make_unique<FileStream>(file)};
}

std::unique_ptr<OutlookFolder> OutlookFolder::unpack(const std::string& path, const std::string& file,
                                                     const Limits& limits, Anomaly& anomaly) {
  if (file.empty()) {
    anomaly = {"pst-not-opened", 0, 0, "Outlook folders inside a container: unpack it and name the file itself"};
    return nullptr;
  }
  std::string folder = limits.spool_folder;
  if (folder.empty()) {
    const char* given = std::getenv("TMPDIR");
    folder = given && *given ? given : "/var/tmp";
  }
  folder += "/tocsin-pst-XXXXXX";
  if (!::mkdtemp(folder.data())) {
    anomaly = {"pst-not-opened", 0, 0, "no temporary folder for its mailboxes"};
    return nullptr;
  }
  std::error_code error;
  const int code = run_readpst(fs::absolute(file, error).string(), folder);
  if (code == kNotThere) {
    fs::remove_all(folder, error);
    anomaly = {"pst-not-opened", 0, 0,
               "Outlook folders are read by readpst, which is not installed: apt install pst-utils"};
    return nullptr;
  }
  if (code != 0)
    anomaly = {"pst-damaged", 0, 0,
               code < 0 ? "readpst was stopped; what it wrote until then is read"
                        : "readpst ended with " + std::to_string(code)};
  return std::unique_ptr<OutlookFolder>(new OutlookFolder(path, folder));
}

}  // namespace tocsin::evidence
