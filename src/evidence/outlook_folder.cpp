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
constexpr std::string_view kBoxes = "boxes";

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

bool copy(Item& item, const fs::path& to, std::uint64_t max) {
  std::ofstream out(to, std::ios::binary);
  std::string piece(1u << 20, '\0');
  for (std::uint64_t size = 0;;) {
    const auto got = item.read(piece.data(), piece.size());
    if (!got || *got == 0) return got && out.flush().good();
    size += *got;
    if (size > max || !out.write(piece.data(), static_cast<std::streamsize>(*got))) return false;
  }
}

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

OutlookFolder::OutlookFolder(std::string path, fs::path folder) : path_(std::move(path)), folder_(std::move(folder)) {}

OutlookFolder::~OutlookFolder() {
  std::error_code error;
  fs::remove_all(folder_, error);
}

void OutlookFolder::look() {
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder_ / kBoxes, error), end; !error && at != end; at.increment(error))
    if (at->is_regular_file(error) && !at->is_symlink(error)) files_.push_back(at->path());
  std::ranges::sort(files_);
}

std::optional<Piece> OutlookFolder::next() {
  if (at_ == files_.size()) return std::nullopt;
  const fs::path& file = files_[at_++];
  return Piece{path_ + "!/" + file.lexically_relative(folder_ / kBoxes).string(), std::make_unique<FileStream>(file)};
}

std::unique_ptr<OutlookFolder> OutlookFolder::unpack(Item& item, const Limits& limits, Anomaly& anomaly) {
  std::string name = limits.spool_folder;
  if (name.empty()) {
    const char* given = std::getenv("TMPDIR");
    name = given && *given ? given : "/var/tmp";
  }
  name += "/tocsin-pst-XXXXXX";
  if (!::mkdtemp(name.data())) {
    anomaly = {"pst-not-opened", 0, 0, "no temporary folder for its mailboxes"};
    return nullptr;
  }
  // From here on the folder goes away with the object.
  std::unique_ptr<OutlookFolder> out(new OutlookFolder(item.path(), name));
  const fs::path boxes = out->folder_ / kBoxes;
  std::error_code error;
  fs::create_directory(boxes, error);
  fs::path file = item.path();
  const bool plain = !item.in_container() && item.path() != "-" && fs::is_regular_file(file, error);
  if (!plain) {
    file = out->folder_ / "copy.pst";
    if (!copy(item, file, limits.spool_disk)) {
      anomaly = {"pst-not-opened", 0, 0, "no room for a copy of these Outlook folders: unpack them and name the file"};
      return nullptr;
    }
  }
  const int code = run_readpst(fs::absolute(file, error).string(), boxes.string());
  if (!plain) fs::remove(file, error);
  if (code == kNotThere) {
    anomaly = {"pst-not-opened", 0, 0,
               "Outlook folders are read by readpst, which is not installed: apt install pst-utils"};
    return nullptr;
  }
  if (code != 0)
    anomaly = {"pst-damaged", 0, 0,
               code < 0 ? "readpst was stopped; what it wrote until then is read"
                        : "readpst ended with " + std::to_string(code)};
  out->look();
  return out;
}

}  // namespace tocsin::evidence
