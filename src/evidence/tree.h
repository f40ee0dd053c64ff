// Tree: the files below some paths, in the order of their bytes.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "evidence/evidence.h"
#include "evidence/source.h"

namespace tocsin::evidence {

class Tree {
 public:
  // `own_file`: Limits::own_file.
  explicit Tree(std::vector<std::string> paths, std::string own_file = {});
  struct Leaf {
    std::string path;
    Named named;
  };
  // The next file. What is passed over is appended to `skipped`.
  std::optional<Leaf> next(std::vector<Custody>& skipped);

 private:
  struct Folder {
    std::string path;                // ends in '/'
    std::vector<std::string> names;  // sorted backwards; folders end in '/'
    std::uint64_t device, inode;
  };
  void enter(const std::string& path, std::vector<Custody>& skipped);
  bool is_own(const std::string& folder, const std::string& name) const;

  std::vector<std::string> roots_;  // backwards
  std::vector<Folder> stack_;
  std::string own_folder_, own_name_;  // of own_file
};

}  // namespace tocsin::evidence
