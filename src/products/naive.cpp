// The matcher without what makes it fast: every shape against the whole text, the readings compared in order. It is the
// meaning of match(), which the differential test and the fuzzer hold against it.
#include "products/matcher.h"

namespace tocsin::products {

bool Matcher::match_naively(std::string_view text, const MessageFilter* filter, MatchScratch& scratch,
                            Match& out) const {
  MatchScratch::Way &best = scratch.best, &other = scratch.other;
  bool any = false;
  for (std::uint32_t i = 0; i < entries_.size(); ++i) {
    const Entry& entry = entries_[i];
    if (any && entry.message != entries_[best.entry].message && !entries_[best.entry].has_source) break;
    if (!counts(entry, filter)) continue;
    MatchScratch::Way& way = any ? other : best;
    way.entry = i;
    way.taken.assign(entry.captures.size(), {});
    scratch.shape.begin(INT64_MAX / 2);
    if (entry.shape.match(text, scratch.shape, way.taken) != Fits::yes) continue;
    if (any) compare(text, scratch);
    any = true;
  }
  return any && tell(false, scratch, out);
}

}  // namespace tocsin::products
