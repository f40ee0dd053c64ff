// Names that somebody might register to imitate one: for registering them first, or for watching them. A list made by
// the same tricks that the judge knows and ranked by its score; never asks a network whether they exist.
#pragma once
#include <string>
#include <vector>

#include "decoys/guard.h"

namespace tocsin::decoys {

struct Likely {
  Explanation what;
  double score = 0;
};
// At most `most`, the likeliest first; of each kind of trick some, so that one kind doesn't crowd out the others.
Result<std::vector<Likely>> likely(const std::string& name, const Lexicon& lexicon, const PublicSuffixes& suffixes,
                                   std::size_t most);

}  // namespace tocsin::decoys
