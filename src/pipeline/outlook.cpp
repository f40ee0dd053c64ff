#include "pipeline/outlook.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace tocsin {
namespace {

namespace fs = std::filesystem;
using namespace std::string_view_literals;

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

class OutlookFolder final : public Inside {
 public:
  OutlookFolder(std::string path, const std::string& top, fs::path folder, evidence::Limits limits)
      : path_(std::move(path)), folder_(std::move(folder)) {
    std::error_code error;
    for (fs::recursive_directory_iterator at(folder_, error), end; !error && at != end; at.increment(error))
      if (at->is_regular_file(error) && !at->is_symlink(error)) files_.push_back(at->path());
    std::ranges::sort(files_);
    walker_ = std::make_unique<evidence::Walker>(
        evidence::Walker::inside(top, [this]() { return next_piece(); }, std::move(limits)));
  }
  ~OutlookFolder() override {
    walker_.reset();
    std::error_code error;
    fs::remove_all(folder_, error);
  }

 private:
  std::optional<evidence::Piece> next_piece() {
    if (at_ == files_.size()) return std::nullopt;
    const fs::path& file = files_[at_++];
    return evidence::Piece{path_ + "!/" + file.lexically_relative(folder_).string(),
                           std::make_unique<FileStream>(file)};
  }
  const std::string path_;
  const fs::path folder_;
  std::vector<fs::path> files_;
  std::size_t at_ = 0;
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

bool is_outlook_message(std::string_view head) {
  // The name of its property stream, in UTF-16 as the directory holds it.
  return head.starts_with("\xd0\xcf\x11\xe0"sv) &&
         head.find("_\0_\0p\0r\0o\0p\0e\0r\0t\0i\0e\0s\0_\0v\0e\0r\0s\0i\0o\0n\0"sv) != std::string_view::npos;
}

std::unique_ptr<Inside> open_outlook_folder(const std::string& path, const std::string& file,
                                            const evidence::Limits& limits, Anomaly& anomaly) {
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
  return std::make_unique<OutlookFolder>(path, file, folder, limits);
}

}  // namespace tocsin
