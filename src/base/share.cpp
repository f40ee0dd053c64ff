#include "base/share.h"

#include <cstdlib>
#include <filesystem>

namespace tocsin {

Result<std::string> share_folder() {
  namespace fs = std::filesystem;
  std::error_code error;
  if (const char* set = std::getenv("TOCSIN_SHARE"); set && *set) return std::string(set);
  for (fs::path folder = fs::read_symlink("/proc/self/exe", error).parent_path(); !folder.empty();) {
    const fs::path share = folder / "share" / "tocsin";
    if (fs::is_directory(share, error)) return share.string();
    if (folder == folder.root_path()) break;
    folder = folder.parent_path();
  }
  return fail("the program's data files (share/tocsin) are not beside it", {}, "set TOCSIN_SHARE to their folder");
}

}  // namespace tocsin
