// Sums over all findings of a case, in bounded memory.
#pragma once
#include "publish/dossier/dossier.h"

namespace tocsin::publish {

// Fills counts, first, last, rules, entities, techniques and slices.
Result<void> tally(casefile::Case& from, const LoadOptions& options, Dossier& into);

}  // namespace tocsin::publish
