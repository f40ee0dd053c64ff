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
  explicit Tree(std::vector<std::string> paths);
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

  std::vector<std::string> roots_;  // backwards
  std::vector<Folder> stack_;
};

}  // namespace tocsin::evidence
