#include "cli/knowledge_options.h"

#include "base/share.h"

namespace tocsin::cli {

Result<assess::Knowledge> load_knowledge(std::span<const std::string> files) {
  std::vector<std::string> all(files.begin(), files.end());
  TRY(const std::string share, share_folder());
  if (all.empty()) all.push_back(share + "/actors/attack.json");
  all.push_back(share + "/actors/backing.json");
  return assess::Knowledge::load(all);
}

}  // namespace tocsin::cli
