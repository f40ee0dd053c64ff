// The lists that come with tocsin: share/tocsin/decoys. The one place of this folder that reads files.
#pragma once
#include <string>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "decoys/lexicon.h"

namespace tocsin::decoys {

struct Share {
  Lexicon lexicon;
  std::vector<std::vector<std::string>> owners;  // names that one owner holds
  Digest digest;                                 // of all of it
};
Result<Share> load_share();

// A whole file, at most 64 MB.
Result<std::string> read_whole(const std::string& path);

}  // namespace tocsin::decoys
