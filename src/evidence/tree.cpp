// A walk with an explicit stack. Names are sorted with a '/' behind folders, so that the order is that of the whole
// paths' bytes. Links found on the way are not followed: what they name inside the tree is read anyway, and what they
// name outside is not this evidence. A folder that contains itself (a bind mount) is noticed by device and inode.
#include "evidence/tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

namespace tocsin::evidence {
namespace {

Custody skip(std::string path, std::string_view name, std::string detail) {
  Custody custody;
  custody.path = std::move(path);
  custody.nature = Nature::skipped;
  custody.complete = false;
  custody.anomalies.push_back({name, 0, 0, std::move(detail)});
  return custody;
}

std::string link_target(const std::string& path) {
  std::string target(4096, '\0');
  const ssize_t size = ::readlink(path.c_str(), target.data(), target.size());
  target.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
  return target;
}

}  // namespace

Tree::Tree(std::vector<std::string> paths, std::string own_file) : roots_(std::move(paths)) {
  std::ranges::reverse(roots_);
  if (own_file.empty()) return;
  const std::size_t slash = own_file.rfind('/');
  own_folder_ = slash == std::string::npos ? "." : own_file.substr(0, slash + 1);
  own_name_ = slash == std::string::npos ? std::move(own_file) : own_file.substr(slash + 1);
}

bool Tree::is_own(const std::string& folder, const std::string& name) const {
  if (own_name_.empty() || !name.starts_with(own_name_)) return false;
  if (name.size() > own_name_.size() && name[own_name_.size()] != '-') return false;
  struct stat ours{}, here{};
  return ::stat(own_folder_.c_str(), &ours) == 0 && ::stat(folder.c_str(), &here) == 0 && ours.st_dev == here.st_dev &&
         ours.st_ino == here.st_ino;
}

std::optional<Tree::Leaf> Tree::next(std::vector<Custody>& skipped) {
  for (;;) {
    if (stack_.empty()) {
      if (roots_.empty()) return std::nullopt;
      const std::string path = std::move(roots_.back());
      roots_.pop_back();
      struct stat status{};
      if (path != "-" && ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) {
        enter(path.ends_with('/') ? path : path + '/', skipped);
        continue;
      }
      return Leaf{path, Named::by_user};
    }
    Folder& folder = stack_.back();
    if (folder.names.empty()) {
      stack_.pop_back();
      continue;
    }
    const std::string name = std::move(folder.names.back());
    const std::string path = folder.path + name;
    folder.names.pop_back();
    if (is_own(folder.path, name)) continue;
    if (path.ends_with('/')) {
      enter(path, skipped);
      continue;
    }
    struct stat status{};
    if (::lstat(path.c_str(), &status) == 0 && S_ISLNK(status.st_mode)) {
      skipped.push_back(skip(path, "link-not-followed", "a symbolic link to " + link_target(path)));
      skipped.back().complete = true;
      continue;
    }
    return Leaf{path, Named::found};
  }
}

void Tree::enter(const std::string& path, std::vector<Custody>& skipped) {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(path.c_str()), ::closedir);
  struct stat self{};
  if (!directory || ::fstat(::dirfd(directory.get()), &self) != 0) {
    skipped.push_back(skip(path, "unreadable", std::strerror(errno)));
    return;
  }
  Folder folder{path, {}, self.st_dev, self.st_ino};
  for (const Folder& above : stack_)
    if (above.device == folder.device && above.inode == folder.inode) {
      skipped.push_back(skip(path, "folder-loop", "the same folder as " + above.path));
      return;
    }
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(directory.get());
    if (entry == nullptr) break;
    std::string name = entry->d_name;
    if (name == "." || name == "..") continue;
    bool is_folder = entry->d_type == DT_DIR;
    struct stat status{};
    if (entry->d_type == DT_UNKNOWN)
      is_folder = ::fstatat(::dirfd(directory.get()), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
                  S_ISDIR(status.st_mode);
    if (is_folder) name += '/';
    folder.names.push_back(std::move(name));
  }
  if (errno != 0)
    skipped.push_back(skip(path, "unreadable", std::string("the list of names ends early: ") + std::strerror(errno)));
  std::ranges::sort(folder.names, std::greater<>());
  stack_.push_back(std::move(folder));
}

Survey survey(const std::vector<std::string>& paths, std::uint64_t most) {
  Survey sum;
  Tree tree(paths);
  std::vector<Custody> skipped;
  while (const std::optional<Tree::Leaf> leaf = tree.next(skipped)) {
    skipped.clear();
    if (sum.files == most) {
      sum.whole = false;
      break;
    }
    struct stat status{};
    if (leaf->path == "-" || ::stat(leaf->path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
    ++sum.files;
    sum.bytes += static_cast<std::uint64_t>(status.st_size);
  }
  return sum;
}

}  // namespace tocsin::evidence
