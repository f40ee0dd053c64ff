#include "decoys/share.h"

#include <fstream>
#include <iterator>

#include "base/share.h"
#include "decoys/guard.h"

namespace tocsin::decoys {

Result<std::string> read_whole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail("the file could not be read", path);
  std::string out;
  char buffer[65536];
  while (file.read(buffer, sizeof buffer), file.gcount() > 0) {
    out.append(buffer, static_cast<std::size_t>(file.gcount()));
    if (out.size() > 64u << 20) return fail("the file is larger than 64 MB", path);
  }
  if (file.bad()) return fail("the file could not be read", path);
  return out;
}

Result<Share> load_share() {
  TRY(const std::string folder, share_folder());
  Share out;
  Sha256 hash;
  for (const char* name : {"words.txt", "ordinary.txt"}) {
    const std::string path = folder + "/decoys/" + name;
    TRY(const std::string text, read_whole(path));
    hash.update(text);
    TRY_VOID(out.lexicon.add(text, path));
  }
  out.lexicon.finish();
  const std::string path = folder + "/decoys/owners.txt";
  TRY(const std::string text, read_whole(path));
  hash.update(text);
  Lists lists;
  read_list(text, path, false, lists);
  if (!lists.refused.empty()) return fail("the list of owners can't be read", lists.refused.front());
  out.owners = std::move(lists.owners);
  out.digest = hash.finish();
  return out;
}

}  // namespace tocsin::decoys
